"""A circuit breaker: while a neighbour does not answer, only one try a while pays for finding out."""

import threading

from models.clock import Clock


class Circuit:
    """Closed lets everybody through. A failure opens it; then one caller per `pause` seconds may try. Thread-safe."""

    def __init__(self, pause: float, clock: Clock) -> None:
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._retry_at: float | None = None  # None: closed

    def try_enter(self) -> bool:
        """Whether the caller may try now; if so, it must tell how it went."""
        with self._lock:
            if self._retry_at is None:
                return True
            now = self._clock.monotonic()
            if now < self._retry_at:
                return False
            self._retry_at = now + self._pause
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._retry_at = None

    def failed(self) -> None:
        with self._lock:
            self._retry_at = self._clock.monotonic() + self._pause
