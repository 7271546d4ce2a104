"""One worker's entries in RQ's books: jobs claimed, alive and finished, and the worker itself."""

import os
import platform
import secrets
import socket
import zlib
from base64 import b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from redis import Redis
from rq.utils import utcformat
from rq.version import VERSION

from jobs.queue import FAILURE_TTL
from jobs.rq_worker import scripts

EXECUTION_TTL = 15  # seconds without a beat until an execution counts as orphaned
_WORKER_TTL = 30  # seconds without a beat until the worker disappears from the tools
_MAX_TRACEBACK = 20_000  # characters kept of a failure


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is this worker's now. `data` is as it came; `has_side_effects`: it brings callbacks or web hooks."""

    job_id: str
    execution_id: str
    data: bytes
    has_side_effects: bool


@dataclass(frozen=True, slots=True)
class Finished:
    """A claim that was worked off. `error` is a traceback or a reason, empty if it went well."""

    claim: Claim
    seconds: float
    error: str


class Books:
    """Each method is one round trip and raises RedisError. Thread-safe. `redis` must outwait `wait_for_ring`."""

    def __init__(self, redis: Redis, queue: str, worker: str) -> None:
        self._redis = redis
        self._worker = worker
        self._queue = queue
        self._queue_key = f"rq:queue:{queue}"
        self._started_key = f"rq:wip:{queue}"
        self._failed_key = f"rq:failed:{queue}"
        self._worker_key = f"rq:worker:{worker}"
        self._workers_keys = ["rq:workers", f"rq:workers:{queue}"]
        self._claim = redis.register_script(scripts.CLAIM)
        self._finish = redis.register_script(scripts.FINISH)
        self._beat = redis.register_script(scripts.BEAT)
        self._tidy = redis.register_script(scripts.TIDY)
        self._identity = _identity(queue)

    def claim(self, limit: int) -> list[Claim] | None:
        """Take up to `limit` jobs off the queue; None while an operator has suspended the workers (`rq suspend`)."""
        rows = self._claim(
            keys=[self._queue_key, self._started_key, self._worker_key, "rq:suspended"],
            args=[limit, _now(), EXECUTION_TTL, self._worker, secrets.token_hex(8)],
        )
        if rows == -1:
            return None
        return [Claim(_text(job), _text(execution), data, bool(others)) for job, execution, data, others in rows]

    def wait_for_ring(self, seconds: float) -> None:
        """Return once a job waits, or after `seconds`. Takes nothing: the head of the queue is moved onto itself."""
        self._redis.blmove(self._queue_key, self._queue_key, seconds, "LEFT", "LEFT")  # type: ignore[arg-type]

    def finish(self, batch: Sequence[Finished], busy: bool) -> None:
        """Enter how jobs ended. Safe to repeat."""
        args: list[str | bytes | float] = ["busy" if busy else "idle", _now(), FAILURE_TTL, self._worker]
        for item in batch:
            args += [item.claim.job_id, item.claim.execution_id, round(item.seconds, 6), _packed(item.error)]
        self._finish(keys=[self._started_key, self._failed_key, self._worker_key], args=args)

    def beat(self, running: Collection[Claim]) -> None:
        """Say that the worker and what it runs are alive; enters the worker where it is not, or no longer, known."""
        now = _now()
        fields = [*self._identity, "last_heartbeat", now, "state", "busy" if running else "idle"]
        args: list[str | int] = [now, EXECUTION_TTL, _WORKER_TTL, len(fields), *fields]
        for claim in running:
            args += [claim.job_id, claim.execution_id]
        self._beat(keys=[self._started_key, self._worker_key, *self._workers_keys], args=args)

    def tidy(self) -> int:
        """Forget executions whose worker died, and failures that are old enough; how many executions were given up."""
        return int(self._tidy(keys=[self._started_key, self._failed_key, *self._workers_keys], args=[]))

    def leave(self) -> None:
        """Enter that the worker has ended."""
        with self._redis.pipeline() as pipeline:
            for key in self._workers_keys:
                pipeline.srem(key, self._worker_key)
            pipeline.hset(self._worker_key, "death", _now())
            pipeline.expire(self._worker_key, _WORKER_TTL)
            pipeline.execute()


def _identity(queue: str) -> list[str]:
    """Names and values by turns, as `rq.worker` enters them."""
    fields = {
        "birth": _now(),
        "queues": queue,
        "pid": str(os.getpid()),
        "hostname": socket.gethostname(),
        "ip_address": "unknown",
        "version": VERSION,
        "python_version": platform.python_version(),
    }
    return [item for pair in fields.items() for item in pair]


def _packed(error: str) -> bytes:
    """As `rq.results` packs a traceback; its end says most."""
    return b64encode(zlib.compress(error[-_MAX_TRACEBACK:].encode("utf-8", "replace"))) if error else b""


def _now() -> str:
    return utcformat(datetime.now(UTC))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
