"""Turns that wait for the answer to an equal question: no thread waits with them."""

from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Index, Text
from sqlmodel import Field, SQLModel

from models.columns import key, reference, table_of


class AwaitedAnswer(SQLModel, table=True):
    """Gone once the turn was woken."""

    __tablename__ = "awaited_answer"
    __table_args__ = (
        ForeignKeyConstraint(["turn_id"], ["turn.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
        Index("awaited_answer_key", "tenant_id", "key"),
        Index("awaited_answer_of_conversation", "conversation_id"),
    )

    turn_id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference())
    conversation_id: UUID = Field(sa_column=reference())
    key: str = Field(sa_column=Column(Text, nullable=False))


awaited = table_of(AwaitedAnswer)
