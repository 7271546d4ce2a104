"""What the benchmark compares with: RQ's own forking `Worker` on the same jobs, started with everything imported.

It makes the file it is given when it is ready, waits for a line, and then works until the queue is empty.
"""

import os
import sys
from pathlib import Path

from rq import Worker
from rq.serializers import JSONSerializer

from bot.embedded.engines import attach_or_start
from bot.settings import load_settings
from bot.telemetry import configure_logging
from bot.worker import installed_services
from jobs.allowed import AllowedJob
from jobs.queue import JobQueue


def main() -> None:
    settings = load_settings()
    configure_logging(settings, "worker")
    with attach_or_start(settings) as engines:
        queue = JobQueue(engines.redis_url)
        with installed_services(settings, engines.database_url, queue) as services:
            # A forked process must not talk on its parent's connections.
            os.register_at_fork(after_in_child=lambda: services.engine.dispose(close=False))
            client = queue.connect(timeout=600)
            worker = Worker([queue.name], connection=client, serializer=JSONSerializer, job_class=AllowedJob)
            Path(sys.argv[1]).touch()
            sys.stdin.readline()
            worker.work(burst=True, logging_level="ERROR")
            client.close()


if __name__ == "__main__":
    main()
