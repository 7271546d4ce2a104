"""Facts: what people told of themselves, dated and with their source. A new value closes the old one, never overwrites.

`valid_from` and `valid_to` say when it was so in the world, `recorded_at` and `superseded_at` when we believed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    Date,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of
from models.ids import new_id
from models.memory.contact import contacts
from models.memory.told_again import Earlier, is_told_again

FactKind = Literal["profile", "preference", "commitment", "objection", "decision"]
Trust = Literal["typed", "spoken", "llm"]
Ending = Literal["replaced", "corrected", "forgotten"]
_KINDS = ("profile", "preference", "commitment", "objection", "decision")
_TRUSTS = ("typed", "spoken", "llm")
_MOST = 200  # current ones of a person; beyond them nothing more is kept


class Fact(SQLModel, table=True):
    __tablename__ = "fact"
    __table_args__ = (
        UniqueConstraint("turn_id", "predicate", "value", name="fact_told_once"),
        CheckConstraint(f"kind IN {_KINDS!r}", name="fact_kind_known"),
        CheckConstraint(f"trust IN {_TRUSTS!r}", name="fact_trust_known"),
        Index("fact_current", "contact_id", postgresql_where="superseded_at IS NULL"),
        Index("fact_of_contact", "contact_id", "recorded_at"),
        ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    contact_id: UUID = Field(sa_column=reference())  # who told it, by the address from which she did
    subject: str = Field(sa_column=string(default="person"))  # of herself, or of her company
    predicate: str = Field(sa_column=string())
    value: str = Field(sa_column=string())
    kind: str = Field(sa_column=string(default="profile"))
    due_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))  # what a commitment is for
    valid_from: date = Field(sa_column=Column(Date, nullable=False))
    valid_to: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    recorded_at: datetime = Field(sa_column=moment(nullable=False))
    superseded_at: datetime | None = Field(default=None, sa_column=moment())
    ended_as: str = Field(sa_column=string())  # replaced, corrected, forgotten; empty while it stands
    turn_id: UUID = Field(sa_column=reference())  # in which she told it
    channel: str = Field(sa_column=string())
    author_role: str = Field(sa_column=string())
    quote: str = Field(sa_column=string())  # her words, to the letter
    confidence: Decimal = Field(sa_column=Column(Numeric(3, 2), nullable=False))
    trust: str = Field(sa_column=string(default="typed"))
    place: UUID | None = Field(
        default=None, sa_column=reference(nullable=True)
    )  # in her list: that of the one replaced


facts = table_of(Fact)


@dataclass(frozen=True, slots=True)
class NewFact:
    """What was told. It closes the fact that it is told `instead_of` and, where `is_single`, what was told before."""

    subject: str
    predicate: str
    value: str
    kind: FactKind
    quote: str
    due_on: date | None
    confidence: float
    is_single: bool
    instead_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from: whose words, in which turn, said how."""

    tenant_id: UUID
    contact_id: UUID
    holder_id: UUID
    turn_id: UUID
    channel: str
    role: str
    on: date  # her local day
    trust: Trust = "typed"


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact as it is shown."""

    id: UUID
    subject: str
    predicate: str
    value: str
    kind: str
    due_on: date | None
    recorded_at: datetime
    channel: str
    turn_id: UUID
    trust: str


SHOWN: Sequence[ColumnElement[Any]] = (
    *(facts.c.id, facts.c.subject, facts.c.predicate, facts.c.value, facts.c.kind, facts.c.due_on),
    *(facts.c.recorded_at, facts.c.channel, facts.c.turn_id, facts.c.trust),
)
_IS_CURRENT = facts.c.superseded_at.is_(None)
_PLACE = func.coalesce(facts.c.place, facts.c.id)  # ids are ordered by time


def is_held_by(tenant_id: UUID, holder_id: UUID) -> ColumnElement[bool]:
    """Told by any of the person's contacts."""
    c = contacts.c
    return facts.c.contact_id.in_(select(c.id).where(c.tenant_id == tenant_id, c.holder_id == holder_id))


def tell(connection: Connection, source: Source, told: Sequence[NewFact], ending: Ending = "replaced") -> list[UUID]:
    """Keep them; what they replace is closed. Safe to repeat: what the same turn told before is left as it is, and
    what is believed already is not told anew. Where no room is left only what takes another's place is kept. Returns
    the new ones."""
    held = is_held_by(source.tenant_id, source.holder_id)
    room = _MOST - connection.execute(select(func.count()).select_from(facts).where(held, _IS_CURRENT)).scalar_one()
    kept = []
    for one in told:
        replaced = held & _is_replaced_by(one)
        if _is_believed(connection, held, one) or (room <= 0 and not _stands(connection, replaced)):
            continue
        if (fact_id := _add(connection, source, one, replaced)) is not None:
            room -= 1
            if one.is_single or one.instead_of is not None:
                room += len(_end(connection, replaced & (facts.c.id != fact_id), source.on, ending))
            kept.append(fact_id)
    return kept


