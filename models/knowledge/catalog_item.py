"""What things cost, as the rows of documents say: asked by name or code, not by likeness."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Select,
    and_,
    any_,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import key, reference, string, table_of
from models.ids import new_id
from models.knowledge.chunk import Chunk, chunks
from models.knowledge.document import documents
from models.knowledge.passage import SearchScope
from models.knowledge.price_row import CatalogItem, PriceRow
from models.measures import part_measures
from models.retrieval.stop_words import STOP_WORDS

_MOST_WORDS = 12


class CatalogItemRow(SQLModel, table=True):
    """`number` is that of the chunk that holds the row; what is folded is looked for."""

    __tablename__ = "catalog_item"
    __table_args__ = (
        Index("catalog_item_of_chunk", "tenant_id", "number"),
        Index("catalog_item_of_document", "document_id"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference())
    document_id: UUID = Field(sa_column=reference())
    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    position: int = Field(sa_column=Column(Integer, nullable=False))  # among the prices of its row
    code: str = Field(sa_column=string())
    name: str = Field(sa_column=string(default=None))
    folded_code: str = Field(sa_column=string())
    folded_name: str = Field(sa_column=string())
    unit: str = Field(sa_column=string())
    price: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    currency: str = Field(sa_column=string())
    label: str = Field(sa_column=string())
    valid_from: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    valid_to: date | None = Field(default=None, sa_column=Column(Date, nullable=True))


catalog_items = table_of(CatalogItemRow)
_i = catalog_items.c


def fold(text: str) -> str:
    """Lower case without accents; words and figures parted by one blank."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall("[a-z0-9]+", plain))


def add_items(
    connection: Connection, tenant_id: UUID, document_id: UUID, numbers: Iterable[int], added: Sequence[Chunk]
) -> None:
    """The prices of the chunks. Those of a document go with it."""
    rows = [
        {
            "id": new_id(),
            "tenant_id": tenant_id,
            "document_id": document_id,
            "number": number,
            "position": position,
            "code": row.code,
            "name": row.name,
            "folded_code": fold(row.code),
            "folded_name": fold(row.name),
            "unit": row.unit,
            "price": row.price,
            "currency": row.currency,
            "label": row.label,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
        }
        for number, chunk in zip(numbers, added, strict=True)
        for position, row in enumerate(chunk.prices)
    ]
    if rows:
        connection.execute(insert(catalog_items), rows)


def find_items(connection: Connection, scope: SearchScope, product: str, limit: int) -> list[CatalogItem]:
    """Whatever has that code or name, its blanks aside; where nothing has, whatever holds all of the words that say
    anything, and the measures in any spelling. In the order of the documents, of what the scope may see and what holds
    on its day."""
    words = fold(product).split()[:_MOST_WORDS]
    if not words:
        return []
    exact = or_(*(func.replace(column, " ", "") == "".join(words) for column in (_i.folded_code, _i.folded_name)))
    held = " " + _i.folded_code + " " + _i.folded_name
    plain, measures = part_measures([word for word in words if word not in STOP_WORDS] or words)
    holds = and_(
        *(held.like(f"% {_without_ending(word)}%") for word in plain),
        *(held.regexp_match(measure) for measure in measures),
    )
    d = documents.c
    rank = case((exact, 0), else_=1)
    statement = (
        select(*(_i.name, _i.price, _i.code, _i.unit, _i.currency, _i.label, _i.valid_from, _i.valid_to))
        .add_columns(d.key, d.title, chunks.c.place, rank.label("rank"))
        .join_from(catalog_items, documents, d.id == _i.document_id)
        .join(chunks, and_(chunks.c.tenant_id == _i.tenant_id, chunks.c.number == _i.number))
        .where(_i.tenant_id == scope.tenant_id, d.status == "ready", or_(exact, holds))
        .order_by("rank", d.created_at, _i.number, _i.position)
        .limit(limit)
    )
    rows = connection.execute(_within(statement, scope)).all()
    best = [row for row in rows if row.rank == rows[0].rank]
    return [CatalogItem(PriceRow(*row[:8]), row.key, row.title, dict(row.place or {})) for row in best]


def find_unheld(
    connection: Connection, tenant_id: UUID, numbers: Sequence[int], on: date
) -> dict[int, tuple[date | None, date | None]]:
    """The chunks whose price does not hold on a day: from when and until when it does."""
    over = or_(_i.valid_from > on, _i.valid_to < on)
    statement = select(_i.number, _i.valid_from, _i.valid_to).where(
        _i.tenant_id == tenant_id, _i.number.in_(numbers), over
    )
    return {number: (first, last) for number, first, last in connection.execute(statement)}


def _without_ending(word: str) -> str:
    """`parafusos` finds `parafuso`; figures stay whole."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and word.isalpha() else word


def _within(statement: Select[Any], scope: SearchScope) -> Select[Any]:
    if scope.role:
        statement = statement.where(any_(documents.c.roles) == scope.role)
    if scope.language is not None:
        statement = statement.where(documents.c.language == scope.language)
    for table in (documents.c, _i):
        statement = statement.where(or_(table.valid_from.is_(None), table.valid_from <= scope.on))
        statement = statement.where(or_(table.valid_to.is_(None), table.valid_to >= scope.on))
    return statement
