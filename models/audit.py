"""The audit trail of changes: who was shown what, said what, and what became of it. Rows are added, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, ForeignKeyConstraint, Index, insert, or_, select
from sqlmodel import Field, SQLModel

from models.columns import json, key, moment, reference, string, table_of
from models.ids import new_id


class AuditRow(SQLModel, table=True):
    """One event of one change. No foreign key leads to the proposal: the trail outlives what it tells of."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_of_tenant", "tenant_id", "at"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference())
    proposal_id: UUID = Field(sa_column=reference())
    event: str = Field(sa_column=string())  # proposed, or the status that it came to
    address: str = Field(sa_column=string())
    person: str = Field(sa_column=string())
    words: str = Field(sa_column=string())
    detail: dict[str, Any] | None = Field(default=None, sa_column=json())
    at: datetime = Field(sa_column=moment(nullable=False))


@dataclass(frozen=True, slots=True)
class AuditEntry:
    at: datetime
    event: str
    person: str
    address: str
    words: str
    proposal_id: UUID
    settled_by: str | None  # the operator who looked up what nobody knew


audits = table_of(AuditRow)


def note(
    connection: Connection,
    tenant_id: UUID,
    proposal_id: UUID,
    event: str,
    address: str,
    person: str,
    words: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """In the transaction of the event itself."""
    values = {"proposal_id": proposal_id, "event": event, "address": address, "person": person, "words": words}
    told = None if detail is None else dict(detail)
    connection.execute(insert(audits).values(id=new_id(), tenant_id=tenant_id, **values, detail=told))


def find_entries(
    connection: Connection, tenant_id: UUID, *, person: str = "", since: datetime | None = None, limit: int = 200
) -> list[AuditEntry]:
    """Newest first; `person` is a name or an address, whole."""
    a = audits.c
    columns = (a.at, a.event, a.person, a.address, a.words, a.proposal_id, a.detail["settled_by"].astext)
    wanted = select(*columns).where(a.tenant_id == tenant_id)
    if person:
        wanted = wanted.where(or_(a.person == person, a.address == person))
    if since is not None:
        wanted = wanted.where(a.at >= since)
    return [AuditEntry(*row) for row in connection.execute(wanted.order_by(a.at.desc(), a.id.desc()).limit(limit))]
