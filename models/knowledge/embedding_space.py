"""Who turns a company's passages into vectors, how far that came, and whether it finds what is asked for.

Vectors of two models are never compared: each model of a company has a space of its own, and one of them serves.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Float,
    ForeignKeyConstraint,
    Identity,
    Integer,
    Row,
    UniqueConstraint,
    and_,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import moment, reference, string, table_of
from models.knowledge.leftover_space import note_leftover_spaces
from models.search.space import spaces

JudgedBy = Literal["", "made", "given"]
_SETTLED = timedelta(hours=1)
ENOUGH = 0.9  # of the share that words find


def _count(kind: type[Integer] = Integer) -> Column[Any]:
    return Column(kind, nullable=False, server_default="0")


def _share() -> Column[Any]:
    return Column(Float, nullable=True)


class EmbeddingSpaceRow(SQLModel, table=True):
    """`asked` is the dimension that was asked for, 0 for the model's own, `dimension` the one that came, 0 before the
    first answer. All passages up to the number `reached` have been dealt with; it serves once it was judged."""

    __tablename__ = "embedding_space"
    __table_args__ = (
        UniqueConstraint("tenant_id", "embedder", "asked", name="embedding_space_one_of_each"),
        CheckConstraint("judged_by IN ('', 'made', 'given')", name="embedding_judge_known"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
    )

    # A number, unlike ids elsewhere: it stands beside every vector.
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    tenant_id: UUID = Field(sa_column=reference())
    embedder: str = Field(sa_column=string(default=None))
    asked: int = Field(sa_column=_count())
    dimension: int = Field(sa_column=_count())
    reached: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="-1"))
    refused: int = Field(sa_column=_count())  # passages that no vector could be had for
    fence: int = Field(sa_column=_count())
    tries: int = Field(sa_column=_count())  # that failed, one after another
    due_at: datetime = Field(sa_column=moment(nullable=False))
    error: str = Field(sa_column=string())
    judged_by: str = Field(sa_column=string())
    judged_at: datetime | None = Field(default=None, sa_column=moment())
    judged_texts: int = Field(sa_column=_count(BigInteger))
    asks: int = Field(sa_column=_count(BigInteger))  # questions that it was judged by
    lexical: float | None = Field(default=None, sa_column=_share())  # R@5 of words
    dense: float | None = Field(default=None, sa_column=_share())  # R@5 of vectors
    fused: float | None = Field(default=None, sa_column=_share())  # R@5 of both
    near: float | None = Field(default=None, sa_column=_share())
    admitted: bool = Field(sa_column=Column(Boolean, nullable=False, server_default="false"))
    created_at: datetime = Field(sa_column=moment(nullable=False))


@dataclass(frozen=True, slots=True)
class Embedder:
    """A model by the name that its server knows, and the dimension that is asked of it: 0 is its own."""

    name: str
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What questions whose answers are known showed: the share of answers among the first five, by words, by vectors
    and by both. Of twenty wrong passages that came nearest, one was at least as near as `near`. Of no questions,
    nothing is known."""

    by: JudgedBy
    asks: int
    lexical: float = 0.0
    dense: float = 0.0
    fused: float = 0.0
    near: float | None = None

    @property
    def admits(self) -> bool:
        """Nearly as good by itself, and nothing lost by listening to it."""
        return self.asks > 0 and self.dense > 0 and self.dense >= ENOUGH * self.lexical and self.fused >= self.lexical


@dataclass(frozen=True, slots=True)
class Filling:
    """A space as who works on it needs it; nobody else has it until the claim is over."""

    id: int
    tenant_id: UUID
    embedder: Embedder
    dimension: int
    reached: int
    fence: int
    tries: int
    end: int  # the number after the company's last passage
    texts: int

    @property
    def is_complete(self) -> bool:
        return self.reached >= self.end - 1


@dataclass(frozen=True, slots=True)
class Standing:
    """A space as an operator sees it."""

    id: int
    embedder: Embedder
    dimension: int
    reached: int
    refused: int
    error: str
    judged_at: datetime | None
    admitted: bool
    verdict: Verdict | None
    left: int  # passages that have not been dealt with
    texts: int


@dataclass(frozen=True, slots=True)
class Serving:
    """A space that questions are put to. `is_indexed`: it was too large to be read through."""

    id: int
    embedder: Embedder
    dimension: int
    near: float | None
    is_indexed: bool


embedding_spaces = table_of(EmbeddingSpaceRow)
_e, _s = embedding_spaces.c, spaces.c
_OF_DOCUMENTS = and_(_s.tenant_id == _e.tenant_id, _s.kind == "documents", _s.owner_id == _s.tenant_id)
# The operator's own questions are not here to be asked again: what they showed stands.
_NEEDS_VERDICT = or_(
    _e.judged_at.is_(None),
    and_(_e.judged_by != "given", func.abs(_s.texts - _e.judged_texts) * 4 > _e.judged_texts),
)

INDEX = "chunk_vector_near_"  # and the id of the space
_IS_INDEXED = literal_column(
    f"EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('{INDEX}' || embedding_space.id) AND indisvalid)",
    Boolean,
)


