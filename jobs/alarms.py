"""Rings for later: one thread that rings a conversation when it becomes due.

A convenience of this process only. The due time stands in the database, and the sweeper rings for what is overdue.
"""

import heapq
import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from models.clock import Clock


class Alarms:
    """`ring` must not raise. Thread-safe."""

    def __init__(self, ring: Callable[[UUID], object], clock: Clock) -> None:
        self._ring = ring
        self._clock = clock
        self._heap: list[tuple[float, UUID]] = []
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def set(self, conversation_id: UUID, wait: timedelta) -> None:
        """Ring that conversation once, `wait` from now."""
        with self._changed:
            heapq.heappush(self._heap, (self._clock.monotonic() + max(wait.total_seconds(), 0.0), conversation_id))
            self._changed.notify()

    def _run(self) -> None:
        while (conversation_id := self._next()) is not None:
            self._ring(conversation_id)

    def _next(self) -> UUID | None:
        """Wait for the next due conversation; None when stopped."""
        with self._changed:
            while not self._stopped:
                wait = self._heap[0][0] - self._clock.monotonic() if self._heap else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._heap)[1]
                self._changed.wait(wait)
            return None
