"""How many more jobs a worker should take: as many as wait for an LLM, and few that compute.

Threads that all want the interpreter at once cost more than they bring: a turn took a third more CPU with 200 of them
than with 12. So new jobs wait in Redis, where another worker can take them, until those that compute are few.
"""

import time
from collections.abc import Callable

from models.outside import count_outside

_FEW = 8  # jobs that compute: below it there is room for more
_ENOUGH = 16  # and up to here it is filled: a claim is a round trip, so that several at once are cheaper
_WINDOW = 0.05  # seconds over which the use of the CPU is looked at
_IDLE = 0.5  # of one core: below it, the jobs that seem to compute really wait for something, and more do no harm


class Admission:
    """Asked by one thread. `threads` is the most jobs at once, waiting or not."""

    def __init__(
        self,
        threads: int,
        waiting: Callable[[], int] = count_outside,
        monotonic: Callable[[], float] = time.monotonic,
        process_time: Callable[[], float] = time.process_time,
    ) -> None:
        self._threads = threads
        self._waiting = waiting
        self._monotonic = monotonic
        self._process_time = process_time
        self._looked_at = monotonic()
        self._spent = process_time()

    def find_room(self, running: int) -> int:
        """How many more may be taken now, with so many running."""
        free = self._threads - running
        computing = running - self._waiting()
        if computing < _FEW:
            return min(free, _ENOUGH - computing)
        return min(free, _ENOUGH) if self._has_idled() else 0

    def _has_idled(self) -> bool:
        """Whether the process left a core alone since the last look; True but once a window."""
        now = self._monotonic()
        elapsed = now - self._looked_at
        if elapsed < _WINDOW:
            return False
        spent = self._process_time()
        used, self._spent, self._looked_at = (spent - self._spent) / elapsed, spent, now
        return used < _IDLE
