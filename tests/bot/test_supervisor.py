"""The supervisor brings back what dies, stops in order, and finds its feet after being killed."""

import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.embedded.engines import Engines
from bot.embedded.postgres import EmbeddedPostgres
from bot.embedded.processes import command_line, wait_until_gone
from bot.embedded.valkey import EmbeddedValkey
from bot.settings import Settings
from bot.supervisor import prepare_database
from models.errors import ConfigurationError
from tests.bot.embedded.conftest import data, empty_data, initialised_cluster
from tests.ports import free_port
from tests.waiting import eventually

__all__ = ["data", "empty_data", "initialised_cluster"]  # fixtures

_PATIENCE = 180.0  # seconds; only reached when something is wrong


class Supervised:
    """A running supervisor and what it says."""

    def __init__(self, data: Path, port: int, *extra: str) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bot.supervised", str(data), str(port), *extra],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._lines.put(line.rstrip())
        self._lines.put(None)

    def wait_for(self, words: str) -> str:
        """The first line that has them, be it said already: what children say comes when it comes."""
        for line in self.said:
            if words in line:
                return line
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            line = self._lines.get(timeout=_PATIENCE)
            if line is None:
                break
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"{words!r} never came: {self.said}")

    def wait_until_up(self) -> None:
        """The door answers, and the worker ends in good order when it is asked to."""
        self.wait_for("Stop it with Ctrl-C")
        self.wait_for("worker warning: hears signals")

    def child_pids(self) -> list[int]:
        return [int(pid) for pid in json.loads((self.data / "children.json").read_text())]

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(timeout=_PATIENCE)
        self._reader.join()
        while (line := self._lines.get()) is not None:
            self.said.append(line)
        return code


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def start(data: Path, port: int) -> Iterator[Callable[..., Supervised]]:
    """Starts supervisors on the test's data folder; none outlives the test."""
    started: list[Supervised] = []

    def start(*extra: str) -> Supervised:
        started.append(Supervised(data, port, *extra))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait(timeout=_PATIENCE)
        one._reader.join()


def both_engines_answer(data: Path) -> bool:
    return EmbeddedPostgres(data).is_answering() and EmbeddedValkey(data).is_answering()


def assert_that_it_stops_in_order(supervised: Supervised, number: int) -> None:
    logs, pids = supervised.data / "logs", supervised.child_pids()
    assert supervised.end(number) == 0
    assert supervised.said[-2:] == ["Stopping ...", "Stopped."]
    assert all(command_line(pid) is None for pid in pids)
    assert "worker went home" in (logs / "worker.log").read_text()
    assert "web went home" in (logs / "web.log").read_text()
    assert not EmbeddedPostgres(supervised.data).is_answering()
    assert not EmbeddedValkey(supervised.data).is_answering()


def test_it_says_what_runs_and_stops_everything_in_order(start: Callable[..., Supervised], data: Path) -> None:
    supervised = start()
    supervised.wait_until_up()
    banner = "\n".join(supervised.said)
    assert "Quais foram as vendas do mês passado?" in banner
    assert "operator@example.com, password once-only" in banner
    eventually(lambda: both_engines_answer(data))
    assert_that_it_stops_in_order(supervised, signal.SIGTERM)


def test_a_child_that_is_killed_comes_back(start: Callable[..., Supervised]) -> None:
    supervised = start()
    supervised.wait_until_up()
    web, worker = supervised.child_pids()
    os.kill(worker, signal.SIGKILL)
    supervised.wait_for("worker was killed by signal 9 and is started again")
    os.kill(web, signal.SIGKILL)
    supervised.wait_for("web was killed by signal 9 and is started again")
    eventually(lambda: len({*supervised.child_pids()} - {web, worker}) == 2)
    assert supervised.end() == 0


def test_an_engine_that_is_killed_comes_back(start: Callable[..., Supervised], data: Path) -> None:
    supervised = start()
    supervised.wait_until_up()
    for pid_file in (data / "postgres" / "postmaster.pid", data / "valkey" / "server.pid"):
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
    supervised.wait_for("and runs again")
    eventually(lambda: both_engines_answer(data))
    assert_that_it_stops_in_order(supervised, signal.SIGHUP)


def test_warnings_of_the_children_reach_the_terminal(start: Callable[..., Supervised]) -> None:
    supervised = start()
    supervised.wait_for("web warning: somebody knocked")


def test_children_follow_a_killed_supervisor_and_the_next_start_works(
    start: Callable[..., Supervised], data: Path
) -> None:
    first = start()
    first.wait_until_up()
    pids = first.child_pids()
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    assert all(wait_until_gone(pid, _PATIENCE) for pid in pids)
    second = start()
    second.wait_until_up()
    assert second.end() == 0
    assert not EmbeddedPostgres(data).is_answering()


