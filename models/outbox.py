"""What is to be sent, part by part, and the platform's word about each part."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import json, key, moment, reference, string, table_of

# How far a part has come. Receipts only move it to a higher rank; `failed` is final.
RANK = {"pending": 0, "sending": 1, "unknown": 2, "sent": 3, "delivered": 4, "read": 5, "failed": 9, "held": 9}
SETTLED = ("sent", "delivered", "read", "failed", "held")


class OutboxPart(SQLModel, table=True):
    """pending -> sending (committed before the call) -> sent -> delivered -> read, or failed; unknown is reconciled,
    and held when nobody can say."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("turn_id", "number"),
        CheckConstraint(
            "status IN ('pending', 'sending', 'unknown', 'sent', 'delivered', 'read', 'failed', 'held')",
            name="outbox_status_known",
        ),
        Index("outbox_unsettled", "conversation_id", postgresql_where="status IN ('pending', 'sending', 'unknown')"),
        Index("outbox_provider_id", "provider_id"),
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
