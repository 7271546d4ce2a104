"""What was said, by people and by the bot, and the raw requests it came in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    select,
)
from sqlmodel import Field, SQLModel

from models.columns import json, key, moment, reference, string, table_of


class RawEvent(SQLModel, table=True):
    """A verified request as it came, so that what was misread can be read again."""

    __tablename__ = "raw_event"
    __table_args__ = (
        Index("raw_event_of_account", "account_id", "id"),
        ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    account_id: UUID = Field(sa_column=reference())
    target: str = Field(sa_column=string())
    headers: dict[str, Any] | None = Field(default=None, sa_column=json())
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    trace_id: str = Field(sa_column=string())
    received_at: datetime = Field(sa_column=moment(nullable=False))


class Message(SQLModel, table=True):
    """`external_id` is claimed for ever per account; a reply's is `reply_id`, so that a turn has one at most."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("account_id", "external_id", name="message_claimed_once"),
        UniqueConstraint("conversation_id", "seq"),
        CheckConstraint("direction IN ('in', 'out')", name="message_direction_known"),
        Index("message_waiting", "conversation_id", "seq", postgresql_where="turn_id IS NULL AND unanswerable = ''"),
        Index("message_of_turn", "turn_id"),
        ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    conversation_id: UUID = Field(sa_column=reference())
    account_id: UUID = Field(sa_column=reference())
    external_id: str = Field(sa_column=string())
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    direction: str = Field(sa_column=string())
    sender: str = Field(sa_column=string())  # the address under which she was first known; of inbound ones
    sender_name: str = Field(sa_column=string())
    kind: str = Field(sa_column=string(default="text"))
    text: str = Field(sa_column=string())
    subject: str = Field(sa_column=string())
    aside: str = Field(sa_column=string())  # what was cut off the text, kept for who asks
    quotes: str = Field(sa_column=string())  # external id of the message it answers or points at
    follows: list[Any] | None = Field(default=None, sa_column=json())  # external ids of its thread, nearest first
    is_forwarded: bool = Field(sa_column=Column(Boolean, nullable=False, server_default="false"))
    is_verified: bool = Field(sa_column=Column(Boolean, nullable=False, server_default="true"))
    unanswerable: str = Field(sa_column=string())  # why nobody may answer it; such a message never becomes a turn
    extra: dict[str, Any] | None = Field(default=None, sa_column=json())
    fingerprint: str = Field(sa_column=string())
    turn_id: UUID | None = Field(default=None, sa_column=reference(nullable=True))
    # No foreign key: to delete an event would be a search through all messages, and retention may have taken it.
    raw_event_id: UUID | None = Field(default=None, sa_column=reference(nullable=True))
    trace_id: str = Field(sa_column=string())
    received_at: datetime = Field(sa_column=moment(nullable=False))


class Media(SQLModel, table=True):
    """A file of a message: pending until the worker has it, then stored; failed or deleted when it never will be."""

    __tablename__ = "media"
    __table_args__ = (
        UniqueConstraint("message_id", "number"),
        CheckConstraint("status IN ('pending', 'stored', 'failed', 'deleted')", name="media_status_known"),
        Index("media_pending", "message_id", postgresql_where="status = 'pending'"),
        ForeignKeyConstraint(["message_id"], ["message.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    message_id: UUID = Field(sa_column=reference())
    number: int = Field(sa_column=Column(Integer, nullable=False))
    content_type: str = Field(sa_column=string())  # claimed by the sender's side; what the bytes are, once stored
    name: str = Field(sa_column=string())
    url: str = Field(sa_column=string())  # where the platform keeps it; empty: it came with the request itself
    status: str = Field(sa_column=string(default="pending"))
    storage_key: str = Field(sa_column=string())
    size: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    transcript: str | None = Field(default=None, sa_column=string(nullable=True))
    error: str = Field(sa_column=string())
    tries: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    created_at: datetime = Field(sa_column=moment(nullable=False))


raw_events = table_of(RawEvent)
messages = table_of(Message)
media = table_of(Media)


def reply_id(turn_id: UUID, replays: int) -> str:
    """What the reply is stored under: one a turn, and one more each time it was begun again by a person."""
    return f"reply:{turn_id}:{replays}" if replays else f"reply:{turn_id}"


def find_raw_event(connection: Connection, event_id: UUID) -> tuple[str, dict[str, str], bytes] | None:
    """Target, kept headers and exact body of a stored request; None when retention took it."""
    e = raw_events.c
    row = connection.execute(select(e.target, e.headers, e.body).where(e.id == event_id)).first()
    return (row.target, row.headers or {}, bytes(row.body)) if row else None
