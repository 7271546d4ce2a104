"""Celery with its pool of threads in one process.

Acknowledged early and prefetching four jobs per thread, as by default; no result backend; gossip, mingle and heartbeats
between workers off, since there is one worker; Redis pool above the threads (the default of 10 would make them wait).
"""

from uuid import UUID

from celery import Celery

from benchmarks.peers.base import QUEUE, Ring, import_function

TITLE = "Celery, 1 process, threads"
IS_CONCURRENT = True


def connect(redis_url: str, function: str) -> Ring:
    app = _build(redis_url, connections=20)

    def ring(key: UUID) -> object:
        return app.send_task(function, (str(key),))

    return ring


def serve(redis_url: str, function: str, slots: int) -> None:
    app = _build(redis_url, connections=2 * slots)
    app.task(import_function(function), name=function)
    quiet = ["--loglevel=CRITICAL", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    app.worker_main(["--quiet", "worker", "--pool=threads", f"--concurrency={slots}", *quiet])


def _build(redis_url: str, connections: int) -> Celery:
    app = Celery("bench", broker=redis_url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host="))
    app.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        broker_transport_options={"max_connections": connections},
        broker_connection_retry_on_startup=True,
        worker_hijack_root_logger=False,
    )
    return app
