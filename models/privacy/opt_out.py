"""Who wants no more messages: an address on an account, until she says that she wants them again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Text,
    bindparam,
    delete,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of
from models.conversation import conversations
from models.message import messages
from models.outbox import outbox
from models.turn import turns

OPTED_OUT = "opted_out"  # the outcome of a turn of hers that met silence


class OptOut(SQLModel, table=True):
    __tablename__ = "opt_out"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
    )

    account_id: UUID = Field(sa_column=key())
    address: str = Field(sa_column=Column(Text, primary_key=True))
    tenant_id: UUID = Field(sa_column=reference(index=True))
    source: str = Field(sa_column=string())  # her word, or the platform's
    created_at: datetime = Field(sa_column=moment(nullable=False))


opt_outs = table_of(OptOut)
_o = opt_outs.c

# Of a turn in a statement over `turn`: whether whoever wrote its first message wants no answer.
_m = messages.c
_her_first = (_m.id == turns.c.id) & (_o.account_id == _m.account_id) & (_o.address == _m.sender)
HAS_OPTED_OUT = select(_o.address).where(_her_first).correlate(turns).exists()


def opt_out(connection: Connection, tenant_id: UUID, account_id: UUID, address: str, source: str) -> None:
    """Safe to repeat."""
    values = {"tenant_id": tenant_id, "account_id": account_id, "address": address, "source": source}
    connection.execute(insert(opt_outs).values(**values).on_conflict_do_nothing())


def opt_in(connection: Connection, account_id: UUID, address: str) -> None:
    """She wants messages again. Safe to repeat."""
    connection.execute(delete(opt_outs).where(_o.account_id == account_id, _o.address == address))


def is_opted_out(connection: Connection, account_id: UUID, address: str) -> bool:
    """Whether nobody may write to her first."""
    return connection.execute(_IS_OUT, {"account": account_id, "address": address}).first() is not None


_IS_OUT = select(_o.address).where(_o.account_id == bindparam("account"), _o.address == bindparam("address"))


def opt_out_by_platform(connection: Connection, part_id: UUID) -> None:
    """The platform refuses that part: she told it that she wants none. Safe to repeat."""
    c = conversations.c
    columns = ["tenant_id", "account_id", "address", "source"]
    whom = select(c.tenant_id, c.account_id, c.sender, literal("platform"))
    whom = whom.join(outbox, outbox.c.conversation_id == c.id).where(outbox.c.id == part_id)
    connection.execute(insert(opt_outs).from_select(columns, whom).on_conflict_do_nothing())


def wants_no_messages(connection: Connection, conversation_id: UUID) -> bool:
    """Whether whom the conversation is with has opted out."""
    c = conversations.c
    joined = (_o.account_id == c.account_id) & (_o.address == c.sender)
    found = select(_o.address).join(conversations, joined).where(c.id == conversation_id)
    return connection.execute(found).first() is not None
