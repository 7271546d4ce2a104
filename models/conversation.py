"""Conversations: people on a thread, the order of what was said, and who works on it now.

`due_at` is when the next stage is due and null when nothing is left to do. Whoever adds work sets it in the same
transaction; only a release that looked and found nothing (under the row's lock) clears it. So no wake-up is lost.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, UniqueConstraint, case, func
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of
from models.message import messages


class Conversation(SQLModel, table=True):
    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("account_id", "thread_key"),
        Index("conversation_due", "due_at", postgresql_where="due_at IS NOT NULL"),
        Index("conversation_of_sender", "account_id", "sender"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    account_id: UUID = Field(sa_column=reference())
    thread_key: str = Field(sa_column=string())
    sender: str = Field(sa_column=string())  # canonical address; role and memory hang on it
    aliases: str = Field(sa_column=string())  # other addresses of the same sender, one a line
    reply_to: str = Field(sa_column=string())  # as the platform spelled it last
    sender_name: str = Field(sa_column=string())
    next_seq: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="1"))
    memory_from_seq: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))  # moved by /reset
    lease_owner: str | None = Field(default=None, sa_column=string(nullable=True))
    lease_until: datetime | None = Field(default=None, sa_column=moment())
    fence: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    held_by: str | None = Field(default=None, sa_column=string(nullable=True))  # the person who answers instead
    held_at: datetime | None = Field(default=None, sa_column=moment())
    wanted_at: datetime | None = Field(default=None, sa_column=moment())  # when a person was asked for
    undelivered_at: datetime | None = Field(default=None, sa_column=moment())  # a part after all, not told yet
    due_at: datetime | None = Field(default=None, sa_column=moment())
    rung_at: datetime | None = Field(default=None, sa_column=moment())  # by the sweeper
    created_at: datetime = Field(sa_column=moment(nullable=False))


conversations = table_of(Conversation)

# Who wrote a message, where several people write in one conversation; earlier releases noted who wrote last alone.
asker = func.coalesce(func.nullif(messages.c.sender, ""), conversations.c.sender)
asker_name = case((messages.c.sender == "", conversations.c.sender_name), else_=messages.c.sender_name)