def begin_spaces(connection: Connection, embedder: Embedder, only: UUID | None = None) -> None:
    """One for each company with documents that has none of this model yet, or for that one. Safe to repeat.

    A model that was just judged stays for a while, unless `only` that company is meant: two workers that are configured
    differently would else replace each other's vectors for ever, and pay for it.
    """
    mine = and_(_e.embedder == embedder.name, _e.asked == embedder.asked)
    fresh = _e.judged_at > func.now() - literal(_SETTLED)
    hindered = mine if only is not None else or_(mine, fresh)
    missing = select(_s.tenant_id, literal(embedder.name), literal(embedder.asked)).where(
        _s.kind == "documents", _s.texts > 0, ~select(_e.id).where(_e.tenant_id == _s.tenant_id, hindered).exists()
    )
    if only is not None:
        missing = missing.where(_s.tenant_id == only)
    columns = ["tenant_id", "embedder", "asked"]
    connection.execute(insert(embedding_spaces).from_select(columns, missing).on_conflict_do_nothing())


def claim_space(
    connection: Connection, embedder: Embedder, lease: timedelta, only: UUID | None = None
) -> Filling | None:
    """The one that has been due longest and has work left; nobody else gets it before the lease is over."""
    due = select(_e.id).join(spaces, _OF_DOCUMENTS).where(_e.embedder == embedder.name, _e.asked == embedder.asked)
    due = due.where(_e.due_at <= func.now(), _s.texts > 0, or_(_e.reached < _s.next_number - 1, _NEEDS_VERDICT))
    if only is not None:
        due = due.where(_e.tenant_id == only)
    first = due.order_by(_e.due_at).limit(1).with_for_update(of=embedding_spaces, skip_locked=True).scalar_subquery()
    claimed = update(embedding_spaces).where(_e.id == first, _OF_DOCUMENTS)
    claimed = claimed.values(due_at=func.now() + literal(lease), fence=_e.fence + 1)
    row = connection.execute(
        claimed.returning(_e.id, _e.tenant_id, _e.dimension, _e.reached, _e.fence, _e.tries, _s.next_number, _s.texts)
    ).first()
    if row is None:
        return None
    return Filling(row.id, row.tenant_id, embedder, *row[2:])


def renew_claim(connection: Connection, filling: Filling, lease: timedelta) -> bool:
    """From now on for as long again; False if somebody else has it by now."""
    mine = update(embedding_spaces).where(_e.id == filling.id, _e.fence == filling.fence)
    return connection.execute(mine.values(due_at=func.now() + literal(lease))).rowcount == 1


def advance_space(connection: Connection, filling: Filling, *, reached: int, dimension: int, refused: int = 0) -> bool:
    """It came this far, and is due again at once; False if somebody else has it by now."""
    values = {"reached": reached, "dimension": dimension, "refused": _e.refused + refused}
    done = update(embedding_spaces).where(_e.id == filling.id, _e.fence == filling.fence)
    done = done.values(**values, tries=0, error="", due_at=func.now())
    return connection.execute(done).rowcount == 1


def put_off_space(connection: Connection, filling: Filling, wait: timedelta, error: str) -> None:
    """It failed, through no fault of any passage."""
    mine = update(embedding_spaces).where(_e.id == filling.id, _e.fence == filling.fence)
    connection.execute(mine.values(due_at=func.now() + literal(wait), tries=_e.tries + 1, error=error))


def begin_anew(connection: Connection, filling: Filling, wait: timedelta, error: str) -> None:
    """What was gathered is of no use: another model answers to the name."""
    mine = delete(embedding_spaces).where(_e.id == filling.id, _e.fence == filling.fence)
    given_up = connection.execute(mine.returning(_e.id)).scalars().all()
    note_leftover_spaces(connection, given_up)
    if given_up:
        values = {"tenant_id": filling.tenant_id, "embedder": filling.embedder.name, "asked": filling.embedder.asked}
        made = insert(embedding_spaces).values(**values, error=error, due_at=func.now() + literal(wait))
        connection.execute(made.on_conflict_do_nothing())


def retry_space(connection: Connection, tenant_id: UUID, embedder: Embedder) -> None:
    """One that was put off is due at once: somebody may have mended what was wrong."""
    mine = (_e.tenant_id == tenant_id, _e.embedder == embedder.name, _e.asked == embedder.asked, _e.error != "")
    connection.execute(update(embedding_spaces).where(*mine).values(error="", due_at=func.now()))


def find_serving(connection: Connection, tenant_id: UUID) -> Serving | None:
    """None while no model was found good enough for this company."""
    statement = select(_e.id, _e.embedder, _e.asked, _e.dimension, _e.near, _IS_INDEXED)
    row = connection.execute(statement.where(_e.tenant_id == tenant_id, _e.admitted).order_by(_e.id)).first()
    return None if row is None else Serving(row[0], Embedder(row[1], row[2]), *row[3:])


def list_spaces(connection: Connection, tenant_id: UUID | None = None) -> list[Standing]:
    """Of one company or of all, the one that serves first."""
    left = func.greatest(_s.next_number - 1 - _e.reached, 0).label("left")
    statement = select(embedding_spaces, left, _s.texts).join(spaces, _OF_DOCUMENTS).order_by(_e.tenant_id, _e.id)
    if tenant_id is not None:
        statement = statement.where(_e.tenant_id == tenant_id)
    return [_standing(row) for row in connection.execute(statement)]


def _standing(row: Row[Any]) -> Standing:
    verdict = None
    if row.judged_at is not None:
        verdict = Verdict(row.judged_by, row.asks, row.lexical, row.dense, row.fused, row.near)
    embedder = Embedder(row.embedder, row.asked)
    plain = (row.dimension, row.reached, row.refused, row.error, row.judged_at, row.admitted)
    return Standing(row.id, embedder, *plain, verdict, row.left, row.texts)
