"""How fast a CRM may be written to: a bucket of tokens that fills again with time."""

from collections.abc import Callable
from threading import Lock

_CRUMB = 1e-6  # what floating point may lose on the way to a whole token


class TokenBucket:
    """At most `requests` in any span of `seconds`, half of them at once. Safe for threads; one in each process."""

    def __init__(self, requests: int, seconds: float, monotonic: Callable[[], float]) -> None:
        burst = max(requests // 2, 1)
        self._capacity = float(burst)
        self._per_second = max(requests - burst, 1) / seconds  # what is spent at once is missing for the rest
        self._monotonic = monotonic
        self._tokens = self._capacity
        self._filled_at = monotonic()
        self._lock = Lock()

    def take(self) -> float:
        """0 when a request may go now, else the seconds to wait; then nothing was taken."""
        with self._lock:
            now = self._monotonic()
            grown = (now - self._filled_at) * self._per_second
            self._tokens = min(self._capacity, self._tokens + grown)
            self._filled_at = now
            if self._tokens >= 1 - _CRUMB:
                self._tokens = max(self._tokens - 1, 0.0)
                return 0.0
            return (1 - self._tokens) / self._per_second
