"""The programs under the supervisor: started in a session of their own, started again with a growing pause, ended."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.embedded.lock import FileLock
from bot.embedded.processes import command_line, open_log, wait_until_gone
from bot.supervision.leash import PIPE_VARIABLE
from bot.supervision.logs import LogWatch, last_words
from models.errors import ConfigurationError

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds between a death and the next start
_STEADY = 60.0  # seconds of life after which the pause is short again


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """What to run: a module and its arguments. `grace` is in seconds, between the request to stop and the kill."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    grace: float = 10.0


class Child:
    """One program, alive or waiting for its next start."""

    def __init__(self, plan: ChildPlan, log: Path) -> None:
        self.plan = plan
        self.log = log
        self.warnings = LogWatch(log)  # from before its first start on: nothing that it says is missed
        self.process: subprocess.Popen[bytes] | None = None
        self._pause = _FIRST_PAUSE
        self._started_at = 0.0
        self._due_at = 0.0

    @property
    def is_due(self) -> bool:
        return self.process is None and time.monotonic() >= self._due_at

    def start(self, environment: Mapping[str, str], descriptors: Sequence[int]) -> None:
        """Start it now; `descriptors` stay open in it."""
        with open_log(self.log) as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.supervision.leash", self.plan.module, *self.plan.arguments],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=descriptors,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, who stops things in order
            )
        self._started_at = time.monotonic()

    def find_death(self) -> str | None:
        """None while it lives or waits; the words for its end, once, after clearing away what it had started."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self._clear_group()
        self.process = None
        if time.monotonic() - self._started_at >= _STEADY:
            self._pause = _FIRST_PAUSE
        pause, self._pause = self._pause, min(self._pause * 2, _LONGEST_PAUSE)
        self._due_at = time.monotonic() + pause
        again = f"is started again in {pause:g} s"
        if code < 0:
            return f"{self.plan.name} was killed by signal {-code} and {again}"
        return f"{self.plan.name} ended with code {code} and {again}: {last_words(self.log)}"

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """End it and all it started, now."""
        if self.process is not None:
            signal_group(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _clear_group(self) -> None:
        """A web server killed at its head leaves workers that hold the port."""
        assert self.process is not None
        signal_group(self.process.pid, signal.SIGTERM)
        deadline = time.monotonic() + 3
        while signal_group(self.process.pid, 0) and time.monotonic() < deadline:
            time.sleep(0.05)
        signal_group(self.process.pid, signal.SIGKILL)


class Nursery:
    """All children of a supervisor: what ties them to it, and the record by which its successor finds orphans."""

    def __init__(self, data: Path) -> None:
        self._record = data / "children.json"
        self._lock = FileLock(data / "children.lock")
        self._reading, self._writing = os.pipe()
        self.environment: Mapping[str, str] = os.environ
        self.children: list[Child] = []

    def end_orphans(self, patience: float = 5.0) -> int:
        """End what an earlier supervisor left when it was killed; how many there were. Raises ConfigurationError."""
        if self._lock.try_exclusive():
            return 0
        orphans = [pid for pid in _read_pids(self._record) if _leads_a_session(pid)]
        for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 3.0)):
            for pid in orphans:
                signal_group(pid, number)
            deadline = time.monotonic() + seconds
            for pid in orphans:
                wait_until_gone(pid, deadline - time.monotonic())
        for pid in orphans:
            signal_group(pid, signal.SIGKILL)
        if not self._lock.wait_exclusive(5):
            raise ConfigurationError(
                f"RECADO_DATA_DIR: processes of an earlier run still use {self._record.parent}: "
                "end them, or set RECADO_DATA_DIR to another folder"
            )
        return len(orphans)

    def start(self, child: Child) -> None:
        """Start it, for the first time or again, and write down who runs."""
        if child not in self.children:
            self.children.append(child)
        environment = {**self.environment, PIPE_VARIABLE: str(self._reading)}
        child.start(environment, [self._reading, self._lock.descriptor])
        pids = [one.process.pid for one in self.children if one.process is not None]
        draft = self._record.with_suffix(".new")
        draft.write_text(json.dumps(pids), encoding="ascii")
        draft.replace(self._record)

    def close(self) -> None:
        """After the last child has ended."""
        self._lock.release()
        os.close(self._writing)
        os.close(self._reading)


def _read_pids(record: Path) -> list[int]:
    try:
        return [int(pid) for pid in json.loads(record.read_text(encoding="ascii"))]
    except (OSError, ValueError, TypeError):
        return []


def _leads_a_session(pid: int) -> bool:
    """Our children do; a stranger who got a recycled number hardly ever does."""
    with contextlib.suppress(OSError):
        return os.getsid(pid) == pid and command_line(pid) is not None
    return False


def signal_group(leader: int, number: int) -> bool:
    """0 only asks. False when nobody is left in the group."""
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
