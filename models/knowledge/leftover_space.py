"""Vectors of spaces that are no more: noted in the transaction that gave the space up, and deleted after it, some at a
time, so that no transaction holds many of them."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import table_of


class LeftoverSpaceRow(SQLModel, table=True):
    """`space_id` is of no row any more."""

    __tablename__ = "leftover_space"

    space_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


_spaces = table_of(LeftoverSpaceRow)
_CLAIM: Final = text("SELECT space_id FROM leftover_space ORDER BY space_id LIMIT 1 FOR UPDATE SKIP LOCKED")
_DELETE: Final = text("""
    DELETE FROM chunk_vector WHERE (tenant_id, number, space_id) IN (
        SELECT tenant_id, number, space_id FROM chunk_vector WHERE space_id = :space LIMIT :most)
""")
_FORGET: Final = text("DELETE FROM leftover_space WHERE space_id = :space")


def note_leftover_spaces(connection: Connection, spaces: Iterable[int]) -> None:
    """They were just deleted: nobody can put another vector into one."""
    rows = [{"space_id": space} for space in spaces]
    if rows:
        connection.execute(insert(_spaces).values(rows).on_conflict_do_nothing())


def clear_vectors(connection: Connection, most: int) -> bool:
    """Some of one space's that nobody else is at; False where there are none. Safe to repeat."""
    space = connection.execute(_CLAIM).scalar_one_or_none()
    if space is None:
        return False
    if connection.execute(_DELETE, {"space": space, "most": most}).rowcount < most:
        connection.execute(_FORGET, {"space": space})
    return True
