"""Erasing what `belongings` collected, table by table as `inventory` says, and the receipt that remains.

The receipt says when, by whom and how many rows, and nothing of whose they were. Files and rings lie outside the
database: what is still to be removed there is noted in it by keys that say nothing, in the same transaction.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Connection, ForeignKeyConstraint, func, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import json, key, moment, reference, string, table_of
from models.faultpoint import faultpoint
from models.money.budget import settle_lost
from models.privacy.inventory import HOLDINGS, ORDER


class ErasureRow(SQLModel, table=True):
    """One erasure. `pending` names files and conversations that are still to be cleared elsewhere, and holds the key to
    what is to be sought on the disk; null when done."""

    __tablename__ = "erasure"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),)

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    made_by: str = Field(sa_column=string())
    pseudonym: str = Field(sa_column=string())  # under which what she cost is counted on
    counts: dict[str, Any] = Field(sa_column=json(nullable=False))  # rows by table
    pending: dict[str, Any] | None = Field(sa_column=Column(JSONB(none_as_null=True), nullable=True))
    made_at: datetime = Field(sa_column=moment(nullable=False))


erasures = table_of(ErasureRow)
_AT_ONCE: Final = 100
_TABLE = re.compile(r"[a-z_]+")


def count_hers(connection: Connection) -> dict[str, int]:
    """Rows of hers by table, those without any left out. What is collected must be there."""
    counts = {}
    for name in ORDER:
        counts[name] = connection.execute(text(f"SELECT count(*) FROM {name} WHERE {HOLDINGS[name].hers}")).scalar_one()
    return {name: count for name, count in counts.items() if count}


def erase_hers(connection: Connection, pseudonym: str) -> dict[str, int]:
    """Delete or empty each row of hers; how many by table. What is collected must be there."""
    for turn_id in connection.execute(text("SELECT id FROM her_turn")).scalars().all():
        settle_lost(connection, turn_id)
    _leave_shared_threads(connection)
    counts = {}
    for name in ORDER:
        counts[name] = connection.execute(text(_statement(name)), {"pseudonym": pseudonym}).rowcount
        faultpoint("erasure.table")
    return {name: count for name, count in counts.items() if count}


def _statement(name: str) -> str:
    holding = HOLDINGS[name]
    unused = " AND CAST(:pseudonym AS text) IS NOT NULL"
    if not holding.emptied:
        return f"DELETE FROM {name} WHERE ({holding.hers}){unused}"
    changes = ", ".join(f"{column} = {_typed(value)}" for column, value in holding.emptied.items())
    return f"UPDATE {name} SET {changes} WHERE ({holding.hers}){unused}"


def _typed(value: str) -> str:
    return value.replace(":pseudonym", "CAST(:pseudonym AS text)")


# Whoever else wrote last is whom a shared conversation is with from now on.
_LAST_OTHER = """
    UPDATE conversation c SET sender = o.sender, sender_name = o.sender_name, aliases = '', reply_to = o.sender
    FROM (
        SELECT DISTINCT ON (m.conversation_id) m.conversation_id, m.sender, m.sender_name FROM message m
        JOIN her_thread t ON t.id = m.conversation_id
        WHERE m.direction = 'in' AND m.sender <> ''
        AND (m.account_id, m.sender) NOT IN (SELECT account_id, address FROM her_address)
        ORDER BY m.conversation_id, m.seq DESC
    ) AS o
    WHERE c.id = o.conversation_id AND c.id NOT IN (SELECT id FROM her_conversation)
    AND (c.account_id, c.sender) IN (SELECT account_id, address FROM her_address)
"""
_RENAME = """
    UPDATE conversation c SET thread_key = 'erased:' || md5(c.id::text)
    WHERE c.id IN (SELECT id FROM her_thread) AND (
        (c.account_id, c.thread_key) IN (SELECT account_id, address FROM her_address)
        OR c.thread_key IN (SELECT external_id FROM message WHERE id IN (SELECT id FROM her_message)))
