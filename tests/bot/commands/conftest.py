"""`cli`: the command line in this process, on a database and a queue of the tests."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS, main
from bot.demo import prepare_demo
from bot.settings import Settings, load_settings
from tests.bot.logging_state import logging_as_before


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


ROOT = Path(__file__).resolve().parents[3]
Cli = Callable[..., Outcome]
Table = Mapping[str, tuple[str, str]]


def run_alone(*words: str, folder: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    """In a process of its own, as a person calls it."""
    command = [sys.executable, "-m", "bot", *words]
    environ = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **environ}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="package")
def command_database_url(clone_database: Callable[[], str]) -> str:
    """One database with the demo company of today, shared by the commands' tests: names in it are used once."""
    url = clone_database()
    prepare_demo(load_settings({}, Path("no-such-file")), url)
    return url


@pytest.fixture
def quiet_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting of the machine or of a `.env` reaches the test; logging is as before afterwards."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECADO_DATA_DIR", str(tmp_path / "data"))
    with logging_as_before():
        yield


@pytest.fixture
def cli(
    quiet_environment: None,
    command_database_url: str,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Cli:
    """Runs one command: words, then `stdin`, other `commands`, and environment variables by name."""
    monkeypatch.setenv("DATABASE_URL", command_database_url)
    monkeypatch.setenv("REDIS_URL", redis_url)

    def run(*words: str, stdin: str = "", commands: Table = COMMANDS, **environ: str) -> Outcome:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environ.items():
                patch.setitem(os.environ, name, value)
            patch.setattr("sys.stdin", io.StringIO(stdin))
            capsys.readouterr()
            try:
                code = main(words, commands)
            except SystemExit as left:  # argparse, after its own message
                code = left.code if isinstance(left.code, int) else 1
            printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    return run
