"""dramatiq with its threads in one process, started by its `Worker` class: its command would add a second process.

Default middleware and acknowledgements (after the job); no results; Redis pool above the threads, since redis-py's
default of 100 raises where it is too small. dramatiq is under the LGPL: a tool of this comparison, no part of Recado.
"""

import signal
import threading
from typing import Any
from uuid import UUID

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from redis import ConnectionPool, Redis

from benchmarks.peers.base import QUEUE, Ring, import_function

TITLE = "dramatiq, 1 process, threads"
IS_CONCURRENT = True


def connect(redis_url: str, function: str) -> Ring:
    _, actor = _build(redis_url, function, connections=20)

    def ring(key: UUID) -> object:
        return actor.send(str(key))

    return ring


def serve(redis_url: str, function: str, slots: int) -> None:
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.set())
    broker, _ = _build(redis_url, function, connections=2 * slots)
    worker = dramatiq.Worker(broker, worker_threads=slots)
    worker.start()
    stopped.wait()
    worker.stop(timeout=2_000)


def _build(redis_url: str, function: str, connections: int) -> "tuple[RedisBroker, dramatiq.Actor[Any, Any]]":
    pool = ConnectionPool.from_url(redis_url, max_connections=connections)
    broker = RedisBroker(client=Redis(connection_pool=pool))
    return broker, dramatiq.actor(import_function(function), actor_name=function, queue_name=QUEUE, broker=broker)
