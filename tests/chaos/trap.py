"""Traps: a file that says at which hit of which faultpoint the next process of a kind is to be struck.

The program's processes look for it at every faultpoint they pass; the first to get there takes it away and signals
itself, so a trap strikes once however many processes pass.
"""

import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

SIGNALS = {"kill": signal.SIGKILL, "term": signal.SIGTERM, "freeze": signal.SIGSTOP}


@dataclass(frozen=True)
class Sprung:
    """A trap that struck: which process, where, how, and when by the wall clock."""

    pid: int
    point: str
    kind: str
    at: float


class Traps:
    """The driver's side: one trap per role at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def set(self, role: str, point: str, hit: int, kind: str) -> None:
        draft = self._folder / f"{role}.new"
        draft.write_text(f"{point} {hit} {kind}", encoding="ascii")
        draft.replace(self._folder / role)

    def take_away(self, role: str) -> bool:
        """False when it has struck already, or was never there."""
        try:
            (self._folder / role).unlink()
        except FileNotFoundError:
            return False
        return True

    def sprung(self, role: str) -> Sprung | None:
        """The strike of this role's trap, told once."""
        for path in self._folder.glob(f"{role}.struck.*"):
            words = path.read_text(encoding="ascii").split()
            if len(words) == 5:
                path.unlink()
                return Sprung(int(words[3]), words[0], words[2], float(words[4]))
        return None


class TrapDoor:
    """The struck side: what `set_fault_hook` takes. Costs a look for a file that is hardly ever there."""

    def __init__(self, folder: Path, role: str) -> None:
        self._path = folder / role
        self._lock = threading.Lock()
        self._trap = ""
        self._passed = 0

    def __call__(self, point: str) -> None:
        try:
            trap = self._path.read_text(encoding="ascii")
        except FileNotFoundError:
            return
        words = trap.split()
        if len(words) != 3:
            return  # it strikes another at this very moment
        wanted, hit, kind = words
        if wanted == point and self._is_due(trap, int(hit)):
            self._strike(trap, kind)

    def _is_due(self, trap: str, hit: int) -> bool:
        with self._lock:
            if trap != self._trap:
                self._trap, self._passed = trap, 0
            self._passed += 1
            return self._passed >= hit

    def _strike(self, trap: str, kind: str) -> None:
        taken = self._path.with_name(f"{self._path.name}.struck.{os.getpid()}")
        try:
            self._path.rename(taken)
        except FileNotFoundError:
            return  # another process was faster
        taken.write_text(f"{trap} {os.getpid()} {time.time()}", encoding="ascii")
        os.kill(os.getpid(), SIGNALS[kind])