def test_an_orphan_that_does_not_hear_is_ended_by_the_next_start(start: Callable[..., Supervised]) -> None:
    first = start("deaf")
    first.wait_for("hears nothing")
    first.wait_until_up()
    deaf = first.child_pids()[-1]
    first.end(signal.SIGKILL)
    assert command_line(deaf) is not None
    second = start()
    second.wait_for("Ended what an earlier run had left behind")
    second.wait_until_up()
    assert command_line(deaf) is None


def test_after_a_kill_of_everything_the_next_start_works(start: Callable[..., Supervised], data: Path) -> None:
    first = start()
    first.wait_until_up()
    engines = [
        int((data / "postgres" / "postmaster.pid").read_text().split()[0]),
        int((data / "valkey" / "server.pid").read_text()),
    ]
    for pid in [first.process.pid, *first.child_pids(), *engines]:
        os.kill(pid, signal.SIGKILL)
    first.process.wait()
    second = start()
    second.wait_until_up()
    assert second.end() == 0


def test_a_child_that_does_not_stop_is_killed_and_the_exit_is_clean(start: Callable[..., Supervised]) -> None:
    supervised = start("deaf")
    supervised.wait_for("hears nothing")
    supervised.wait_until_up()
    pids = supervised.child_pids()
    for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM):  # it meets both at once when it goes on
        supervised.process.send_signal(number)
    assert supervised.end(signal.SIGCONT) == 0, "make and timeout deliver one wish twice: that is no hurry"
    assert "worker went home" in (supervised.data / "logs" / "worker.log").read_text()
    assert any("deaf did not stop in time" in line for line in supervised.said)
    assert command_line(pids[-1]) is None


def test_a_busy_port_is_one_line_that_names_the_setting(start: Callable[..., Supervised], port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        supervised = start()
        line = supervised.wait_for("recado:")
        assert line.startswith(f"recado: PORT: {port} is already in use")
        assert supervised.process.wait(timeout=_PATIENCE) == 2
        assert supervised.said == [line]


def test_a_second_supervisor_on_the_same_data_folder_is_refused(start: Callable[..., Supervised]) -> None:
    first = start()
    first.wait_until_up()
    second = start()
    assert "RECADO_DATA_DIR: Recado already runs on" in second.wait_for("recado:")
    assert second.process.wait(timeout=_PATIENCE) == 2
    assert first.process.poll() is None
    assert_that_it_stops_in_order(first, signal.SIGINT)


def test_a_signal_during_the_start_stops_it_cleanly(start: Callable[..., Supervised], data: Path) -> None:
    supervised = start()
    supervised.wait_for("Starting the engines")
    assert supervised.end() == 0
    assert supervised.said[-1] == "Stopped."
    assert not EmbeddedPostgres(data).is_answering()
    assert not EmbeddedValkey(data).is_answering()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("LLM_PROVIDER", "anthropic", "ANTHROPIC_API_KEY is not set"),
        ("ACCOUNTS_FILE", "tenants: [{tenant: a, name: A, accounts: [CRM]}]", "crm/a: NOWHERE is not set"),
        ("PRICES_FILE", "prices: [{provider: openai}]", "PRICES_FILE"),
        ("SOURCE_FILE", "company: Acme", "salesperson"),
    ],
)
def test_what_cannot_work_is_refused_with_its_reason_before_the_database_is_asked(
    tmp_path: Path, name: str, value: str, reason: str
) -> None:
    if name.endswith("FILE"):
        file = tmp_path / "bad.yaml"
        file.write_text(value.replace("CRM", "{channel: crm, name: a, settings: {api_token: '${NOWHERE}'}}"))
        value = str(file)
    settings = Settings(**{name.lower(): value})  # type: ignore[arg-type]
    nowhere = Engines("postgresql://127.0.0.1:1/none", "redis://127.0.0.1:1/0", False, False, tmp_path)
    with pytest.raises(ConfigurationError, match=re.escape(reason)):
        prepare_database(settings, nowhere)


def test_a_start_that_cannot_work_ends_with_its_reason_and_starts_no_child(data: Path, port: int) -> None:
    environ = os.environ | {"RECADO_DATA_DIR": str(data), "PORT": str(port), "LLM_PROVIDER": "anthropic"}
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "up"], env=environ, capture_output=True, text=True, timeout=_PATIENCE
    )
    assert ended.returncode == 2
    assert ended.stdout.splitlines() == ["Starting the engines ...", "Preparing the database ..."]
    assert ended.stderr.startswith("recado: ")
    assert "ANTHROPIC_API_KEY is not set" in ended.stderr
    assert not (data / "logs" / "worker.log").exists()
    assert not both_engines_answer(data)
