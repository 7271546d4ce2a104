"""The guards of a send: marked before it leaves, asked for when in doubt, and moved forward only."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from models.outbox import DuePart
from models.reply import Rejected, SendOutcome, Unknown
from tests.guards.removal import Guard, Swap


class _AnyRank(int):
    """Below and above every other."""

    def __lt__(self, other: object) -> bool:
        return True


def _as(**changed: Any) -> Callable[[Callable[..., DuePart]], Callable[..., DuePart]]:
    """The due part as it is not."""
    return lambda get: lambda *given: replace(get(*given), **changed)


def _afresh(status: str) -> Callable[[Callable[..., DuePart]], Callable[..., DuePart]]:
    """Parts of that status are taken for parts that never left."""

    def make(get: Callable[..., DuePart]) -> Callable[..., DuePart]:
        def get_due(*given: Any) -> DuePart:
            due = get(*given)
            return replace(due, status="pending") if due.status == status else due

        return get_due

    return make


def _blindly(send: Callable[..., SendOutcome]) -> Callable[..., SendOutcome]:
    def call(*given: Any) -> SendOutcome:
        outcome = send(*given)
        return Rejected("unknown", outcome.reason, permanent=False) if isinstance(outcome, Unknown) else outcome

    return call


def _just_now(send: Callable[..., None]) -> Callable[..., None]:
    """However long it was frozen, it has only just begun."""
    return lambda services, lease, channel, due, began: send(services, lease, channel, due, services.clock.monotonic())


SENDS = (
    Guard(
        "one place a part",
        covered_by="one reply a turn",
        drops=("ALTER TABLE outbox DROP CONSTRAINT outbox_turn_id_number_key",),
    ),
    Guard(
        "`sending` is committed before the call",
        cells=("talk/kill/platform.accepted#3",),
        swaps=(Swap("models.outbox:mark_sending", lambda _: lambda *given: None),),
    ),
    Guard(
        "a part that was `sending` is asked for",
        cells=("talk/kill/platform.accepted#3",),
        swaps=(Swap("models.outbox:get_due_part", _afresh("sending")),),
    ),
    Guard(
        "a part that is unknown is asked for",
        cells=("doubt/none/",),
        swaps=(Swap("models.outbox:get_due_part", _afresh("unknown")),),
    ),
    Guard(
        "no answer is no refusal",
        cells=("doubt/none/",),
        swaps=(Swap("jobs.deliver:_call_send", _blindly),),
    ),
    Guard(
        "the deadline before the call",
        cells=("talk/freeze/send.committed",),
        swaps=(Swap("jobs.deliver:_send", _just_now),),
    ),
    Guard(
        "absent counts only when said twice",
        cells=("blind look/none/",),
        swaps=(Swap("jobs.deliver:_ABSENT_TWICE", lambda _: 1),),
    ),
    Guard(
        "absent counts only after the grace",
        cells=("doubt/none/",),
        swaps=(Swap("models.outbox:get_due_part", _as(since_attempt=timedelta(days=1))),),
    ),
    Guard(
        "a twin's id is not this part's",
        cells=("twins/none/",),
        swaps=(Swap("models.outbox:_neighbours", lambda _: lambda *given: frozenset()),),
    ),
    Guard(
        "asking ends",
        cells=("untold/none/",),
        swaps=(Swap("models.outbox:get_due_part", _as(age=timedelta(0))),),
    ),
    Guard(
        "after a refused part the rest stays",
        cells=("refused/none/",),
        rewrites=((r"(?<=settled_at=now\(\)) WHERE (?=outbox\.turn_id)", " WHERE false AND "),),
    ),
    Guard(
        "what is settled is not sent again",
        cells=("doubt/two at once/reconcile.answered",),
        rewrites=(
            (r"(?<=outbox\.id = %\(id_1\)s::UUID AND )\(outbox\.status NOT IN \((?:[^()]|\([^()]*\))*\)\)", "true"),
        ),
    ),
    Guard(
        "receipts move a part forward only",
        cells=("talk/none/",),
        swaps=(Swap("models.delivery:RANK", lambda rank: {k: _AnyRank(v) for k, v in rank.items()}, here_only=True),),
    ),
    Guard(
        "our own note leaves a receipt's word",
        cells=("talk/two at once/send.answered",),
        rewrites=((r"status=CASE WHEN \(outbox\.status IN .*? END", "status='sent'"),),
    ),
    Guard(
        "a receipt that settles makes its conversation due",
        covered_by="the conversation is due already while a part is under way",
        rewrites=((r"due_at=least\(conversation\.due_at, now\(\)\)", "due_at=conversation.due_at"),),
    ),
    Guard(
        "a receipt is kept once",
        cells=("talk/none/",),
        drops=("ALTER TABLE receipt DROP CONSTRAINT receipt_account_id_external_id_status_error_code_key",),
    ),
)
