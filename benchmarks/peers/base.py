"""What a worker under measurement is: a way to ring for a job, and a process that runs the jobs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast
from uuid import UUID

from redis import Redis

QUEUE = "bench"

Ring = Callable[[UUID], object]


class Peer(Protocol):
    """A module of this package."""

    TITLE: str
    IS_CONCURRENT: bool  # many jobs in one process, so that it can be compared with ours at the same number of threads

    def connect(self, redis_url: str, function: str) -> Ring:
        """How this worker is asked to call `function(str(id))`: by its own enqueue, one job at a time."""

    def serve(self, redis_url: str, function: str, slots: int) -> None:
        """Run jobs, at most `slots` at once, until SIGTERM. `function` is a dotted path."""


PEERS = {
    "recado": "benchmarks.peers.recado",
    "celery": "benchmarks.peers.celery_threads",
    "dramatiq": "benchmarks.peers.dramatiq_threads",
    "huey": "benchmarks.peers.huey_threads",
    "rq": "benchmarks.peers.stock_rq",
    "rq-pool": "benchmarks.peers.rq_pool",
}


def get_peer(name: str) -> Peer:
    return cast(Peer, import_module(PEERS[name]))


@dataclass(frozen=True)
class PeerQueue:
    """Takes the place of `JobQueue` in a peer's process: put-off and overdue turns come back to that peer."""

    ring: Ring
    connection: Redis  # every worker tells the words of an answer over it

    def ring_many(self, conversation_ids: Sequence[UUID]) -> int:
        for key in conversation_ids:
            self.ring(key)
        return len(conversation_ids)


def import_function(path: str) -> Callable[..., Any]:
    module, _, name = path.rpartition(".")
    return cast(Callable[..., Any], getattr(import_module(module), name))