def _stands(connection: Connection, which: ColumnElement[bool]) -> bool:
    return connection.execute(select(facts.c.id).where(which, _IS_CURRENT).limit(1)).first() is not None


def _is_replaced_by(one: NewFact) -> ColumnElement[bool]:
    same = (facts.c.predicate == one.predicate) if one.is_single else false()
    return or_(same, facts.c.id == one.instead_of)


def tell_beside(connection: Connection, source: Source, told: Sequence[NewFact]) -> list[UUID]:
    """The same of what only adds: nothing that stands is closed, and what was ended stays ended, in whichever words it
    comes."""
    held, f = is_held_by(source.tenant_id, source.holder_id), facts.c
    kept = connection.execute(select(f.predicate, f.value, f.turn_id, _IS_CURRENT.label("stands")).where(held)).all()
    standing = {row.predicate for row in kept if row.stands}
    earlier = [Earlier(row.value, row.turn_id, row.stands) for row in kept]
    fresh = [
        one
        for one in told
        if not (one.is_single and one.predicate in standing) and not is_told_again(one.value, source.turn_id, earlier)
    ]
    return tell(connection, source, fresh)


def _is_believed(connection: Connection, held: ColumnElement[bool], one: NewFact) -> bool:
    f = facts.c
    same = (f.predicate == one.predicate) & (func.lower(f.value) == one.value.lower())
    same &= f.due_on.is_not_distinct_from(one.due_on)
    return _stands(connection, held & same)


def _add(connection: Connection, source: Source, one: NewFact, replaced: ColumnElement[bool]) -> UUID | None:
    row = {
        "place": select(_PLACE).where(replaced, _IS_CURRENT).order_by(_PLACE).limit(1).scalar_subquery(),
        "id": new_id(),
        "tenant_id": source.tenant_id,
        "contact_id": source.contact_id,
        "subject": one.subject,
        "predicate": one.predicate,
        "value": one.value,
        "kind": one.kind,
        "due_on": one.due_on,
        "valid_from": source.on,
        "valid_to": one.due_on,
        "turn_id": source.turn_id,
        "channel": source.channel,
        "author_role": source.role,
        "quote": one.quote,
        "confidence": one.confidence,
        "trust": source.trust,
    }
    statement = insert(facts).values(**row).on_conflict_do_nothing(constraint="fact_told_once").returning(facts.c.id)
    return connection.execute(statement).scalar_one_or_none()


def _end(connection: Connection, which: ColumnElement[bool], on: date, ending: Ending) -> list[UUID]:
    f = facts.c
    ended = update(facts).where(which, _IS_CURRENT)
    ended = ended.values(superseded_at=func.clock_timestamp(), valid_to=func.least(f.valid_to, on), ended_as=ending)
    return list(connection.execute(ended.returning(f.id)).scalars())


class Facts:
    """What one person told, from whichever of her addresses."""

    def __init__(self, connection: Connection, tenant_id: UUID, holder_id: UUID) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._held = is_held_by(tenant_id, holder_id)

    def current(self, on: date | None = None) -> list[KnownFact]:
        """What stands, oldest first, and what replaced another in its place; with a day only what has not run out by
        then."""
        f = facts.c
        statement = select(*SHOWN).where(self._held, _IS_CURRENT)
        if on is not None:
            statement = statement.where(or_(f.valid_to.is_(None), f.valid_to >= on))
        return [KnownFact(*row) for row in self._connection.execute(statement.order_by(_PLACE))]

    def known_at(self, when: datetime) -> list[KnownFact]:
        """What we believed at that moment."""
        f = facts.c
        believed = (f.recorded_at <= when) & or_(f.superseded_at.is_(None), f.superseded_at > when)
        statement = select(*SHOWN).where(self._held, believed).order_by(f.recorded_at, f.id)
        return [KnownFact(*row) for row in self._connection.execute(statement)]

    def end(self, fact_ids: Sequence[UUID], on: date, ending: Ending) -> int:
        """They are believed no more; that they were stays on record. Safe to repeat."""
        return len(_end(self._connection, self._held & facts.c.id.in_(fact_ids), on, ending))
