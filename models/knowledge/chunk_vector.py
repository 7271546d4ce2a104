"""Vectors of passages, and the ones nearest to a question: who may see what is laid over them before any is ranked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import BigInteger, Column, Connection, ForeignKeyConstraint, Index, Text, Uuid, cast, func, select, text
from sqlmodel import Field, SQLModel

from models.columns import table_of
from models.knowledge.chunk import chunks
from models.knowledge.document import documents
from models.knowledge.embedding_space import Serving

Vector = Sequence[float]  # of length 1

_SEEN: Final = 200  # candidates that the index keeps in view


class ChunkVectorRow(SQLModel, table=True):
    """Half precision: ranks are the same, room and time are half. Null: the server would not take the passage. The
    dimension is the space's. It goes with its passage, and soon after its space (`models.knowledge.leftover_space`)."""

    __tablename__ = "chunk_vector"
    __table_args__ = (
        Index("chunk_vector_of_space", "space_id"),
        ForeignKeyConstraint(["tenant_id", "number"], ["chunk.tenant_id", "chunk.number"], ondelete="CASCADE"),
    )

    tenant_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    space_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    vector: Any = Field(default=None, sa_column=Column(HALFVEC, nullable=True))


@dataclass(frozen=True, slots=True)
class Sample:
    """A passage with its vector; `indexed` is what it is found by."""

    text: str
    indexed: str
    language: str
    vector: Vector


chunk_vectors = table_of(ChunkVectorRow)
_v = chunk_vectors.c

# A passage may be removed while its vector is made: what is gone is left out, what is there stays until the commit.
_PUT = text("""
INSERT INTO chunk_vector (tenant_id, number, space_id, vector)
SELECT c.tenant_id, c.number, :space_id, g.vector::halfvec
FROM unnest(cast(:numbers AS bigint[]), cast(:vectors AS text[])) AS g (number, vector)
JOIN chunk c ON c.tenant_id = :tenant_id AND c.number = g.number
FOR KEY SHARE OF c
ON CONFLICT DO NOTHING
""")
# A space may be removed meanwhile, when another model takes over: as above.
_CARRY = text("""
WITH space AS MATERIALIZED (SELECT id FROM embedding_space WHERE tenant_id = :tenant_id ORDER BY id FOR KEY SHARE)
INSERT INTO chunk_vector (tenant_id, number, space_id, vector)
SELECT DISTINCT ON (n.number, v.space_id) n.tenant_id, n.number, v.space_id, v.vector
FROM chunk n
JOIN chunk o ON o.document_id = ANY(:old) AND coalesce(o.indexed, o.text) = coalesce(n.indexed, n.text)
JOIN chunk_vector v ON v.tenant_id = o.tenant_id AND v.number = o.number
JOIN space ON space.id = v.space_id
WHERE n.document_id = :new
ON CONFLICT DO NOTHING
""")
_NEAREST = """
SELECT number, -({distance}) AS similarity FROM chunk_vector
WHERE tenant_id = :tenant_id AND space_id = {space} AND vector IS NOT NULL
AND cast(:allowed AS int8multirange) @> number
ORDER BY {distance} LIMIT :k
"""


def missing_texts(
    connection: Connection, tenant_id: UUID, space_id: int, after: int, limit: int
) -> list[tuple[int, str]]:
    """Of the passages numbered above `after`, the first without a vector: number, and what they are found by."""
    c = chunks.c
    there = select(_v.number).where(_v.tenant_id == c.tenant_id, _v.number == c.number, _v.space_id == space_id)
    statement = select(c.number, func.coalesce(c.indexed, c.text)).where(c.tenant_id == tenant_id, c.number > after)
    rows = connection.execute(statement.where(~there.exists()).order_by(c.number).limit(limit))
    return [(number, words) for number, words in rows]


def put_vectors(connection: Connection, tenant_id: UUID, space_id: int, vectors: Mapping[int, Vector | None]) -> None:
    """By the numbers of the passages; what is there already stays. Safe to repeat."""
    spelt = [None if vector is None else spell(vector) for vector in vectors.values()]
    given = {"tenant_id": tenant_id, "space_id": space_id, "numbers": list(vectors), "vectors": spelt}
    connection.execute(_PUT, given)


def carry_vectors(connection: Connection, tenant_id: UUID, old: Sequence[UUID], new: UUID) -> None:
    """From the versions of a document to the one that takes their place: what stayed as it was is not paid twice."""
    if old:
        connection.execute(_CARRY, {"tenant_id": tenant_id, "old": list(old), "new": new})


def read_sample(connection: Connection, tenant_id: UUID, space_id: int, count: int) -> list[Sample]:
    """Some passages that have vectors, from all over: the same ones as long as those are there."""
    c, d = chunks.c, documents.c
    statement = (
        select(c.text, func.coalesce(c.indexed, c.text), d.language, _v.vector)
        .join_from(chunk_vectors, chunks, (c.tenant_id == _v.tenant_id) & (c.number == _v.number))
        .join(documents, d.id == c.document_id)
        .where(_v.tenant_id == tenant_id, _v.space_id == space_id, _v.vector.is_not(None))
        .order_by(func.md5(cast(c.number, Text)))
        .limit(count)
    )
    return [Sample(*row) for row in connection.execute(statement)]


def nearest(
    connection: Connection,
    tenant_id: UUID,
    space: Serving,
    asked: Vector,
    k: int,
    allowed: Sequence[tuple[int, int]],
) -> list[tuple[int, float]]:
    """Number and similarity of the `k` nearest among those allowed, ranges of numbers; as many as there are.

    An index may give up before it has found as many as there are: then all vectors are looked at after all.
    """
    given = {"tenant_id": tenant_id, "asked": spell(asked), "allowed": _as_multirange(allowed), "k": k}
    if space.is_indexed:
        found = _by_index(connection, space, given)
        if len(found) == k:
            return found
    exact = _NEAREST.format(space=space.id, distance="vector <#> cast(:asked AS halfvec)")
    return [(number, similarity) for number, similarity in connection.execute(text(exact), given)]


def _by_index(connection: Connection, space: Serving, given: Mapping[str, Any]) -> list[tuple[int, float]]:
    """The condition must name the space's number, and the distance its dimension: else the planner cannot know. It
    takes ranges of numbers for a narrow filter whatever they hold, and would rather sort what passes it."""
    settings = {"hnsw.iterative_scan": "strict_order", "hnsw.ef_search": str(_SEEN), "enable_sort": "off"}
    connection.execute(select(*(func.set_config(name, value, True) for name, value in settings.items())))
    kind = f"halfvec({space.dimension})"
    ranked = _NEAREST.format(space=space.id, distance=f"(vector::{kind}) <#> cast(:asked AS {kind})")
    found = [(number, similarity) for number, similarity in connection.execute(text(ranked), given)]
    connection.execute(select(func.set_config("enable_sort", "on", True)))
    return found


def spell(vector: Vector) -> str:
    """As PostgreSQL reads it; half precision keeps no more figures."""
    return f"[{','.join(f'{number:.6g}' for number in vector)}]"


def _as_multirange(ranges: Sequence[tuple[int, int]]) -> str:
    return "{" + ",".join(f"[{first},{last}]" for first, last in ranges) + "}"
