"""What a conversation needs next: one look, under the lease, that decides the stage and when it is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select, update

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


@dataclass(frozen=True, slots=True)
class Work:
    """`due_at` is null only for "none"; `turn_id` is set for answer, deliver and settle; `now` is the database's."""

    stage: Stage
    now: datetime
    due_at: datetime | None = None
    turn_id: UUID | None = None

    @property
    def is_due(self) -> bool:
        return self.due_at is not None and self.due_at <= self.now


def find_work(connection: Connection, conversation_id: UUID, window: QuietWindow) -> Work:
    """The next stage: nothing of a later turn begins before the present one is settled."""
    t = turns.c
    unsettled = (t.conversation_id == conversations.c.id) & (t.status != "settled")
    now = func.clock_timestamp().label("now")  # the transaction's own now() is older than what others just committed
    row = connection.execute(
        select(now, t.id, t.status, t.next_try_at, conversations.c.held_by)
        .select_from(conversations.outerjoin(turns, unsettled))
        .where(conversations.c.id == conversation_id)
    ).one()
    if row.held_by is not None and row.status in {None, "open"}:
        return Work("none", row.now)  # a person answers: the bot is silent, and forgets nothing
    if row.id is None:
        return _pending_work(connection, conversation_id, window, row.now)
    if row.status == "open":
        return Work("answer", row.now, row.next_try_at or row.now, row.id)
    return _delivery_work(connection, row.id, row.now)


def _delivery_work(connection: Connection, turn_id: UUID, now: datetime) -> Work:
    o = outbox.c
    part = connection.execute(
        select(o.status, o.next_try_at)
        .where(o.turn_id == turn_id, o.status.not_in(SETTLED))
        .order_by(o.number)
        .limit(1)
    ).first()
    if part is None:
        return Work("settle", now, now, turn_id)
    if part.status == "draft":
        return Work("none", now)  # until an operator has looked at it
    return Work("deliver", now, part.next_try_at or now, turn_id)


def _pending_work(connection: Connection, conversation_id: UUID, window: QuietWindow, now: datetime) -> Work:
    m = messages.c
    row = connection.execute(
        select(func.min(m.received_at).label("first"), func.max(m.received_at).label("last")).where(
            is_waiting(conversation_id)
        )
    ).one()
    if row.first is None:
        return Work("none", now)
    if not window.coalesces:
        return Work("freeze", now, now)
    return Work("freeze", now, min(row.last + window.quiet, row.first + window.longest))


def is_waiting(conversation_id: UUID) -> ColumnElement[bool]:
    """The messages of a conversation that no turn has yet, and that somebody may answer."""
    m = messages.c
    mine = (m.conversation_id == conversation_id) & (m.direction == "in")
    return mine & m.turn_id.is_(None) & (m.unanswerable == "")


def find_wait(connection: Connection, conversation_id: UUID) -> timedelta | None:
    """How long until the conversation says it is due (negative: since when), without looking closer; None: never."""
    c = conversations.c
    statement = select(c.due_at - func.now()).where(c.id == conversation_id)
    wait: timedelta | None = connection.execute(statement).scalar_one_or_none()
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
