"""Which version of an agent answered from when on: each row is one change of it, and says where going back leads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, ForeignKeyConstraint, Integer, Select, UniqueConstraint, insert, select
from sqlmodel import Field, SQLModel

from models.agents.version import versions
from models.columns import key, moment, reference, string, table_of
from models.ids import new_id


class AgentActivation(SQLModel, table=True):
    """Never changed; numbered without gaps for each agent, whoever holds the tenant's lock."""

    __tablename__ = "agent_activation"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name", "number"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["version_id"], ["agent_version.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference())
    name: str = Field(sa_column=string(default=None))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    version_id: UUID = Field(sa_column=reference())
    back_to: int | None = Field(default=None, sa_column=Column(Integer))  # the number of another of the agent's
    activated_at: datetime = Field(sa_column=moment(nullable=False))


_activations = table_of(AgentActivation)


@dataclass(frozen=True, slots=True)
class Activation:
    """`version` is the number of what answered from then on."""

    number: int
    version: int
    version_id: UUID
    back_to: int | None
    activated_at: datetime
    note: str  # of the version


class Activations:
    """Those of one agent, in the caller's transaction."""

    def __init__(self, connection: Connection, tenant_id: UUID, name: str) -> None:
        self._connection = connection
        self._tenant_id, self._name = tenant_id, name

    def list_all(self) -> list[Activation]:
        """The latest first."""
        return [Activation(*row) for row in self._connection.execute(self._read())]

    def add(self, version_id: UUID) -> None:
        """Another version answers from now on; going back leads to the one that does now. Under the tenant's lock."""
        now = self._find()
        self._insert(version_id, (now.number if now else 0) + 1, now.number if now else None)

    def go_back(self) -> Activation | None:
        """What answered before: it does again, and going back once more leads to what answered before that. None where
        there is nothing. Under the tenant's lock."""
        now = self._find()
        target = self._find(now.back_to) if now and now.back_to else None
        if now is not None and target is not None:
            self._insert(target.version_id, now.number + 1, target.back_to)
        return target

    def _insert(self, version_id: UUID, number: int, back_to: int | None) -> None:
        mine = {"id": new_id(), "tenant_id": self._tenant_id, "name": self._name}
        values = {"number": number, "version_id": version_id, "back_to": back_to}
        self._connection.execute(insert(_activations).values(**mine, **values))

    def _find(self, number: int | None = None) -> Activation | None:
        """That one, or the one in force."""
        statement = self._read() if number is None else self._read().where(_activations.c.number == number)
        row = self._connection.execute(statement.limit(1)).first()
        return None if row is None else Activation(*row)

    def _read(self) -> Select[Any]:
        a, v = _activations.c, versions.c
        columns = (a.number, v.number, a.version_id, a.back_to, a.activated_at, v.note)
        statement = select(*columns).join(versions, v.id == a.version_id)
        statement = statement.where(a.tenant_id == self._tenant_id, a.name == self._name)
        return statement.order_by(a.number.desc())
