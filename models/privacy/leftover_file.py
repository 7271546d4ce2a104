"""Files that no row needs any more: noted in the transaction that gave them up, and cleared away after it."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Column, Connection, Index, Text, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import moment, table_of


class LeftoverFileRow(SQLModel, table=True):
    """`file` is its key where files are kept, which says nothing of anybody."""

    __tablename__ = "leftover_file"
    __table_args__ = (Index("leftover_file_due", "due_at"),)

    file: str = Field(sa_column=Column(Text, primary_key=True))
    due_at: datetime = Field(sa_column=moment(nullable=False))


_AT_ONCE: Final = 100
leftover_files = table_of(LeftoverFileRow)
_l = leftover_files.c


def note_leftovers(connection: Connection, files: Iterable[str]) -> None:
    """Due from the commit on; an empty key is no file."""
    rows = [{"file": file, "due_at": func.now()} for file in files if file]
    if rows:
        connection.execute(insert(leftover_files).values(rows).on_conflict_do_nothing())


def claim_leftovers(connection: Connection, lease: timedelta) -> list[str]:
    """Files that are due, a hundred at most; nobody else gets them before the lease is over."""
    due = select(_l.file).where(_l.due_at <= func.now()).order_by(_l.due_at).limit(_AT_ONCE)
    claimed = update(leftover_files).where(_l.file.in_(due.with_for_update(skip_locked=True)))
    return list(connection.execute(claimed.values(due_at=func.now() + literal(lease)).returning(_l.file)).scalars())


def forget_leftover(connection: Connection, file: str) -> None:
    """It is deleted. Safe to repeat."""
    connection.execute(delete(leftover_files).where(_l.file == file))


def put_off_leftovers(connection: Connection, files: Collection[str], wait: timedelta) -> None:
    """They could not be deleted."""
    late = update(leftover_files).where(_l.file.in_(files)).values(due_at=func.now() + literal(wait))
    connection.execute(late)
