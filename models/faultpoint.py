"""Named moments at which a process may die, so that tests can let it die exactly there. No-ops in production.

A name says what has happened: `turn.leased` stands behind the lease. `POINTS` is the whole list.
"""

from collections.abc import Callable

POINTS = (
    # A request on its way into the inbox.
    "ingress.read",
    "ingress.opened",
    "ingress.inserted",
    "ingress.committed",
    "ingress.rung",
    "ingress.acknowledged",
    "chat.waiting",
    # A ring on its way through the worker.
    "queue.claimed",
    "queue.started",
    "queue.worked",
    # A turn.
    "turn.rung",
    "turn.leased",
    "turn.frozen",
    "turn.begun",
    "llm.opened",
    "llm.answered",
    "llm.journalled",
    "tool.due",
    "tool.worked",
    "tool.journalled",
    "media.fetched",
    "answer.written",
    "answer.committed",
    "turn.released",
    # One part of a reply.
    "send.due",
    "send.marked",
    "send.committed",
    "send.checked",
    "send.answered",
    "send.recorded",
    "send.settled",
    "send.next",
    # A part whose fate nobody knows.
    "reconcile.found",
    "reconcile.answered",
    "reconcile.recorded",
    # What goes on in the background.
    "sweep.started",
    "sweep.claimed",
    "sweep.half-rung",
    "gaps.listed",
    "gaps.half-stored",
    "retention.half-purged",
    # The erasure of a person.
    "erasure.leased",
    "erasure.cut",
    "erasure.table",
    "erasure.committed",
    "erasure.file",
    # A document put in the place of another one, or removed.
    "library.committed",
    "leftover.deleted",
    # The vectors of a model that gave way to another.
    "embedding.half-cleared",
    # What a person sets going again.
    "replay.reopened",
)

_hook: Callable[[str], None] | None = None


def faultpoint(name: str) -> None:
    """What `name` says has happened."""
    if _hook is not None:
        _hook(name)


def set_fault_hook(hook: Callable[[str], None] | None) -> None:
    """For tests only: called at each point with its name, in the thread that is there."""
    global _hook
    _hook = hook
