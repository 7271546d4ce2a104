"""What a conversation needs next: one look, under the lease, that decides the stage and when it is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, select, true, update

from models.columns import fixed
from models.conversation import conversations
from models.message import messages
from models.outbox import SETTLED, outbox
from models.turn import turns

Stage = Literal["freeze", "answer", "deliver", "settle", "none"]


@dataclass(frozen=True, slots=True)
class QuietWindow:
    """How long a person must be silent before her messages become a turn. `coalesces` False: each is its own turn."""

    coalesces: bool
    quiet: timedelta
    longest: timedelta


ANY_WINDOW = QuietWindow(False, timedelta(0), timedelta(0))  # for who only asks whether anything is to be done


@dataclass(frozen=True, slots=True)
class Work:
    """`due_at` is null only for "none"; `turn_id` is set for answer, deliver and settle; `now` is the database's."""

    stage: Stage
    now: datetime
    due_at: datetime | None = None
    turn_id: UUID | None = None
    tries: int = 0  # of that turn: executions that began
    agent_version_id: UUID | None = None  # that it was begun under, once it was

    @property
    def is_due(self) -> bool:
        return self.due_at is not None and self.due_at <= self.now


def is_waiting(conversation_id: UUID | ColumnElement[UUID]) -> ColumnElement[bool]:
    """The messages of a conversation that no turn has yet, and that somebody may answer."""
    m = messages.c
    mine = (m.conversation_id == conversation_id) & (m.direction == "in")
    return mine & m.turn_id.is_(None) & (m.unanswerable == fixed(""))


def _look() -> Select[Any]:
    """Everything that the next stage depends on, in one row."""
    c, t, m, o = conversations.c, turns.c, messages.c, outbox.c
    waiting = (
        select(func.min(m.received_at).label("first"), func.max(m.received_at).label("last"))
        .where(is_waiting(c.id))
        .lateral("waiting")
    )
    part = (
        select(o.status, o.next_try_at)
        .where(o.turn_id == t.id, o.status.not_in([fixed(status) for status in SETTLED]))
        .order_by(o.number)
        .limit(1)
        .lateral("part")
    )
    unsettled = (t.conversation_id == c.id) & (t.status != fixed("settled"))
    now = func.clock_timestamp().label("now")  # the transaction's own now() is older than what others just committed
    began = (t.tries, t.agent_version_id)
    columns = (now, c.held_by, t.id, t.status, t.next_try_at, *began, waiting.c.first, waiting.c.last)
    return (
        select(*columns, part.c.status.label("part_status"), part.c.next_try_at.label("part_next_try_at"))
        .select_from(
            conversations.outerjoin(turns, unsettled).outerjoin(waiting, t.id.is_(None)).outerjoin(part, true())
        )
        .where(c.id == bindparam("conversation"))
    )


_LOOK = _look()


def find_work(connection: Connection, conversation_id: UUID, window: QuietWindow) -> Work:
    """The next stage: nothing of a later turn begins before the present one is settled."""
    row = connection.execute(_LOOK, {"conversation": conversation_id}).one()
    if row.held_by is not None and row.status in {None, "open"}:
        return Work("none", row.now)  # a person answers: the bot is silent, and forgets nothing
    if row.id is None:
        return _pending_work(row, window)
    if row.status == "open":
        return Work("answer", row.now, row.next_try_at or row.now, row.id, row.tries, row.agent_version_id)
    if row.part_status is None:
        return Work("settle", row.now, row.now, row.id)
    if row.part_status == "draft":
        return Work("none", row.now)  # until an operator has looked at it
    return Work("deliver", row.now, row.part_next_try_at or row.now, row.id)


def _pending_work(row: Row[Any], window: QuietWindow) -> Work:
    if row.first is None:
        return Work("none", row.now)
    if not window.coalesces:
        return Work("freeze", row.now, row.now)
    return Work("freeze", row.now, min(row.last + window.quiet, row.first + window.longest))


_WAIT = select(conversations.c.due_at - func.now()).where(conversations.c.id == bindparam("conversation"))


def find_wait(connection: Connection, conversation_id: UUID) -> timedelta | None:
    """How long until the conversation says it is due (negative: since when), without looking closer; None: never."""
    wait: timedelta | None = connection.execute(_WAIT, {"conversation": conversation_id}).scalar_one_or_none()
    return wait


def claim_overdue(connection: Connection, *, overdue: timedelta, repeat: timedelta, limit: int) -> list[UUID]:
    """Conversations whose work is `overdue` and on which nobody works: whoever is returned gets rung.

    The same one is not returned again within `repeat`, so that a long queue is not rung longer.
    """
    c = conversations.c
    idle = c.lease_owner.is_(None) | (c.lease_until < func.now())
    forgotten = c.rung_at.is_(None) | (c.rung_at < func.now() - repeat)
    due = select(c.id).where(c.due_at < func.now() - overdue, idle, forgotten).order_by(c.due_at).limit(limit)
    chosen = due.with_for_update(skip_locked=True).scalar_subquery()
    statement = update(conversations).where(c.id.in_(chosen)).values(rung_at=func.now()).returning(c.id)
    return list(connection.execute(statement).scalars())
