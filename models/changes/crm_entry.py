"""Recado's own notes and tasks about customers: where changes go that no CRM takes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Connection, Date, ForeignKeyConstraint, UniqueConstraint, select, update
from sqlalchemy import func as sql
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of
from models.ids import new_id

Kind = Literal["note", "task"]


class CrmEntryRow(SQLModel, table=True):
    """One note or task. The same `write_key` takes effect once; what was taken back stays, marked."""

    __tablename__ = "crm_entry"
    __table_args__ = (
        UniqueConstraint("tenant_id", "write_key", name="crm_entry_written_once"),
        CheckConstraint("kind IN ('note', 'task')", name="crm_entry_kind_known"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference())
    write_key: str = Field(sa_column=string())
    kind: str = Field(sa_column=string(default=None))
    customer: str = Field(sa_column=string())
    text: str = Field(sa_column=string())
    due_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    written_by: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=moment(nullable=False))
    removed_at: datetime | None = Field(default=None, sa_column=moment())


@dataclass(frozen=True, slots=True)
class CrmEntry:
    """What is to be written."""

    kind: Kind
    customer: str
    text: str
    due_on: date | None
    written_by: str
    place: str = ""  # the customer's id in the company's CRM, where it goes there


entries = table_of(CrmEntryRow)


def add_entry(connection: Connection, tenant_id: UUID, write_key: str, entry: CrmEntry) -> UUID:
    """Its id; the one that stands if the key was there before."""
    values = {"kind": entry.kind, "customer": entry.customer, "text": entry.text, "due_on": entry.due_on}
    statement = insert(entries).values(
        id=new_id(), tenant_id=tenant_id, write_key=write_key, **values, written_by=entry.written_by
    )
    connection.execute(statement.on_conflict_do_nothing())
    found = find_entry(connection, tenant_id, write_key)
    assert found is not None, "added just now, or there before"
    return found


def find_entry(connection: Connection, tenant_id: UUID, write_key: str) -> UUID | None:
    e = entries.c
    return connection.execute(
        select(e.id).where(e.tenant_id == tenant_id, e.write_key == write_key)
    ).scalar_one_or_none()


def remove_entry(connection: Connection, tenant_id: UUID, write_key: str) -> bool:
    """False if there is none. Safe to repeat."""
    e = entries.c
    mine = update(entries).where(e.tenant_id == tenant_id, e.write_key == write_key)
    return connection.execute(mine.values(removed_at=sql.coalesce(e.removed_at, sql.now()))).rowcount == 1
