"""Whoever wrote to us, by address, and which addresses are one person: what memory hangs on.

A contact is an address on one account of a channel. Contacts with the same holder are one person. A person whom the
operator entered is the holder of her addresses; anybody else is her own, until a verified key or an operator links her.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    any_,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of
from models.ids import new_id
from models.person import Identity
from models.tenant import AccountKey


class Contact(SQLModel, table=True):
    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("account_id", "address"),
        Index("contact_of_holder", "tenant_id", "holder_id"),
        Index("contact_verified", "tenant_id", "verified_key", postgresql_where="verified_key <> ''"),
        Index("contact_unread", "unread_since", postgresql_where="unread_since IS NOT NULL"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference())
    account_id: UUID = Field(sa_column=reference())
    address: str = Field(sa_column=string())  # under which she was first known on the account
    verified_key: str = Field(sa_column=string())  # what proves the same person elsewhere; empty: nothing does
    holder_id: UUID = Field(sa_column=reference())  # a person's id, or that of the first of her contacts
    unread_since: datetime | None = Field(default=None, sa_column=moment())  # since when an LLM has something to read
    held_until: datetime | None = Field(default=None, sa_column=moment())  # by whoever reads it
    read_up_to: int = Field(
        sa_column=Column(Integer, nullable=False, server_default="-1")
    )  # a remembered turn's number
    created_at: datetime = Field(sa_column=moment(nullable=False))


contacts = table_of(Contact)
_identities = table_of(Identity)


def verified_key(channel: str, address: str) -> str:
    """What the platform proves beside the address itself, the same on all accounts: a phone number, a mailbox. A
    `/chat` user id is the word of whoever holds a key, and a CRM's id is no address: neither proves anything. Pure."""
    if channel == "whatsapp":
        bare = address.removeprefix("whatsapp:")
        return f"phone:{bare}" if bare.startswith("+") else f"whatsapp:{bare}"
    return f"email:{address.casefold()}" if channel == "email" else ""


_OWNER = (
    select(_identities.c.person_id)
    .where(_identities.c.account_id == bindparam("account"))
    .where(_identities.c.address == any_(bindparam("addresses", type_=ARRAY(Text))))
    .order_by(func.array_position(bindparam("addresses", type_=ARRAY(Text)), _identities.c.address))
    .limit(1)
    .scalar_subquery()
)
_SAME_KEY = (
    select(contacts.c.holder_id)
    .where(contacts.c.tenant_id == bindparam("tenant"), contacts.c.verified_key == bindparam("verified"))
    .where(contacts.c.verified_key != "")
    .order_by(contacts.c.created_at, contacts.c.id)
    .limit(1)
    .scalar_subquery()
)


def ensure_contact(
    connection: Connection, account: AccountKey, address: str, aliases: Sequence[str] = ()
) -> tuple[UUID, UUID]:
    """Contact and holder, made if new: then linked with whom the operator entered, else with whoever has the same
    verified key, else with nobody. Safe to repeat, on any number of workers."""
    c = contacts.c
    proof = verified_key(account.channel, address)
    values = {"account": account.id, "addresses": [address, *aliases], "tenant": account.tenant_id, "verified": proof}
    own = new_id()
    new = insert(contacts).values(
        id=own,
        tenant_id=account.tenant_id,
        account_id=account.id,
        address=address,
        verified_key=proof,
        holder_id=func.coalesce(_OWNER, _SAME_KEY, own),
    )
    made = new.on_conflict_do_nothing(index_elements=["account_id", "address"]).returning(c.id, c.holder_id)
    row = connection.execute(made, values).first()
    if row is None:
        found = select(c.id, c.holder_id).where(c.account_id == account.id, c.address == address)
        row = connection.execute(found).one()
    return row.id, row.holder_id


def give_to_person(connection: Connection, account_id: UUID, address: str, person_id: UUID) -> None:
    """The operator said whose address it is."""
    c = contacts.c
    hers = update(contacts).where(c.account_id == account_id, c.address == address)
    connection.execute(hers.values(holder_id=person_id))
