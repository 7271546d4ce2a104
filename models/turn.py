"""Turns: the messages answered together, and the answer. A turn bears the id of its first message."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of

# Outcomes after which somebody may want the turn begun again; `confirmed` only with an error beside it.
ENDED_BADLY = ("apologised", "fenced", "confirmed")
UNREMEMBERED = "remembered_at IS NULL AND status = 'settled'"  # what memory has still to take in


class Turn(SQLModel, table=True):
    """open (membership frozen, answer owed) -> answered (reply committed) -> settled (every part sent or given up)."""

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("conversation_id", "number"),
        CheckConstraint("status IN ('open', 'answered', 'settled')", name="turn_status_known"),
        Index("turn_ended_badly", "tenant_id", "frozen_at", postgresql_where=f"outcome IN {ENDED_BADLY!r}"),
        Index("turn_unsettled", "conversation_id", unique=True, postgresql_where="status <> 'settled'"),
        Index("turn_unremembered", "conversation_id", "number", postgresql_where=UNREMEMBERED),
        ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    conversation_id: UUID = Field(sa_column=reference())
    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    status: str = Field(sa_column=string(default="open"))
    outcome: str = Field(sa_column=string())  # answered, reset, fenced, ...; empty while open
    tries: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))  # begun executions
    crashes: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))  # begun, never ended
    replays: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))  # begun again by a person
    running: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    error: str = Field(sa_column=string())
    taint: str = Field(sa_column=string())  # how third-party words came into it, by commas; empty: they did not
    agent_version_id: UUID | None = Field(default=None, sa_column=reference(nullable=True))  # set when it first began
    first_failed_at: datetime | None = Field(default=None, sa_column=moment())
    next_try_at: datetime | None = Field(default=None, sa_column=moment())
    trace_id: str = Field(sa_column=string())
    frozen_at: datetime = Field(sa_column=moment(nullable=False))
    answered_at: datetime | None = Field(default=None, sa_column=moment())
    settled_at: datetime | None = Field(default=None, sa_column=moment())
    remembered_at: datetime | None = Field(default=None, sa_column=moment())  # taken into memory


turns = table_of(Turn)
