"""What was said, by people and by the bot, and the raw requests it came in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import json, key, moment, reference, string, table_of


class RawEvent(SQLModel, table=True):
    """A verified request as it came, so that what was misread can be read again."""

    __tablename__ = "raw_event"
    __table_args__ = (ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),)

    id: UUID = Field(sa_column=key())
    account_id: UUID = Field(sa_column=reference(index=True))
    target: str = Field(sa_column=string())
    headers: dict[str, Any] | None = Field(default=None, sa_column=json())
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    trace_id: str = Field(sa_column=string())
    received_at: datetime = Field(sa_column=moment(nullable=False))


class Message(SQLModel, table=True):
    """`external_id` is claimed for ever per account; a reply's is `reply:<turn id>`, so a turn has one at most."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("account_id", "external_id", name="message_claimed_once"),
        UniqueConstraint("conversation_id", "seq"),
        CheckConstraint("direction IN ('in', 'out')", name="message_direction_known"),
        Index("message_pending", "conversation_id", "seq", postgresql_where="turn_id IS NULL"),
        Index("message_of_turn", "turn_id"),
        ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["raw_event_id"], ["raw_event.id"], ondelete="SET NULL"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    conversation_id: UUID = Field(sa_column=reference())
    account_id: UUID = Field(sa_column=reference())
    external_id: str = Field(sa_column=string())
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    direction: str = Field(sa_column=string())
    kind: str = Field(sa_column=string(default="text"))
    text: str = Field(sa_column=string())
    extra: dict[str, Any] | None = Field(default=None, sa_column=json())
    fingerprint: str = Field(sa_column=string())
    turn_id: UUID | None = Field(default=None, sa_column=reference(nullable=True))
    raw_event_id: UUID | None = Field(default=None, sa_column=reference(nullable=True))
    trace_id: str = Field(sa_column=string())
    received_at: datetime = Field(sa_column=moment(nullable=False))


raw_events = table_of(RawEvent)
messages = table_of(Message)
