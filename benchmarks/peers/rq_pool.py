"""RQ's worker pool with `SimpleWorker`: processes that run one job after the other without a fork for each.

`SimpleWorker` is the pool's fastest choice, so it is the one compared. The processes are forked from one that has
everything imported, so that they share its memory.
"""

from rq import SimpleWorker
from rq.serializers import JSONSerializer
from rq.worker_pool import WorkerPool

from benchmarks.peers.base import QUEUE
from benchmarks.peers.stock_rq import build_queue, connect

__all__ = ["connect", "serve"]

TITLE = "RQ worker pool, SimpleWorker"
IS_CONCURRENT = False


def serve(redis_url: str, function: str, slots: int) -> None:
    pool = WorkerPool(
        [QUEUE],
        connection=build_queue(redis_url).connection,
        num_workers=slots,
        worker_class=SimpleWorker,
        serializer=JSONSerializer,
    )
    pool.start(logging_level="ERROR")
