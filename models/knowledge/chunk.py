"""Chunks: the pieces of documents that are found, each with the number that the search index knows it by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, ForeignKeyConstraint, Index, Text, Uuid, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import Field, SQLModel

from models.columns import json, reference, string, table_of
from models.knowledge.document import documents
from models.knowledge.passage import passage_id
from models.knowledge.price_row import PriceRow


class ChunkRow(SQLModel, table=True):
    """`text` is what is shown, `indexed` what it is found by where that is more: its headings above all."""

    __tablename__ = "chunk"
    __table_args__ = (
        Index("chunk_of_document", "document_id"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
    )

    tenant_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    document_id: UUID = Field(sa_column=reference())
    given_id: Any = Field(default=None, sa_column=json())
    text: str = Field(sa_column=string(default=None))
    indexed: str | None = Field(default=None, sa_column=string(nullable=True))
    path: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    place: Any = Field(sa_column=json(nullable=False))


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document. `given_id` is what a ready passage came with, a string or a number; `prices` are
    kept in `models.knowledge.catalog_item`."""

    text: str
    indexed: str
    path: tuple[str, ...] = ()
    place: Mapping[str, Any] | None = None
    given_id: str | int | None = None
    prices: tuple[PriceRow, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A chunk with the document that it is of."""

    number: int
    document_id: UUID
    document: str
    title: str
    first_number: int
    chunk: Chunk


chunks = table_of(ChunkRow)
_c = chunks.c


def add_chunks(
    connection: Connection, tenant_id: UUID, document_id: UUID, numbers: Iterable[int], added: Iterable[Chunk]
) -> None:
    rows = [
        {
            "tenant_id": tenant_id,
            "number": number,
            "document_id": document_id,
            "given_id": chunk.given_id,
            "text": chunk.text,
            "indexed": chunk.indexed if chunk.indexed != chunk.text else None,
            "path": list(chunk.path),
            "place": dict(chunk.place or {}),
        }
        for number, chunk in zip(numbers, added, strict=True)
    ]
    if rows:
        connection.execute(insert(chunks), rows)


def indexed_texts(connection: Connection, document_id: UUID) -> list[str]:
    """What the chunks of a document are found by, in order of their numbers."""
    statement = select(_c.text, _c.indexed).where(_c.document_id == document_id).order_by(_c.number)
    return [row.text if row.indexed is None else row.indexed for row in connection.execute(statement)]


def number_ids(connection: Connection, tenant_id: UUID) -> dict[Any, list[int]]:
    """The numbers of all passages that can be found, by their ids: several documents may give the same."""
    d, numbers = documents.c, defaultdict[Any, list[int]](list)
    statement = select(_c.number, _c.given_id, d.key, d.first_number).join(documents, d.id == _c.document_id)
    for number, given_id, document, first in connection.execute(statement.where(_c.tenant_id == tenant_id)):
        numbers[passage_id(given_id, document, number - first + 1)].append(number)
    return numbers


def read_chunks(connection: Connection, tenant_id: UUID, numbers: Sequence[int]) -> dict[int, FoundChunk]:
    """By number; what is gone is left out."""
    d = documents.c
    statement = select(
        *(_c.number, _c.document_id, d.key, d.title, d.first_number),
        *(_c.text, _c.path, _c.place, _c.given_id),
    )
    statement = statement.join(documents, d.id == _c.document_id).where(_c.tenant_id == tenant_id)
    rows = connection.execute(statement.where(_c.number.in_(numbers)))
    return {
        row.number: FoundChunk(*row[:5], Chunk(row.text, row.text, tuple(row.path), row.place, row.given_id))
        for row in rows
    }
