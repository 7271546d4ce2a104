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
    UniqueConstraint,
    case,
    func,
    literal,
    select,
    update,
)
from sqlmodel import Field, SQLModel

from models.columns import json, key, moment, reference, string, table_of
from models.message import messages
from models.reply import OutboundPart
from models.rest import Resting, rests

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
    rest: Resting | None = None  # of whom it is to be sent through


def get_due_part(connection: Connection, turn_id: UUID, sender: str) -> DuePart:
    """`sender` is the name under which the platform's account may rest."""
    o, m = outbox.c, messages.c
    last_inbound = (
        select(m.received_at)
        .where(m.conversation_id == o.conversation_id, m.direction == "in")
        .order_by(m.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = connection.execute(
        select(outbox, (func.now() - o.created_at).label("age"), (func.now() - o.attempted_at).label("since_attempt"))
        .add_columns((func.now() - last_inbound).label("since_inbound"))
        .add_columns(rests.c.failures, (rests.c.rests_until - func.now()).label("rests_for"))
        .select_from(outbox.outerjoin(rests, rests.c.name == sender))
        .where(o.turn_id == turn_id, o.status.not_in(SETTLED))
        .order_by(o.number)
        .limit(1)
    ).one()
    taken = _neighbours(connection, row.conversation_id, row.id, row.attempted_at)
    part = OutboundPart(
        row.id, row.turn_id, row.number, row.to_address, row.body, row.attempted_at, row.extra or {}, taken
    )
    rest = None if row.rests_for is None else Resting(row.failures, row.rests_for)
    return DuePart(part, row.status, row.tries, row.asked, row.age, row.since_attempt, row.since_inbound, rest)


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


def mark_sending(connection: Connection, part_id: UUID) -> None:
    """Committed before the call, so that a crash leaves a part whose fate is asked for, not one that is sent again."""
    o = outbox.c
    connection.execute(
        update(outbox)
        .where(o.id == part_id, o.status == "pending")
        .values(status="sending", attempted_at=func.now(), tries=o.tries + 1, next_try_at=None)
    )


def mark_sent(connection: Connection, part_id: UUID, provider_id: str, pause: timedelta) -> None:
    """The platform has it; a receipt may have moved it further already. The next part of the turn waits for `pause`."""
    o = outbox.c
    row = connection.execute(
        update(outbox)
        .where(o.id == part_id)
        .values(
            provider_id=func.coalesce(func.nullif(provider_id, ""), o.provider_id),
            status=case((o.status.in_(SETTLED), o.status), else_="sent"),
            settled_at=func.coalesce(o.settled_at, func.now()),
        )
        .returning(o.turn_id, o.number)
    ).one()
    following = update(outbox).where(o.turn_id == row.turn_id, o.number == row.number + 1, o.status == "pending")
    connection.execute(following.values(next_try_at=func.now() + literal(pause)))


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
