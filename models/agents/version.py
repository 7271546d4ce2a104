"""Agents as stored: every version that was ever applied, unchangeable, and which of them is active where.

A channel account names the agent that serves it, so no account has two; an agent names its active version.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Integer,
    Select,
    Text,
    UniqueConstraint,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Field, SQLModel

from models.columns import json, key, moment, reference, string, table_of
from models.errors import RecadoError
from models.ids import new_id
from models.tenant import ChannelAccount, Tenant

AccountNames = Iterable[tuple[str, str]]  # channel, name


class AgentVersion(SQLModel, table=True):
    """A trigger refuses every change of a row."""

    __tablename__ = "agent_version"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name", "number"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference())
    name: str = Field(sa_column=string(default=None))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    spec: dict[str, Any] = Field(sa_column=json(nullable=False))
    digest: str = Field(sa_column=string(default=None))
    files: dict[str, str] | None = Field(default=None, sa_column=json())  # digests by path; null: none were kept yet
    note: str = Field(sa_column=string())
    applied_at: datetime = Field(sa_column=moment(nullable=False))


class ActiveAgent(SQLModel, table=True):
    """The version that an agent's next turns are answered by."""

    __tablename__ = "active_agent"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["version_id"], ["agent_version.id"], ondelete="CASCADE"),
    )

    tenant_id: UUID = Field(sa_column=key())
    name: str = Field(sa_column=Column(Text, primary_key=True))
    version_id: UUID = Field(sa_column=reference())
    changed_at: datetime = Field(sa_column=moment(nullable=False))


versions = table_of(AgentVersion)
active_agents = table_of(ActiveAgent)
_accounts, _tenants = table_of(ChannelAccount), table_of(Tenant)


class AgentRefused(RecadoError):
    """What was asked cannot be done with the stored agents; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version. `is_active` as of the look; `spec` is the JSON that `AgentSpec` reads; `files` are digests by path,
    None for a version from before contents were kept."""

    id: UUID
    name: str
    number: int
    spec: Mapping[str, Any]
    digest: str
    note: str
    applied_at: datetime
    is_active: bool
    files: Mapping[str, str] | None = None


def _read() -> Select[Any]:
    v, a = versions.c, active_agents.c
    columns = (v.id, v.name, v.number, v.spec, v.digest, v.note, v.applied_at, v.files)
    is_active = (a.tenant_id == v.tenant_id) & (a.name == v.name) & (a.version_id == v.id)
    return select(*columns, a.version_id.is_not(None).label("is_active")).outerjoin(active_agents, is_active)


