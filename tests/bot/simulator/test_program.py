"""The real program under the simulator: its start, its end, and a start that fails."""

import os
import socket
import stat
from pathlib import Path

import pytest

from bot.commands.base import CommandError
from bot.simulator.account import FakeAccount
from bot.simulator.environment import build_environment
from bot.simulator.program import data_folder, find_complaints, find_free_port, running_program
from tests.bot.running_web import ROOT


def test_a_program_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        account, data = FakeAccount(), tmp_path / "data"
        environment = build_environment(os.environ, account, fake_url="http://127.0.0.1:9", data=data, port=port)
        nobody = f"http://127.0.0.1:{find_free_port()}"
        with (
            pytest.raises(CommandError, match=rf"did not start.*PORT: {port} is already in use"),
            running_program(environment, nobody, tmp_path / "logs" / "program.log"),
        ):
            raise AssertionError("it was ready")


def test_fresh_data_is_nobody_elses_and_gone_afterwards(tmp_path: Path) -> None:
    with data_folder(tmp_path, is_fresh=True) as data:
        (data / "something").write_text("kept?")
        assert not data.is_relative_to(tmp_path)
        assert not stat.S_IMODE(data.parent.stat().st_mode) & (stat.S_IRWXO & ~stat.S_IXOTH)
    assert not data.parent.exists()


def test_kept_data_has_a_folder_of_its_own(tmp_path: Path) -> None:
    with data_folder(tmp_path / "recado", is_fresh=False) as data:
        (data / "something").write_text("kept")
    assert (tmp_path / "recado" / "simulator" / "something").read_text() == "kept"


def test_what_the_program_warned_of_is_found_and_nothing_older(tmp_path: Path) -> None:
    log = tmp_path / "program.log"
    log.write_text("worker ERROR from yesterday\n")
    began = log.stat().st_size
    with log.open("a") as words:
        words.write("Recado is ready\nworker ERROR a turn failed\nweb WARNING slow\n  Logs  elsewhere\n")
    assert find_complaints(log, began) == ["worker ERROR a turn failed", "web WARNING slow"]
