"""What a round of retention had to leave behind: rows that were old and still waited for something. Each round looks
at them again until they have gone, and has to walk past nothing twice."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Connection, ForeignKeyConstraint, Text, Uuid, delete, func, select, text
from sqlmodel import Field, SQLModel

from models.columns import table_of
from models.ids import first_id_at
from models.privacy.retention_rule import Rule


class RetentionWaitingRow(SQLModel, table=True):
    """`row_id` is that of a row of the table `of`, and says nothing of anybody."""

    __tablename__ = "retention_waiting"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "kind"], ["retention_rule.tenant_id", "retention_rule.kind"], ondelete="CASCADE"
        ),
    )

    tenant_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    kind: str = Field(sa_column=Column(Text, primary_key=True))
    of: str = Field(sa_column=Column(Text, primary_key=True))
    row_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))


_waiting = table_of(RetentionWaitingRow)
_w = _waiting.c
# A company without a rule of its own has nowhere to leave them: its rounds walk past.
_NOTE: Final = text("""
    INSERT INTO retention_waiting (tenant_id, kind, of, row_id)
    SELECT r.tenant_id, r.kind, :table, u.id FROM retention_rule r, unnest(CAST(:ids AS uuid[])) AS u (id)
    WHERE r.tenant_id = :tenant AND r.kind = :kind
    ON CONFLICT DO NOTHING
""")


def note_waiting(connection: Connection, rule: Rule, table: str, ids: Collection[UUID]) -> None:
    """They had to stay. Safe to repeat."""
    if ids:
        asked = {"tenant": rule.tenant_id, "kind": rule.kind, "table": table, "ids": list(ids)}
        connection.execute(_NOTE, asked)


def find_waiting(
    connection: Connection, rule: Rule, table: str, before: datetime, after: UUID, limit: int
) -> Sequence[UUID]:
    """The next of them. A company that keeps things longer by now still has those that are younger than that."""
    mine = (_w.tenant_id == rule.tenant_id, _w.kind == rule.kind, _w.of == table)
    wanted = select(_w.row_id).where(*mine, _w.row_id > after, _w.row_id < first_id_at(before))
    return connection.execute(wanted.order_by(_w.row_id).limit(limit)).scalars().all()


def forget_waiting(connection: Connection, rule: Rule, table: str, ids: Collection[UUID]) -> None:
    """They have gone. Safe to repeat."""
    mine = (_w.tenant_id == rule.tenant_id, _w.kind == rule.kind, _w.of == table)
    connection.execute(delete(_waiting).where(*mine, _w.row_id.in_(ids)))


def count_waiting(connection: Connection, rule: Rule, table: str, before: datetime) -> int:
    mine = (_w.tenant_id == rule.tenant_id, _w.kind == rule.kind, _w.of == table)
    counted = select(func.count()).where(*mine, _w.row_id < first_id_at(before))
    return int(connection.execute(counted).scalar_one())