"""
# Their search spaces hold whatever they said beside her words: they are filled anew, from what is left.
_SEARCHED_ANEW = (
    """CREATE TEMP TABLE beside_her ON COMMIT DROP AS
    SELECT DISTINCT r.contact_id AS id FROM remembered_turn r JOIN turn t ON t.id = r.turn_id
    WHERE t.conversation_id IN (SELECT id FROM her_thread) AND r.contact_id NOT IN (SELECT id FROM her_contact)""",
    """UPDATE turn SET remembered_at = NULL WHERE id IN (
        SELECT turn_id FROM remembered_turn WHERE contact_id IN (SELECT id FROM beside_her))
    AND id NOT IN (SELECT id FROM her_turn)""",
    "DELETE FROM remembered_turn WHERE contact_id IN (SELECT id FROM beside_her)",
    "DELETE FROM search_space WHERE kind = 'turns' AND owner_id IN (SELECT id FROM beside_her)",
)


def _leave_shared_threads(connection: Connection) -> None:
    for statement in (_LAST_OTHER, _RENAME, *_SEARCHED_ANEW):
        connection.execute(text(statement))


def find_outside(connection: Connection) -> dict[str, list[str]]:
    """What of hers lies outside the database: keys of files, and conversations that may have been rung for."""
    files = select(text("storage_key")).select_from(text("media"))
    files = files.where(text("storage_key <> '' AND message_id IN (SELECT id FROM her_message)"))
    threads = connection.execute(text("SELECT id FROM her_thread")).scalars()
    return {"files": list(connection.execute(files).scalars()), "conversations": [str(one) for one in threads]}


def add_receipt(
    connection: Connection,
    erasure_id: UUID,
    tenant_id: UUID,
    made_by: str,
    pseudonym: str,
    counts: Mapping[str, int],
    pending: Mapping[str, object],
) -> None:
    """In the transaction of the erasure itself."""
    values = {"id": erasure_id, "tenant_id": tenant_id, "made_by": made_by, "pseudonym": pseudonym}
    connection.execute(insert(erasures).values(**values, counts=dict(counts), pending=dict(pending)))


def find_unfinished(connection: Connection, only: UUID | None = None) -> list[tuple[UUID, dict[str, list[str]]]]:
    """Erasures of all tenants whose files or rings may still be there, a hundred at most. In no order: what cannot be
    finished does not come first each time."""
    e = erasures.c
    wanted = select(e.id, e.pending).where(e.pending.has_key("files")).order_by(func.random()).limit(_AT_ONCE)
    rows = connection.execute(wanted if only is None else wanted.where(e.id == only))
    return [(row.id, row.pending) for row in rows]


def note_finished(connection: Connection, erasure_id: UUID) -> None:
    """Neither files nor rings are left. Safe to repeat."""
    _strike(connection, erasure_id, "files", "conversations")


@dataclass(frozen=True, slots=True)
class Sealed:
    """An erasure with what is still to be sought: in logs, and all over the disk where it is to be scrubbed."""

    id: UUID
    key: str
    is_to_scrub: bool


def find_sealed(connection: Connection) -> list[Sealed]:
    """Oldest first, of all tenants."""
    e = erasures.c
    rows = connection.execute(select(e.id, e.pending).where(e.pending.has_key("seal")).order_by(e.made_at))
    return [Sealed(row.id, row.pending["seal"], row.pending.get("scrub", False)) for row in rows]


def note_unsealed(connection: Connection, erasure_id: UUID) -> None:
    """All is clean. Safe to repeat."""
    _strike(connection, erasure_id, "seal", "scrub")


def _strike(connection: Connection, erasure_id: UUID, *names: str) -> None:
    struck = "UPDATE erasure SET pending = nullif(pending - CAST(:names AS text[]), '{}') WHERE id = :id"
    connection.execute(text(struck), {"id": erasure_id, "names": list(names)})
