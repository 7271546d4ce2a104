"""RQ's own `Worker`: a fork for each job, one job at a time. Everything is imported before it forks.

The plain `rq worker` command would import the LLM's SDK in each job: another second of CPU, which we do not hold
against it. JSON instead of pickle, as ours; results are not kept.
"""

from uuid import UUID

from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from benchmarks.peers.base import QUEUE, Ring

TITLE = "RQ Worker, 1 process, forking"
IS_CONCURRENT = False


def connect(redis_url: str, function: str) -> Ring:
    queue = build_queue(redis_url)

    def ring(key: UUID) -> object:
        return queue.enqueue(function, str(key), result_ttl=0)

    return ring


def serve(redis_url: str, function: str, slots: int) -> None:
    queue = build_queue(redis_url)
    Worker([queue], connection=queue.connection, serializer=JSONSerializer).work(logging_level="ERROR")


def build_queue(redis_url: str) -> Queue:
    return Queue(QUEUE, connection=Redis.from_url(redis_url), serializer=JSONSerializer)
