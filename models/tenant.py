"""Tenants, and their accounts on channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, ForeignKeyConstraint, UniqueConstraint, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of
from models.errors import RecadoError
from models.ids import new_id

DEFAULT = "default"


class Tenant(SQLModel, table=True):
    __tablename__ = "tenant"
    __table_args__ = (UniqueConstraint("slug"),)

    id: UUID = Field(sa_column=key())
    slug: str = Field(sa_column=string())
    name: str = Field(sa_column=string())
    timezone: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=moment(nullable=False))


class ChannelAccount(SQLModel, table=True):
    __tablename__ = "channel_account"
    __table_args__ = (
        UniqueConstraint("channel", "name"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["tenant_id", "agent"], ["active_agent.tenant_id", "active_agent.name"]),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    channel: str = Field(sa_column=string())
    name: str = Field(sa_column=string())
    agent: str | None = Field(default=None, sa_column=string(nullable=True))  # who serves it; null: the environment's
    listed_until: datetime | None = Field(default=None, sa_column=moment())  # how far the platform's history is in
    created_at: datetime = Field(sa_column=moment(nullable=False))


@dataclass(frozen=True, slots=True)
class AccountKey:
    """Where a message came in: enough to store it and to find the adapter that answers."""

    id: UUID
    tenant_id: UUID
    channel: str
    name: str


class AccountTaken(RecadoError):
    """Names of accounts are one company's alone: webhooks come in by them."""

    def __init__(self, channel: str, name: str) -> None:
        super().__init__(f"the {channel} account {name!r} belongs to another tenant: names are one company's alone")


_tenants = table_of(Tenant)
_accounts = table_of(ChannelAccount)


def ensure_tenant(connection: Connection, *, slug: str, name: str, timezone: str) -> UUID:
    """The tenant's id, made if missing; name and time zone follow the settings. Safe to repeat."""
    statement = insert(_tenants).values(id=new_id(), slug=slug, name=name, timezone=timezone)
    changed = {"name": name, "timezone": timezone}
    statement = statement.on_conflict_do_update(index_elements=["slug"], set_=changed)
    tenant_id: UUID = connection.execute(statement.returning(_tenants.c.id)).scalar_one()
    return tenant_id


def ensure_account(connection: Connection, tenant_id: UUID, *, channel: str, name: str = DEFAULT) -> AccountKey:
    """The account's key, made if missing. Safe to repeat. Raises AccountTaken."""
    statement = insert(_accounts).values(id=new_id(), tenant_id=tenant_id, channel=channel, name=name)
    connection.execute(statement.on_conflict_do_nothing(index_elements=["channel", "name"]))
    found = find_account(connection, channel=channel, name=name)
    assert found is not None, "the row was just made"
    if found.tenant_id != tenant_id:
        raise AccountTaken(channel, name)
    return found


def find_account(connection: Connection, *, channel: str, name: str) -> AccountKey | None:
    columns = (_accounts.c.id, _accounts.c.tenant_id, _accounts.c.channel, _accounts.c.name)
    row = connection.execute(select(*columns).where(_accounts.c.channel == channel, _accounts.c.name == name)).first()
    return AccountKey(*row) if row else None


def find_tenant(connection: Connection, slug: str) -> UUID | None:
    """The id of the tenant with that slug."""
    found: UUID | None = connection.execute(select(_tenants.c.id).where(_tenants.c.slug == slug)).scalar_one_or_none()
    return found


def find_tenants(connection: Connection) -> Sequence[UUID]:
    """Every company's id."""
    return connection.execute(select(_tenants.c.id).order_by(_tenants.c.id)).scalars().all()


def find_tenant_account(connection: Connection, tenant_id: UUID, *, channel: str) -> AccountKey | None:
    """The tenant's account on a channel, the oldest if there are several."""
    a = _accounts.c
    statement = select(a.id, a.tenant_id, a.channel, a.name).where(a.tenant_id == tenant_id, a.channel == channel)
    row = connection.execute(statement.order_by(a.created_at, a.id).limit(1)).first()
    return AccountKey(*row) if row else None


def get_tenant(connection: Connection, tenant_id: UUID) -> tuple[str, str]:
    """The tenant's name and time zone."""
    row = connection.execute(select(_tenants.c.name, _tenants.c.timezone).where(_tenants.c.id == tenant_id)).one()
    return row.name, row.timezone


def find_listed_until(connection: Connection, account_id: UUID) -> datetime | None:
    """How far the platform's history was taken in as a whole; None before the first time."""
    statement = select(_accounts.c.listed_until).where(_accounts.c.id == account_id)
    found: datetime | None = connection.execute(statement).scalar_one_or_none()
    return found


def note_listed_until(connection: Connection, account_id: UUID, until: datetime) -> None:
    connection.execute(update(_accounts).where(_accounts.c.id == account_id).values(listed_until=until))
