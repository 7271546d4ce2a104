"""Who watches a run: counts the moments it comes by, and strikes at the chosen ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

from tests.matrix.lives import Life, current_life
from tests.standins.witness import Moment

# A: kill -9. B: kill -9 and Redis emptied. C: SIGTERM. D: frozen past its lease, thawed. E: two at once.
Mode = Literal["A", "B", "C", "D", "E"]
MODES: tuple[Mode, ...] = ("A", "B", "C", "D", "E")


@dataclass(frozen=True)
class Strike:
    """At the `at`-th moment (from 0) since the strike before it, or since the start."""

    at: int
    mode: Mode


@dataclass(frozen=True)
class Struck:
    """What was done, to whom, and where: `hit` counts from 1 how often the run had come by that point."""

    point: str
    hit: int
    mode: Mode
    life: Life


@dataclass
class Watch:
    """`strike` does what the modes say; `errands` are run when their point is reached, before any strike there.

    What other processes do while one is frozen or pre-empted is not counted: it has no moments of its own.
    """

    strikes: Sequence[Strike] = ()
    strike: Callable[[Struck], None] = lambda struck: None
    errands: dict[str, Callable[[], None]] = field(default_factory=dict)
    hits: list[str] = field(default_factory=list)
    struck: list[Struck] = field(default_factory=list)
    is_over: bool = False  # what comes now is not counted any more
    _since: int = 0  # hits before the last strike
    _sender: Life | None = None
    _is_busy: bool = False
    _lock: Lock = field(default_factory=Lock)

    def reach(self, point: str) -> None:
        """The fault hook: a process is at this point, in this thread."""
        life = current_life()
        if life is None:
            return
        life.check()
        if self._is_busy or self.is_over or life.is_guest:
            return
        if point == "send.checked":
            self._sender = life
        self._count(point, life)
        errand = self.errands.get(point)
        if errand is not None:
            errand()
        life.check()

    def see(self, channel: str, moment: Moment) -> bool:
        """A far side has half a request of whoever sends just now, or took a whole one; True: hang up."""
        life = self._sender
        if life is None or self._is_busy or self.is_over:
            return False
        struck = self._count(f"{channel}.{moment}", life)
        was_frozen = struck is not None and struck.mode == "D"
        return life.is_dead or (was_frozen and moment == "half")  # nobody waits that long for the other half

    def _count(self, point: str, life: Life) -> Struck | None:
        with self._lock:
            self.hits.append(point)
            place = len(self.hits) - 1 - self._since
            number = len(self.struck)
            if number >= len(self.strikes) or self.strikes[number].at != place:
                return None
            struck = Struck(point, self.hits.count(point), self.strikes[number].mode, life)
            self.struck.append(struck)
            self._since = len(self.hits)
        self._is_busy = True
        try:
            self.strike(struck)
        finally:
            self._is_busy = False
        return struck

    @property
    def since_last(self) -> list[str]:
        """The points come by since the last strike."""
        return self.hits[self._since :]
