"""What vectors cost: tokens and money of each company's day, by model and by what they were wanted for."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Date,
    ForeignKeyConstraint,
    Numeric,
    Text,
    Uuid,
    cast,
    func,
    select,
    text,
)
from sqlmodel import Field, SQLModel

from models.columns import table_of

Purpose = Literal["documents", "questions", "gate"]


def _count() -> Column[Any]:
    return Column(BigInteger, nullable=False, server_default="0")


class EmbeddingUseRow(SQLModel, table=True):
    """`cost` is USD over the priced calls, null if none has a price; `unpriced` counts those without."""

    __tablename__ = "embedding_use"
    __table_args__ = (
        CheckConstraint("purpose IN ('documents', 'questions', 'gate')", name="embedding_purpose_known"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
    )

    tenant_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    day: date = Field(sa_column=Column(Date, primary_key=True))
    embedder: str = Field(sa_column=Column(Text, primary_key=True))
    purpose: str = Field(sa_column=Column(Text, primary_key=True))
    calls: int = Field(sa_column=_count())
    failed: int = Field(sa_column=_count())
    texts: int = Field(sa_column=_count())
    tokens: int = Field(sa_column=_count())
    cost: Decimal | None = Field(default=None, sa_column=Column(Numeric(18, 9), nullable=True))
    unpriced: int = Field(sa_column=_count())


@dataclass(frozen=True, slots=True)
class EmbeddingUse:
    """Sums over some days. Of `calls`, `failed` were refused or not answered; `unpriced` have no known price."""

    embedder: str
    purpose: Purpose
    calls: int
    failed: int
    texts: int
    tokens: int
    cost: Decimal | None
    unpriced: int


embedding_uses = table_of(EmbeddingUseRow)
_NOTE = text("""
INSERT INTO embedding_use AS u (tenant_id, day, embedder, purpose, calls, failed, texts, tokens, cost, unpriced)
SELECT id, (now() AT TIME ZONE timezone)::date, :embedder, :purpose, 1, :failed, :texts, :tokens, :cost, :unpriced
FROM tenant WHERE id = :tenant_id
ON CONFLICT (tenant_id, day, embedder, purpose) DO UPDATE SET calls = u.calls + 1, failed = u.failed + EXCLUDED.failed,
    texts = u.texts + EXCLUDED.texts, tokens = u.tokens + EXCLUDED.tokens, unpriced = u.unpriced + EXCLUDED.unpriced,
    cost = CASE WHEN u.cost IS NULL THEN EXCLUDED.cost ELSE u.cost + coalesce(EXCLUDED.cost, 0) END
""")


def note_use(
    connection: Connection,
    tenant_id: UUID,
    embedder: str,
    purpose: Purpose,
    texts: int = 0,
    tokens: int = 0,
    cost: Decimal | None = None,
    *,
    failed: bool = False,
) -> None:
    """One call, on the company's own day. One that failed cost nothing that anybody knows of."""
    what = {"tenant_id": tenant_id, "embedder": embedder, "purpose": purpose, "failed": int(failed), "texts": texts}
    unpriced = int(cost is None and not failed)
    connection.execute(_NOTE, what | {"tokens": tokens, "cost": cost, "unpriced": unpriced})


def sum_use(connection: Connection, tenant_id: UUID, start: date, end: date) -> list[EmbeddingUse]:
    """Both days count."""
    u = embedding_uses.c
    counts = [cast(func.sum(column), BigInteger) for column in (u.calls, u.failed, u.texts, u.tokens)]
    sums = [*counts, func.sum(u.cost), cast(func.sum(u.unpriced), BigInteger)]
    statement = select(u.embedder, u.purpose, *sums).where(u.tenant_id == tenant_id, u.day.between(start, end))
    rows = connection.execute(statement.group_by(u.embedder, u.purpose).order_by(u.embedder, u.purpose))
    return [EmbeddingUse(*row) for row in rows]
