"""A worker at work in a thread or a process of its own, and jobs to give it."""

import os
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from jobs.queue import JobQueue
from jobs.worker import ConcurrentWorker
from tests.jobs import sample
from tests.waiting import eventually

SAMPLE = "tests.jobs.sample."
SAMPLES = frozenset({SAMPLE + name for name in ("note", "wait_for_gate", "fail", "meet", "nap_and_write")})

_PROGRAM = """
import sys
from datetime import timedelta
from jobs.queue import JobQueue
from jobs.worker import ConcurrentWorker
from tests.jobs.harness import SAMPLES
ConcurrentWorker(JobQueue(sys.argv[1]), threads=8, grace=timedelta(seconds=float(sys.argv[2])), allowed=SAMPLES).run()
print("ended in good order")
"""


@contextmanager
def at_work(queue: JobQueue, threads: int = 8, allowed: Collection[str] = SAMPLES) -> Iterator[ConcurrentWorker]:
    """A worker that has entered itself in Redis; stopped in good order when the block ends."""
    exits: list[int] = []
    worker = ConcurrentWorker(queue, threads, timedelta(seconds=60), allowed, exit_process=exits.append)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        eventually(lambda: queue.connection.exists(f"rq:worker:{worker.name}"))
        yield worker
    except BaseException:
        sample.GATE.set()  # a test that failed does not wait for its jobs
        raise
    finally:
        worker.stop()
        thread.join(180)
    assert not thread.is_alive()
    assert not exits, "it ended by force"


@contextmanager
def in_a_process(redis_url: str, grace: float = 20.0) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker process, listening."""
    root = Path(__file__).parents[2]
    program = [sys.executable, "-W", "error", "-c", _PROGRAM, redis_url, str(grace)]
    process = subprocess.Popen(program, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, stdout=subprocess.PIPE)
    try:
        with Redis.from_url(redis_url) as client:
            eventually(lambda: client.scard("rq:workers") or process.poll() is not None)
        yield process
    finally:
        process.kill()
        process.communicate()


def push(queue: JobQueue, function: str, *args: object) -> str:
    """Enqueue by stock RQ; the job's id."""
    stock = Queue(queue.name, connection=queue.connection, serializer=JSONSerializer)
    return str(stock.enqueue(function, args=args, result_ttl=0, failure_ttl=60).id)
