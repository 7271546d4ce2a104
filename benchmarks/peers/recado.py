"""Our own worker. For whole turns the benchmark starts `python -m bot worker`; this is for other bodies."""

from benchmarks.peers.base import Ring
from jobs.queue import JobQueue
from jobs.worker import ConcurrentWorker

TITLE = "Recado, 1 process, threads"
IS_CONCURRENT = True


def connect(redis_url: str, function: str) -> Ring:
    return JobQueue(redis_url, function=function).ring


def serve(redis_url: str, function: str, slots: int) -> None:
    ConcurrentWorker(JobQueue(redis_url, function=function), slots, allowed={function}).run()
