"""People, and the addresses that prove who they are. Roles come from here and never from what somebody writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Connection,
    ForeignKeyConstraint,
    Text,
    UniqueConstraint,
    any_,
    bindparam,
    delete,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of
from models.ids import new_id
from models.tenant import ChannelAccount

ROLES = ("rep", "manager", "customer")


class Person(SQLModel, table=True):
    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("role IN ('rep', 'manager', 'customer')", name="person_role_known"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    name: str = Field(sa_column=string())
    role: str = Field(sa_column=string())
    salesperson: str | None = Field(default=None, sa_column=string(nullable=True))  # her name in the sales data
    customer: str | None = Field(default=None, sa_column=string(nullable=True))  # the customer she is
    created_at: datetime = Field(sa_column=moment(nullable=False))


class Identity(SQLModel, table=True):
    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("account_id", "address"),
        ForeignKeyConstraint(["person_id"], ["person.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    person_id: UUID = Field(sa_column=reference(index=True))
    account_id: UUID = Field(sa_column=reference())
    address: str = Field(sa_column=string())  # canonical, as the channel's parser gives it
    created_at: datetime = Field(sa_column=moment(nullable=False))


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is known: canonical, on one account of a channel."""

    person_id: UUID
    channel: str
    account: str
    address: str


class SenderAlias(SQLModel, table=True):
    """An address that the platform named beside another of the same sender: whoever loses her phone number keeps her
    conversation."""

    __tablename__ = "sender_alias"
    __table_args__ = (ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),)

    account_id: UUID = Field(sa_column=key())
    address: str = Field(sa_column=Column(Text, primary_key=True))
    sender: str = Field(sa_column=string())  # the address under which the sender was first known
    created_at: datetime = Field(sa_column=moment(nullable=False))


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person whose address was verified by the channel."""

    id: UUID
    name: str
    role: str
    salesperson: str | None
    customer: str | None


_people = table_of(Person)
_identities = table_of(Identity)
_aliases = table_of(SenderAlias)
_accounts = table_of(ChannelAccount)
_KNOWN = (_people.c.id, _people.c.name, _people.c.role, _people.c.salesperson, _people.c.customer)

_BY_ADDRESS = (
    select(_identities.c.address, *_KNOWN)
    .join(_people, _people.c.id == _identities.c.person_id)
    .where(_identities.c.account_id == bindparam("account"))
    .where(_identities.c.address == any_(bindparam("addresses", type_=ARRAY(Text))))
    .where(_people.c.tenant_id == bindparam("tenant"))
)


class People:
    """The people of one tenant."""

    def __init__(self, connection: Connection, tenant_id: UUID) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    def find_by_address(self, account_id: UUID, addresses: tuple[str, ...]) -> KnownPerson | None:
        """Who owns one of these addresses on the account; the first address that is known decides."""
        values = {"account": account_id, "addresses": list(addresses), "tenant": self._tenant_id}
        rows = self._connection.execute(_BY_ADDRESS, values)
        known = {row.address: KnownPerson(*row[1:]) for row in rows}
        return next((known[address] for address in addresses if address in known), None)

    def get(self, person_id: UUID) -> KnownPerson:
        statement = select(*_KNOWN).where(_people.c.id == person_id, _people.c.tenant_id == self._tenant_id)
        return KnownPerson(*self._connection.execute(statement).one())

    def add(self, *, name: str, role: str, salesperson: str | None = None, customer: str | None = None) -> UUID:
        person_id = new_id()
        values = {"name": name, "role": role, "salesperson": salesperson, "customer": customer}
        self._connection.execute(insert(_people).values(id=person_id, tenant_id=self._tenant_id, **values))
        return person_id

    def add_identity(self, person_id: UUID, account_id: UUID, address: str) -> bool:
        """False if the address already belongs to somebody; it is never taken away silently."""
        statement = insert(_identities).values(id=new_id(), person_id=person_id, account_id=account_id, address=address)
        statement = statement.on_conflict_do_nothing(index_elements=["account_id", "address"])
        return self._connection.execute(statement.returning(_identities.c.id)).first() is not None

    def all(self) -> list[KnownPerson]:
        """Everybody, by name."""
        statement = select(*_KNOWN).where(_people.c.tenant_id == self._tenant_id).order_by(_people.c.name)
        return [KnownPerson(*row) for row in self._connection.execute(statement)]

    def addresses(self) -> list[Address]:
        """Everybody's, by channel, account and address."""
        i = _identities.c
        statement = (
            select(i.person_id, _accounts.c.channel, _accounts.c.name, i.address)
            .join(_people, _people.c.id == i.person_id)
            .join(_accounts, _accounts.c.id == i.account_id)
            .where(_people.c.tenant_id == self._tenant_id)
            .order_by(_accounts.c.channel, _accounts.c.name, i.address)
        )
        return [Address(*row) for row in self._connection.execute(statement)]

    def remove(self, person_id: UUID) -> bool:
        """The person and every address of hers; what was said stays. False if there was nobody."""
        statement = delete(_people).where(_people.c.id == person_id, _people.c.tenant_id == self._tenant_id)
        return self._connection.execute(statement).rowcount == 1


def find_sender(connection: Connection, account_id: UUID, addresses: Sequence[str]) -> str | None:
    """The address under which whoever has one of these was first known on the account; the first known one decides."""
    a = _aliases.c
    rows = connection.execute(
        select(a.address, a.sender).where(a.account_id == account_id, a.address.in_(addresses))
    ).all()
    known = {row.address: row.sender for row in rows}
    return next((known[address] for address in addresses if address in known), None)