class AgentVersions:
    """The agents of one tenant, in the caller's transaction."""

    def __init__(self, connection: Connection, tenant_id: UUID) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    @property
    def tenant_id(self) -> UUID:
        return self._tenant_id

    @property
    def connection(self) -> Connection:
        """For what belongs to the same transaction."""
        return self._connection

    def lock(self) -> None:
        """Until the transaction ends nobody else changes this tenant's agents: numbers and accounts stay consistent."""
        self._connection.execute(select(_tenants.c.id).where(_tenants.c.id == self._tenant_id).with_for_update())

    def find_active(self, name: str) -> StoredVersion | None:
        return self._first(_read().where(versions.c.name == name, active_agents.c.version_id.is_not(None)))

    def find(self, name: str, number: int) -> StoredVersion | None:
        return self._first(_read().where(versions.c.name == name, versions.c.number == number))

    def history(self, name: str) -> list[StoredVersion]:
        """The latest first."""
        return self._rows(_read().where(versions.c.name == name).order_by(versions.c.number.desc()))

    def list_active(self) -> list[StoredVersion]:
        return self._rows(_read().where(active_agents.c.version_id.is_not(None)).order_by(versions.c.name))

    def add(
        self, name: str, spec: Mapping[str, Any], digest: str, files: Mapping[str, str], note: str = ""
    ) -> StoredVersion:
        """A further version under the next number, not active yet. Under `lock`."""
        highest = select(func.coalesce(func.max(versions.c.number), 0)).where(
            versions.c.tenant_id == self._tenant_id, versions.c.name == name
        )
        number = self._connection.execute(highest).scalar_one() + 1
        values = {
            "name": name,
            "number": number,
            "spec": dict(spec),
            "digest": digest,
            "files": {**files},
            "note": note,
        }
        made = insert(versions).values(id=new_id(), tenant_id=self._tenant_id, **values)
        row = self._connection.execute(made.returning(versions.c.id, versions.c.applied_at)).one()
        return StoredVersion(row.id, name, number, spec, digest, note, row.applied_at, False, files)

    def activate(self, version: StoredVersion) -> None:
        """The agent's next turns are answered by this version; that it is so is noted elsewhere. Under `lock`."""
        values = {"version_id": version.id, "changed_at": func.now()}
        statement = upsert(active_agents).values(tenant_id=self._tenant_id, name=version.name, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "name"], set_=values))

    def leave_accounts(self, name: str) -> None:
        """The agent serves no account any more. Under `lock`."""
        mine = (_accounts.c.tenant_id == self._tenant_id) & (_accounts.c.agent == name)
        self._connection.execute(update(_accounts).where(mine).values(agent=None))

    def serve(self, name: str, wanted: AccountNames) -> None:
        """The agent serves these accounts of its tenant. Raises AgentRefused. Under `lock`."""
        a = _accounts.c
        for channel, account in wanted:
            this = (a.tenant_id == self._tenant_id) & (a.channel == channel) & (a.name == account)
            row = self._connection.execute(select(a.id, a.agent).where(this)).first()
            if row is None:
                raise AgentRefused(
                    f"{name}: the tenant has no account {channel}/{account}: correct `serves`; "
                    "`python -m bot agents list` shows the accounts there are"
                )
            if row.agent not in {None, name}:
                raise AgentRefused(
                    f"{name}: {channel}/{account} is served by the agent {row.agent}: take it out of that one's "
                    "`serves` and apply both files in one command"
                )
            self._connection.execute(update(_accounts).where(a.id == row.id).values(agent=name))

    def list_accounts(self) -> list[tuple[str, str, str | None]]:
        """Channel, name and agent of each account of the tenant."""
        a = _accounts.c
        statement = select(a.channel, a.name, a.agent).where(a.tenant_id == self._tenant_id)
        return [(row.channel, row.name, row.agent) for row in self._connection.execute(statement.order_by(a.channel))]

    def _first(self, statement: Select[Any]) -> StoredVersion | None:
        return next(iter(self._rows(statement)), None)

    def _rows(self, statement: Select[Any]) -> list[StoredVersion]:
        found = self._connection.execute(statement.where(versions.c.tenant_id == self._tenant_id))
        return [StoredVersion(**row) for row in found.mappings()]


@dataclass(frozen=True, slots=True)
class PlacedVersion:
    """A version with the tenant it belongs to."""

    id: UUID
    tenant_id: UUID
    tenant: str
    name: str
    number: int
    spec: Mapping[str, Any]


def _placed() -> Select[Any]:
    v = versions.c
    columns = (v.id, v.tenant_id, _tenants.c.slug, v.name, v.number, v.spec)
    return select(*columns).join(_tenants, _tenants.c.id == v.tenant_id)


def find_version(connection: Connection, tenant_id: UUID, version_id: UUID) -> PlacedVersion | None:
    """A version by its id, if it is the tenant's."""
    row = connection.execute(_placed().where(versions.c.id == version_id, versions.c.tenant_id == tenant_id)).first()
    return None if row is None else PlacedVersion(*row)


def list_serving(connection: Connection) -> list[PlacedVersion]:
    """The active versions that serve an account, of all tenants: what a worker makes ready when it starts."""
    a = active_agents.c
    serving = select(_accounts.c.tenant_id, _accounts.c.agent).where(_accounts.c.agent.is_not(None))
    statement = _placed().join(active_agents, a.version_id == versions.c.id)
    statement = statement.where(tuple_(a.tenant_id, a.name).in_(serving)).order_by(_tenants.c.slug, versions.c.name)
    return [PlacedVersion(*row) for row in connection.execute(statement)]
