"""Rows of postings: for a term and a block of numbers, who holds it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

import psycopg
from sqlalchemy import BigInteger, Column, Connection, ForeignKeyConstraint, Integer, LargeBinary, Text, text
from sqlmodel import Field, SQLModel


class SearchPostingRow(SQLModel, table=True):
    """Terms sort by bytes, so that those of one text are written near each other in every locale."""

    __tablename__ = "search_posting"
    __table_args__ = (ForeignKeyConstraint(["space_id"], ["search_space.id"], ondelete="CASCADE"),)

    space_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    term: str = Field(sa_column=Column(Text(collation="C"), primary_key=True))
    block: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    postings: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


Place = tuple[str, int]  # a term, and a block of numbers

_AT_ONCE = 10_000  # rows that a statement writes

_GIVEN = """
unnest(cast(:terms AS text[]), cast(:blocks AS integer[]), cast(:postings AS bytea[])) AS g (term, block, postings)
"""
_APPEND = text(f"""
INSERT INTO search_posting AS p (space_id, term, block, postings) SELECT :space_id, g.term, g.block, g.postings
FROM {_GIVEN}
ON CONFLICT (space_id, term, block) DO UPDATE SET postings = p.postings || EXCLUDED.postings
""")  # noqa: S608
_REPLACE = text(f"""
UPDATE search_posting AS p SET postings = g.postings
FROM {_GIVEN} WHERE p.space_id = :space_id AND p.term = g.term AND p.block = g.block
""")  # noqa: S608
_EMPTY = text("""
DELETE FROM search_posting AS p USING unnest(cast(:terms AS text[]), cast(:blocks AS integer[])) AS g (term, block)
WHERE p.space_id = :space_id AND p.term = g.term AND p.block = g.block
""")
_HELD = "SELECT term, block, postings FROM search_posting WHERE space_id = %(space_id)s AND term = ANY(%(terms)s)"
_HELD_WITHIN = f"{_HELD} AND block BETWEEN %(first)s AND %(last)s"


def append_postings(connection: Connection, space_id: int, postings: Mapping[Place, bytes]) -> None:
    """Behind those that stand there. One writer of a space at a time: its row is locked."""
    ordered = sorted(postings.items())
    for start in range(0, len(ordered), _AT_ONCE):
        given = _as_arrays(ordered[start : start + _AT_ONCE])
        connection.execute(_APPEND, {"space_id": space_id} | given)


def replace_postings(connection: Connection, space_id: int, postings: Mapping[Place, bytes]) -> None:
    """A row without postings goes."""
    left = sorted((place, held) for place, held in postings.items() if held)
    empty = sorted(place for place, held in postings.items() if not held)
    for start in range(0, len(left), _AT_ONCE):
        given = _as_arrays(left[start : start + _AT_ONCE])
        connection.execute(_REPLACE, {"space_id": space_id} | given)
    if empty:
        places = {"terms": [term for term, _ in empty], "blocks": [block for _, block in empty]}
        connection.execute(_EMPTY, {"space_id": space_id} | places)


def read_postings(
    connection: Connection, space_id: int, terms: Collection[str], blocks: tuple[int, int] | None = None
) -> Iterable[tuple[str, int, bytes]]:
    """Term, block and postings, of all blocks or of the first to the last given.

    Straight on the driver, since these are megabytes: it takes bytes as they are, where SQLAlchemy has them spelt out.
    """
    given: dict[str, Any] = {"space_id": space_id, "terms": list(terms)}
    statement = _HELD
    if blocks is not None:
        statement, given = _HELD_WITHIN, given | {"first": blocks[0], "last": blocks[1]}
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    with driver.cursor(binary=True) as cursor:
        return cursor.execute(statement, given).fetchall()


def _as_arrays(ordered: Sequence[tuple[Place, bytes]]) -> dict[str, list[str] | list[int] | list[bytes]]:
    return {
        "terms": [term for (term, _), _ in ordered],
        "blocks": [block for (_, block), _ in ordered],
        "postings": [held for _, held in ordered],
    }
