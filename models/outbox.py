"""What is to be sent, part by part, and the platform's word about each part."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Integer,
    Interval,
    Select,
    Text,
    UniqueConstraint,
    Update,
    bindparam,
    case,
    func,
    literal,
    select,
    update,
)
from sqlmodel import Field, SQLModel

from models.columns import fixed, json, key, moment, reference, string, table_of
from models.message import messages
from models.reply import OutboundPart
from models.rest import Resting, rests
from models.turn import turns

# How far a part has come. Receipts only move it to a higher rank; `failed` is final.
RANK = {
    "draft": 0,
    "pending": 0,
    "sending": 1,
    "unknown": 2,
    "sent": 3,
    "delivered": 4,
    "read": 5,
    "failed": 9,
    "held": 9,
    "rejected": 9,
}
SETTLED = ("sent", "delivered", "read", "failed", "held", "rejected")


class OutboxPart(SQLModel, table=True):
    """pending -> sending (committed before the call) -> sent -> delivered -> read, or failed; unknown is reconciled,
    and held when nobody can say. A draft waits for an operator, who makes it pending or rejected."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("turn_id", "number"),
        CheckConstraint(
            "status IN ('draft', 'pending', 'sending', 'unknown', 'sent', 'delivered', 'read', 'failed', 'held', "
            "'rejected')",
            name="outbox_status_known",
        ),
        Index("outbox_unsettled", "conversation_id", postgresql_where="status IN ('pending', 'sending', 'unknown')"),
        Index("outbox_provider_id", "provider_id"),
        Index("outbox_neighbours", "conversation_id", "attempted_at"),
        ForeignKeyConstraint(["turn_id"], ["turn.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    conversation_id: UUID = Field(sa_column=reference())
    turn_id: UUID = Field(sa_column=reference())
    number: int = Field(sa_column=Column(Integer, nullable=False))
    to_address: str = Field(sa_column=string())
    body: str = Field(sa_column=string())
    extra: dict[str, Any] | None = Field(default=None, sa_column=json())  # as the channel's `render` gave it
    status: str = Field(sa_column=string(default="pending"))
    provider_id: str | None = Field(default=None, sa_column=string(nullable=True))
    tries: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    asked: int = Field(
        sa_column=Column(Integer, nullable=False, server_default="0")
    )  # reconciliations that said absent
    attempted_at: datetime | None = Field(default=None, sa_column=moment())
    next_try_at: datetime | None = Field(default=None, sa_column=moment())
    error_code: str = Field(sa_column=string())
    error: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=moment(nullable=False))
    settled_at: datetime | None = Field(default=None, sa_column=moment())


class ReceiptRow(SQLModel, table=True):
    """The log of what the platform said; the same word twice is kept once."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("account_id", "external_id", "status", "error_code"),
        ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["outbox_id"], ["outbox.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    account_id: UUID = Field(sa_column=reference())
    outbox_id: UUID | None = Field(default=None, sa_column=reference(nullable=True, index=True))
    external_id: str = Field(sa_column=string())
    status: str = Field(sa_column=string())
    error_code: str = Field(sa_column=string())
    extra: dict[str, Any] | None = Field(default=None, sa_column=json())
    received_at: datetime = Field(sa_column=moment(nullable=False))


outbox = table_of(OutboxPart)
receipts = table_of(ReceiptRow)


@dataclass(frozen=True, slots=True)
class DuePart:
    """The first unsettled part of a turn, as the deliver stage takes it up."""

    part: OutboundPart
    status: str
    tries: int
    asked: int
    age: timedelta  # since it was written
    since_attempt: timedelta | None
    since_inbound: timedelta | None  # since the person's last message
    trace_id: str
    rest: Resting | None = None  # of whom it is to be sent through


def _due_part() -> Select[Any]:
    o, m = outbox.c, messages.c
    last_inbound = (
        select(m.received_at)
        .where(m.conversation_id == o.conversation_id, m.direction == "in")
        .order_by(m.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(o.id, o.turn_id, o.conversation_id, o.number, o.to_address, o.body, o.extra, o.status, o.tries, o.asked)
        .add_columns(o.attempted_at, (func.now() - o.attempted_at).label("since_attempt"))
        .add_columns((func.now() - o.created_at).label("age"), (func.now() - last_inbound).label("since_inbound"))
        .add_columns(rests.c.failures, (rests.c.rests_until - func.now()).label("rests_for"), turns.c.trace_id)
        .select_from(outbox.join(turns, turns.c.id == o.turn_id).outerjoin(rests, rests.c.name == bindparam("sender")))
        .where(o.turn_id == bindparam("turn"), o.status.not_in([fixed(status) for status in SETTLED]))
        .order_by(o.number)
        .limit(1)
    )


_DUE_PART = _due_part()


def get_due_part(connection: Connection, turn_id: UUID, sender: str) -> DuePart:
    """`sender` is the name under which the platform's account may rest."""
    row = connection.execute(_DUE_PART, {"turn": turn_id, "sender": sender}).one()
    taken = _neighbours(connection, row.conversation_id, row.id, row.attempted_at)
    part = OutboundPart(
        row.id, row.turn_id, row.number, row.to_address, row.body, row.attempted_at, row.extra or {}, taken
    )
    return DuePart(
        part=part,
        status=row.status,
        tries=row.tries,
        asked=row.asked,
        age=row.age,
        since_attempt=row.since_attempt,
        since_inbound=row.since_inbound,
        trace_id=row.trace_id,
        rest=None if row.rests_for is None else Resting(row.failures, row.rests_for),
    )


def next_number(connection: Connection, turn_id: UUID) -> int:
    """What a further part of the turn is numbered."""
    o = outbox.c
    highest = select(func.coalesce(func.max(o.number), -1)).where(o.turn_id == turn_id)
    return int(connection.execute(highest).scalar_one()) + 1


def replace_part(connection: Connection, part: OutboundPart) -> None:
    """Another wording of the same part, such as a template; it is sent as soon as it is its turn."""
    values = {"body": part.body, "extra": dict(part.extra) or None, "status": "pending", "next_try_at": None}
    connection.execute(update(outbox).where(outbox.c.id == part.id, outbox.c.status.not_in(SETTLED)).values(**values))


def _neighbours(
    connection: Connection, conversation_id: UUID, part_id: UUID, attempted_at: datetime | None
) -> frozenset[str]:
    """Platform ids of the conversation's other parts of about that time; none are needed before a first attempt."""
    if attempted_at is None:
        return frozenset()
    o = outbox.c
    statement = select(o.provider_id).where(
        o.conversation_id == conversation_id,
        o.id != part_id,
        o.provider_id.is_not(None),
        o.attempted_at > attempted_at - timedelta(hours=1),
    )
    return frozenset(connection.execute(statement).scalars())


_MARK_SENDING = (
    update(outbox)
    .where(outbox.c.id == bindparam("part"), outbox.c.status == "pending")
    .values(status="sending", attempted_at=func.now(), tries=outbox.c.tries + 1, next_try_at=None)
)


def mark_sending(connection: Connection, part_id: UUID) -> None:
    """Committed before the call, so that a crash leaves a part whose fate is asked for, not one that is sent again."""
    connection.execute(_MARK_SENDING, {"part": part_id})


def _mark_sent() -> Update:
    o = outbox.c
    settled = [fixed(status) for status in SETTLED]
    sent = (
        update(outbox)
        .where(o.id == bindparam("part"))
        .values(
            provider_id=func.coalesce(func.nullif(bindparam("platform_id", type_=Text), ""), o.provider_id),
            status=case((o.status.in_(settled), o.status), else_="sent"),
            settled_at=func.coalesce(o.settled_at, func.now()),
        )
        .returning(o.turn_id, o.number)
        .cte("sent")
    )
    following = (o.turn_id == sent.c.turn_id) & (o.number == sent.c.number + 1) & (o.status == "pending")
    return update(outbox).where(following).values(next_try_at=func.now() + bindparam("pause", type_=Interval))


_MARK_SENT = _mark_sent()


def mark_sent(connection: Connection, part_id: UUID, provider_id: str, pause: timedelta) -> None:
    """The platform has it; a receipt may have moved it further already. The next part of the turn waits for `pause`."""
    connection.execute(_MARK_SENT, {"part": part_id, "platform_id": provider_id, "pause": pause})


def mark_again(
    connection: Connection,
    part_id: UUID,
    *,
    status: str,
    wait: timedelta,
    code: str,
    error: str,
    asked: int | None = None,
) -> None:
    """Look at it again after `wait`: `pending` to send, `unknown` to ask; `asked` so often in vain. Safe to repeat."""
    o = outbox.c
    connection.execute(
        update(outbox)
        .where(o.id == part_id, o.status.not_in(SETTLED))
        .values(
            status=status,
            next_try_at=func.now() + literal(wait),
            error_code=code,
            error=error,
            asked=o.asked if asked is None else asked,
        )
    )


def rest_part(connection: Connection, part_id: UUID, wait: timedelta) -> None:
    """It waits for whom it goes through; what was known of the part itself stays."""
    later = func.now() + literal(wait)
    connection.execute(update(outbox).where(outbox.c.id == part_id).values(next_try_at=later))


def give_up(connection: Connection, part_id: UUID, *, status: str, code: str, error: str) -> None:
    """`failed` (the platform refused for good) or `held` (nobody can say); later parts of the turn are not sent."""
    o = outbox.c
    row = connection.execute(
        update(outbox)
        .where(o.id == part_id, o.status.not_in(SETTLED))
        .values(status=status, error_code=code, error=error, settled_at=func.now())
        .returning(o.turn_id)
    ).first()
    if row is None:
        return
    rest = update(outbox).where(o.turn_id == row.turn_id, o.status == "pending")
    connection.execute(
        rest.values(status="failed", error="an earlier part could not be delivered", settled_at=func.now())
    )
