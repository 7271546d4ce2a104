"""The program's processes: started, watched, and started again as a supervisor would; every end is on record."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.supervision.children import signal_group
from bot.supervision.leash import PIPE_VARIABLE
from tests.chaos.chronicle import Chronicle, Intervals

ROOT = Path(__file__).resolve().parents[2]
_PAUSE = 0.5  # seconds between a death and the next start, as the supervisor's first
_LOOK_EVERY = 0.05
_GRACE = {"web": 40.0, "worker": 90.0, "scheduler": 10.0}  # seconds, as `bot.supervisor` has them
_READY = '"message": "ready"'
_STARTING = 10.0  # seconds in which the web door may end by itself: its port is not free yet


@dataclass(frozen=True)
class Death:
    """The end of a process. `code` is negative for a signal."""

    name: str
    role: str
    pid: int
    code: int
    at: float


@dataclass
class Berth:
    """A place in the fleet and the process that has it now."""

    name: str
    role: str
    process: "subprocess.Popen[bytes] | None" = None
    log: Path = Path()
    due_at: float = 0.0
    starts: int = 0
    started_at: float = 0.0
    has_begun: bool = False  # it said once that it is ready
    is_frozen: bool = False
    struck: set[str] = field(default_factory=set)  # signals sent to this process
    asked_at: float | None = None  # to stop

    @property
    def pid(self) -> int:
        """0 while nothing runs."""
        return self.process.pid if self.process is not None else 0

    def is_ready(self) -> bool:
        """Running, and past its start. What the web door says of itself is asked at the door."""
        if self.process is None or self.is_frozen:
            return False
        if not self.has_begun:
            self.has_begun = self.role == "web" or _READY in self.log.read_text(errors="replace")
        return self.has_begun

    def may_have_failed(self, postgres_away: Intervals) -> bool:
        """To start: a worker cannot while the database is away, and the supervisor tries again."""
        age = time.monotonic() - self.started_at
        if self.role == "web":
            return age < _STARTING
        return not self.has_begun and postgres_away.within(time.time() - age, time.time()) > 0


class Fleet:
    """`on_death` is called from the watching thread. `no_worker` are the times without any worker that works."""

    def __init__(
        self,
        folder: Path,
        command: list[str],
        environment: Mapping[str, str],
        chronicle: Chronicle,
        postgres_away: Intervals,
    ) -> None:
        self._logs = folder / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._command = command
        self._environment = environment
        self._chronicle = chronicle
        self._postgres_away = postgres_away
        self._reading, self._writing = os.pipe()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="fleet", daemon=True)
        self.lock = threading.RLock()  # who strikes holds it, so that no process ends unseen in between
        self.berths = [Berth("web", "web"), Berth("worker-1", "worker"), Berth("worker-2", "worker")]
        self.berths.append(Berth("scheduler", "scheduler"))
        self.deaths: list[Death] = []
        self.unexplained: list[str] = []  # ends that nobody brought about
        self.no_worker = Intervals()
        self.on_death: Callable[[Death], None] = lambda death: None

    def start(self) -> None:
        self.no_worker.begin()
        for berth in self.berths:
            self._launch(berth)
        self._thread.start()

    def find(self, name: str) -> Berth:
        return next(berth for berth in self.berths if berth.name == name)

    def find_by_pid(self, pid: int) -> Berth | None:
        """Of a process or of one that it forked."""
        return next((b for b in self.berths if b.pid and (b.pid == pid or pid in children_of(b.pid))), None)

    def is_ready(self) -> bool:
        return all(berth.is_ready() for berth in self.berths)

    def strike(self, berth: Berth, number: int, pid: int = 0) -> bool:
        """Send a signal to the berth's process or to another of its group; False when nobody is there."""
        with self.lock:
            if berth.process is None or berth.process.poll() is not None:
                return False
            with suppress(ProcessLookupError):
                os.kill(pid or berth.pid, number)
            self.note_strike(berth, signal.Signals(number).name, berth.pid == (pid or berth.pid))
            return True

    def note_strike(self, berth: Berth, name: str, is_head: bool = True) -> None:
        """What a process did to itself counts like what was done to it."""
        berth.struck.add(name)
        if name == "SIGTERM" and is_head and berth.asked_at is None:
            berth.asked_at = time.monotonic()
        if name in {"SIGSTOP", "SIGCONT"} and is_head:
            berth.is_frozen = name == "SIGSTOP"

    def end(self) -> list[str]:
        """Ask everybody to stop, as a deploy does; complaints about who did not end well."""
        self._ending.set()
        self._thread.join()
        running = [berth for berth in self.berths if berth.process is not None and berth.process.poll() is None]
        for berth in running:
            os.kill(berth.pid, signal.SIGTERM)
        complaints = []
        for berth in running:
            code = _wait(berth)
            if code != 0:
                complaints.append(f"{berth.name} ended with {code} when it was asked to stop at the end")
        self.kill()
        return complaints

    def kill(self) -> None:
        """Everything, now; safe to repeat."""
        self._ending.set()
        for berth in self.berths:
            if berth.process is not None:
                signal_group(berth.pid, signal.SIGCONT)
                signal_group(berth.pid, signal.SIGKILL)
                berth.process.wait()

    def _launch(self, berth: Berth) -> None:
        berth.starts += 1
        berth.log = self._logs / f"{berth.name}.{berth.starts}.log"
        with berth.log.open("ab") as log:
            berth.process = subprocess.Popen(
                [*self._command, berth.role],
                cwd=ROOT,
                env={**self._environment, PIPE_VARIABLE: str(self._reading)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[self._reading],
                start_new_session=True,
            )
        berth.started_at = time.monotonic()
        berth.struck, berth.asked_at = set(), None
        berth.is_frozen = berth.has_begun = False

    def _watch(self) -> None:
        while not self._ending.wait(_LOOK_EVERY):
            with self.lock:
                for berth in self.berths:
                    self._look_at(berth)
                if any(berth.is_ready() for berth in self.berths if berth.role == "worker"):
                    self.no_worker.end()
                else:
                    self.no_worker.begin()

    def _look_at(self, berth: Berth) -> None:
        if berth.process is None:
            if time.monotonic() >= berth.due_at:
                self._launch(berth)
            return
        if berth.process.poll() is None:
            if berth.asked_at is not None and time.monotonic() - berth.asked_at > _GRACE[berth.role]:
                self.unexplained.append(f"{berth.name} did not stop within its grace")
                os.kill(berth.pid, signal.SIGKILL)
            return
        self._note_death(berth, berth.process.returncode)

    def _note_death(self, berth: Berth, code: int) -> None:
        berth.is_ready()  # a last look into its log
        death = Death(berth.name, berth.role, berth.pid, code, time.time())
        self.deaths.append(death)
        self._chronicle.note("death", f"{death.name} (process {death.pid}) ended with {code}")
        explained = (code < 0 and signal.Signals(-code).name in berth.struck) or (
            code == 0 and "SIGTERM" in berth.struck
        )
        if not explained and not berth.may_have_failed(self._postgres_away):
            self.unexplained.append(f"{berth.name} ended with {code}, see {berth.log}")
        _clear_group(berth.pid)
        berth.process, berth.due_at = None, time.monotonic() + _PAUSE
        self.on_death(death)


def _wait(berth: Berth) -> int | None:
    """Its code, or None when its grace was not enough."""
    assert berth.process is not None
    try:
        return berth.process.wait(_GRACE[berth.role])
    except subprocess.TimeoutExpired:
        return None


def children_of(pid: int) -> list[int]:
    """Its direct children, such as gunicorn's workers."""
    try:
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [int(word) for word in words]


def _clear_group(leader: int) -> None:
    """As the supervisor does: a web server killed at its head leaves workers that hold the port."""
    signal_group(leader, signal.SIGCONT)
    signal_group(leader, signal.SIGTERM)
    deadline = time.monotonic() + 3
    while signal_group(leader, 0) and time.monotonic() < deadline:
        time.sleep(0.05)
    signal_group(leader, signal.SIGKILL)


def child_command(traps: Path, patience: str) -> list[str]:
    """What every process is started with; its role comes last."""
    return [sys.executable, "-m", "tests.chaos.child", str(traps), patience]
