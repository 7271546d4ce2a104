"""The doorbell: tells the workers, in one round trip, that a conversation has something to do.

A ring is an ordinary RQ job, so that stock RQ workers and tools can read and run it. What is to be done stands in the
database, so a ring may get lost, or come twice, without harm.
"""

import json
import logging
import threading
from collections.abc import Iterable, Sequence
from typing import ClassVar
from uuid import UUID

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq.utils import utcformat

from jobs.allowed import ADVANCE
from jobs.circuit import Circuit
from models.clock import Clock, SystemClock
from models.faultpoint import faultpoint
from models.randomness import random_piece

JOB_TIMEOUT = 600  # seconds; only stock workers look at it
FAILURE_TTL = 60  # seconds that a failed ring stays visible: the log keeps the story, the database the work

_log = logging.getLogger(__name__)

_TIMEOUT = 0.5  # seconds for connecting, and again for an answer: a webhook may not wait for longer
_PAUSE = 1.0  # seconds between tries while Redis does not answer
_LOG_EVERY = 60.0  # seconds
_MAX_CONNECTIONS = 2_000  # made on demand; above any number of threads, since the pool raises where it is too small

# KEYS: queue, set of queues, one hash per job. ARGV: now, then id, data and description of each. The fields are what
# RQ's `Job.save` writes for a queued job; those that all jobs share stand in the script, which Redis keeps.
_RING = """
local at = 2
for index = 3, #KEYS do
  redis.call('HSET', KEYS[index], 'data', ARGV[at + 1], 'description', ARGV[at + 2],
    'created_at', ARGV[1], 'enqueued_at', ARGV[1], {shared})
  redis.call('RPUSH', KEYS[1], ARGV[at])
  at = at + 3
end
redis.call('SADD', KEYS[2], KEYS[1])
return redis.call('LLEN', KEYS[1])
"""


class JobQueue:
    """Rings for conversations. Thread-safe; make it after forking. `name` is the RQ queue's, `function` the job's,
    `timeout` the seconds that Redis has for an answer."""

    batch: ClassVar[int] = 200  # rings per round trip: Redis does nothing else meanwhile

    def __init__(
        self,
        redis_url: str,
        name: str = "recado",
        clock: Clock | None = None,
        function: str = ADVANCE,
        timeout: float = _TIMEOUT,
    ) -> None:
        self.name = name
        self._function = function
        self.connection = connect(redis_url, timeout)
        self._url = redis_url
        self._clock = clock or SystemClock()
        self._ring = self.connection.register_script(_RING.format(shared=_shared_fields(name)))
        self._circuit = Circuit(_PAUSE, self._clock)
        self._lock = threading.Lock()
        self._lost = 0
        self._log_at = 0.0

    @property
    def key(self) -> str:
        """The Redis list that RQ keeps the queue in."""
        return f"rq:queue:{self.name}"

    @property
    def lost_rings(self) -> int:
        """Rings since the start that Redis did not take; the sweeper makes up for them."""
        return self._lost

    def connect(self, timeout: float) -> Redis:
        """Another client of the same Redis, patient for `timeout` seconds per answer: for whoever blocks."""
        return connect(self._url, timeout)

    def ping(self) -> bool:
        """Whether Redis answers now. Never raises, and never takes longer than a second."""
        try:
            self.connection.ping()
        except (RedisError, OSError):
            self._circuit.failed()
            return False
        self._circuit.succeeded()
        return True

    def depth(self) -> int:
        """Rings that wait. Raises RedisError."""
        return int(self.connection.llen(self.key))

    def ring(self, conversation_id: UUID) -> bool:
        """Enqueue `jobs.advance.advance(conversation_id)`. Never raises; False when Redis did not take it."""
        return self.ring_many([conversation_id]) == 1

    def ring_many(self, conversation_ids: Iterable[UUID]) -> int:
        """How many were rung for; `batch` of them cost one round trip. Never raises."""
        ids = list(conversation_ids)
        rung = 0
        for start in range(0, len(ids), self.batch):
            batch = ids[start : start + self.batch]
            if self._push(batch):
                rung += len(batch)
            if start + self.batch < len(ids):
                faultpoint("sweep.half-rung")
        return rung

    def _push(self, batch: Sequence[UUID]) -> bool:
        if not self._circuit.try_enter():
            self._note_lost(len(batch), "it did not answer a moment ago")
            return False
        keys, args = self._as_jobs(batch)
        try:
            self._ring(keys=[self.key, "rq:queues", *keys], args=args)
        except (RedisError, OSError) as error:
            self._circuit.failed()
            self._note_lost(len(batch), repr(error))
            return False
        self._circuit.succeeded()
        return True

    def _as_jobs(self, batch: Sequence[UUID]) -> tuple[list[str], list[str]]:
        """The jobs' keys, and the script's arguments. RQ compresses data; so short a text is read as well as it is."""
        keys: list[str] = []
        args = [utcformat(self._clock.now())]
        for conversation_id in batch:
            job_id = f"ring_{conversation_id.hex}_{random_piece()[:4].hex()}"
            keys.append(f"rq:job:{job_id}")
            call = f'["{self._function}", null, ["{conversation_id}"], {{}}]'
            args += (job_id, call, f"{self._function}('{conversation_id}')")
        return keys, args

    def _note_lost(self, count: int, why: str) -> None:
        now = self._clock.monotonic()
        with self._lock:
            self._lost += count
            due = now >= self._log_at
            if due:
                self._log_at = now + _LOG_EVERY
        if due:
            _log.warning("Redis takes no rings (%s): the sweeper will find the work; %d lost so far", why, self._lost)


def connect(redis_url: str, timeout: float = _TIMEOUT) -> Redis:
    """A client that gives up quickly and repeats nothing by itself. `unix://`, `redis://`, `rediss://`; lazy."""
    return Redis.from_url(
        redis_url,
        socket_connect_timeout=_TIMEOUT,
        socket_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
        max_connections=_MAX_CONNECTIONS,
        protocol=2,  # needs no greeting: one round trip fewer per connection
    )


def _shared_fields(queue: str) -> str:
    """Names and values by turns, as Lua writes them. RQ reads an empty string as 'none'."""
    fields: dict[str, str | int] = {
        "status": "queued",
        "origin": queue,
        "timeout": JOB_TIMEOUT,
        "result_ttl": 0,
        "failure_ttl": FAILURE_TTL,
        "success_callback_name": "",
        "failure_callback_name": "",
        "stopped_callback_name": "",
        "started_at": "",
        "ended_at": "",
        "last_heartbeat": "",
        "worker_name": "",
        "group_id": "",
    }
    return ", ".join(json.dumps(str(item)) for pair in fields.items() for item in pair)
