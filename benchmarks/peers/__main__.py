"""One worker process under measurement: `python -m benchmarks.peers celery jobs.advance.advance 200`.

The services of a turn are the ones that `python -m bot worker` installs, all of it imported before the first job.
"""

import os
import sys
from typing import cast

from benchmarks.peers.base import PeerQueue, get_peer
from bot.embedded.engines import attach_or_start
from bot.settings import load_settings
from bot.telemetry import configure_logging
from bot.worker import installed_services
from jobs.allowed import ADVANCE
from jobs.queue import JobQueue, connect


def main() -> None:
    name, function, slots = sys.argv[1], sys.argv[2], int(sys.argv[3])
    peer = get_peer(name)
    settings = load_settings()
    configure_logging(settings, "worker")
    with attach_or_start(settings) as engines:
        if function != ADVANCE:
            return peer.serve(engines.redis_url, function, slots)
        queue = cast(JobQueue, PeerQueue(peer.connect(engines.redis_url, function), connect(engines.redis_url)))
        with installed_services(settings, engines.database_url, queue) as services:
            # A forked process must not talk on its parent's connections.
            os.register_at_fork(after_in_child=lambda: services.engine.dispose(close=False))
            return peer.serve(engines.redis_url, function, slots)


if __name__ == "__main__":
    main()
