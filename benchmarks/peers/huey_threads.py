"""huey with its threads in one process: each waits for jobs on a connection of its own, as by default.

No results, no periodic tasks; Redis pool above the threads, since redis-py's default of 100 raises where it is too
small. huey acknowledges by taking the job off its list.
"""

from typing import Any
from uuid import UUID

from huey import RedisHuey
from redis import ConnectionPool

from benchmarks.peers.base import QUEUE, Ring, import_function

TITLE = "huey, 1 process, threads"
IS_CONCURRENT = True


def connect(redis_url: str, function: str) -> Ring:
    _, task = _build(redis_url, function, connections=20)

    def ring(key: UUID) -> object:
        return task(str(key))

    return ring


def serve(redis_url: str, function: str, slots: int) -> None:
    huey, _ = _build(redis_url, function, connections=2 * slots)
    huey.create_consumer(workers=slots, worker_type="thread", periodic=False).run()


def _build(redis_url: str, function: str, connections: int) -> tuple[RedisHuey, Any]:
    pool = ConnectionPool.from_url(redis_url, max_connections=connections)
    huey = RedisHuey(QUEUE, connection_pool=pool, results=False)
    return huey, huey.task(name=function.rpartition(".")[2])(import_function(function))
