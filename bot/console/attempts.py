"""How often a login may be tried: counted in Redis for all processes, and in the process alone while Redis is away."""

import hashlib
import logging
import threading
from collections import OrderedDict

from redis import Redis
from redis.exceptions import RedisError

from models.clock import Clock

WINDOW_SECONDS = 900
PER_ADDRESS = 30  # attempts from one IP address in a window
PER_EMAIL = 10  # failed attempts for one operator in a window
_MOST_REMEMBERED = 10_000
_log = logging.getLogger("recado.web")


class LoginAttempts:
    """Without Redis operators can still log in, to see that Redis is away: each process then counts by itself."""

    def __init__(self, redis: "Redis", clock: Clock) -> None:
        self._redis = redis
        self._local = _LocalCounts(clock)

    def admit(self, address: str, email: str) -> bool:
        """Count this attempt; False when there were too many."""
        limits = {_key("ip", address): PER_ADDRESS, _key("email", email): PER_EMAIL}
        try:
            counts = [self._count(key) for key in limits]
        except RedisError as error:
            _log.warning("login attempts are counted without Redis (%s)", type(error).__name__)
            counts = [self._local.count(key) for key in limits]
        return all(count <= limit for count, limit in zip(counts, limits.values(), strict=True))

    def forgive(self, email: str) -> None:
        """The right password was given: the operator's own slips no longer count."""
        self._local.forget(_key("email", email))
        try:
            self._redis.delete(_key("email", email))
        except RedisError:
            return

    def _count(self, key: str) -> int:
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.incr(key)
            pipeline.expire(key, WINDOW_SECONDS, nx=True)
            return int(pipeline.execute()[0])


class _LocalCounts:
    """Counts within a window that begins at the first attempt; the oldest go when there are too many."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, key: str) -> int:
        now = self._clock.monotonic()
        with self._lock:
            began_at, count = self._counts.get(key, (now, 0))
            if now - began_at >= WINDOW_SECONDS:
                began_at, count = now, 0
            self._counts[key] = (began_at, count + 1)
            while len(self._counts) > _MOST_REMEMBERED:
                self._counts.popitem(last=False)
            return count + 1

    def forget(self, key: str) -> None:
        with self._lock:
            self._counts.pop(key, None)


def _key(kind: str, value: str) -> str:
    """Redis never holds an address or e-mail in clear."""
    return f"recado:login:{kind}:{hashlib.sha256(value.encode(errors='replace')).hexdigest()[:32]}"
