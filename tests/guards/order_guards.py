"""The guards of order: one worker at a time, one turn at a time, and nobody's work forgotten."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from models.faultpoint import faultpoint
from models.work import Work
from tests.guards.removal import Guard, Swap


class _Unforgetting:
    """A lease keeper that `_look` cannot make forget."""

    def __init__(self, keeper: Any) -> None:
        self._keeper = keeper

    def __getattr__(self, name: str) -> Any:
        return getattr(self._keeper, name)

    def forget(self, lease: object) -> None:
        """Not yet."""


def _forget_later(look: Callable[..., Any]) -> Callable[..., Any]:
    return lambda services, *rest: look(replace(services, leases=_Unforgetting(services.leases)), *rest)


def _release_apart(release: Callable[..., None]) -> Callable[..., None]:
    """Looked, committed, and released in a second transaction."""

    def apart(connection: Any, *rest: Any) -> None:
        connection.exec_driver_sql("COMMIT AND CHAIN")
        faultpoint("turn.looked")
        release(connection, *rest)

    return apart


def _next_turn_first(find_work: Callable[..., Work]) -> Callable[..., Work]:
    """What waits is frozen though the turn before has not left yet."""

    def find(connection: Any, conversation_id: Any, window: Any) -> Work:
        work = find_work(connection, conversation_id, window)
        if work.stage == "deliver" and work.due_at is not None and work.due_at > work.now:
            return Work("settle", work.now, work.now, work.turn_id)
        return work

    return find


def _go_on(look: Callable[..., Any]) -> Callable[..., Any]:
    return lambda services, *rest: look(replace(services, is_stopping=lambda: False), *rest)


def _nothing(original: object) -> Callable[..., None]:
    return lambda *given, **named: None


def _take_again(acquire: Callable[..., Any]) -> Callable[..., Any]:
    """Whatever this process holds already."""

    def take(self: Any, conversation_id: Any, **named: Any) -> Any:
        held = self._held.pop(conversation_id, None)
        lease = acquire(self, conversation_id, **named)
        if lease is None and held is not None:
            self._held[conversation_id] = held
        return lease

    return take


ORDER = (
    Guard(
        "the lease on a conversation",
        cells=("talk/two at once/llm.paid",),
        rewrites=(
            (r"(?<=UUID AND )\(conversation\.lease_owner IS NULL OR conversation\.lease_until < now\(\)\)", "true"),
        ),
    ),
    Guard(
        "a process takes no lease that it holds",
        covered_by="the lease in the database",
        swaps=(Swap("jobs.leases:LeaseKeeper.acquire", _take_again),),
    ),
    Guard(
        "leases are renewed",
        cells=("talk/slow/llm.paid",),
        swaps=(Swap("models.lease:renew_leases", _nothing),),
    ),
    Guard(
        "the fence",
        cells=("brief/freeze/turn.begun",),
        rewrites=((r"conversation\.fence = %\(\w+\)s(::\w+)?", "true"),),
    ),
    Guard(
        "a send has a longer lease",
        covered_by="a part that is `sending` is asked for, and absent counts only after the grace",
        swaps=(Swap("models.lease:extend_lease", _nothing),),
    ),
    Guard(
        "one unsettled turn a conversation",
        covered_by="the lease, and looking for the unsettled turn first",
        drops=("DROP INDEX turn_unsettled",),
    ),
    Guard(
        "a turn is settled before the next begins",
        cells=("doubt/none/",),
        swaps=(Swap("models.work:find_work", _next_turn_first),),
    ),
    Guard(
        "looking and releasing are one transaction",
        cells=("talk/two at once/turn.looked",),
        swaps=(Swap("models.lease:release_lease", _release_apart),),
    ),
    Guard(
        "a lease is forgotten before the commit that releases it",
        cells=("talk/two threads/turn.released",),
        swaps=(Swap("jobs.advance:_look", _forget_later),),
    ),
    Guard(
        "who stops begins no answer",
        cells=("talk/stop/turn.leased",),
        swaps=(Swap("jobs.advance:_look", _go_on),),
    ),
    Guard(
        "the sweeper",
        cells=("talk/kill+flush/ingress.acknowledged#3",),
        swaps=(Swap("models.work:claim_overdue", lambda _: lambda *given, **named: []),),
    ),
    Guard(
        "the sweeper rings again only after a while",
        cells=("backlog/none/",),
        rewrites=(
            (r"\(conversation\.rung_at IS NULL OR conversation\.rung_at < now\(\) - %\(\w+\)s(::\w+)?\)", "true"),
        ),
    ),
    Guard(
        "the sweeper leaves alone what is being worked on",
        covered_by="the lease: a ring too many finds it taken",
        rewrites=(
            (r"\(conversation\.lease_owner IS NULL OR conversation\.lease_until < now\(\)\)(?= AND \(c)", "true"),
        ),
    ),
    Guard(
        "one process sweeps",
        covered_by="whoever was rung for is not found again for a while",
        swaps=(Swap("models.lease:hold_named_lease", lambda _: lambda *given: True),),
    ),
)
