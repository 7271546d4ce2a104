"""What people of the company told of its customers, dated and with its source. A new value closes the old one, never
overwrites. A customer is named as the sales data spell it; who may see the customer there may see what is told of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    Date,
    ForeignKeyConstraint,
    Index,
    Numeric,
    Select,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of
from models.ids import new_id
from models.memory.contact import contacts
from models.memory.fact import Ending, Source
from models.memory.told_again import Earlier, is_told_again

_TRUSTS = ("typed", "spoken", "llm")
_MOST = 50  # current ones of a customer; beyond them nothing more is kept


class CustomerFact(SQLModel, table=True):
    __tablename__ = "customer_fact"
    __table_args__ = (
        UniqueConstraint("turn_id", "customer", "predicate", "value", name="customer_fact_told_once"),
        CheckConstraint(f"trust IN {_TRUSTS!r}", name="customer_fact_trust_known"),
        Index("customer_fact_of_customer", "tenant_id", "customer"),  # what was ended is asked for as well
        Index(
            "customer_fact_named",
            text("array_to_tsvector(words)"),
            postgresql_using="gin",
            postgresql_where="superseded_at IS NULL",
            postgresql_with={"fastupdate": "off"},  # every turn looks here, and would look through what is put off
        ),
        Index("customer_fact_of_contact", "contact_id"),
        ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference())
    contact_id: UUID = Field(sa_column=reference())  # who told it, by the address from which she did
    customer: str = Field(sa_column=string())
    words: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))  # of the name, as questions are looked up
    predicate: str = Field(sa_column=string())
    value: str = Field(sa_column=string())
    valid_from: date = Field(sa_column=Column(Date, nullable=False))
    valid_to: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    recorded_at: datetime = Field(sa_column=moment(nullable=False))
    superseded_at: datetime | None = Field(default=None, sa_column=moment())
    ended_as: str = Field(sa_column=string())  # replaced, corrected, forgotten; empty while it stands
    turn_id: UUID = Field(sa_column=reference())  # in which it was told
    channel: str = Field(sa_column=string())
    teller: str = Field(sa_column=string())  # her name then
    author_role: str = Field(sa_column=string())
    quote: str = Field(sa_column=string())  # her words, to the letter
    confidence: Decimal = Field(sa_column=Column(Numeric(3, 2), nullable=False))
    trust: str = Field(sa_column=string(default="typed"))


customer_facts = table_of(CustomerFact)


@dataclass(frozen=True, slots=True)
class NewCustomerFact:
    """What was told of a customer. Where `is_single`, it closes what stood."""

    customer: str
    words: tuple[str, ...]
    predicate: str
    value: str
    quote: str
    confidence: float
    is_single: bool


@dataclass(frozen=True, slots=True)
class KnownCustomerFact:
    """One as it is shown; `holder_id` is who told it."""

    id: UUID
    customer: str
    predicate: str
    value: str
    recorded_at: datetime
    channel: str
    teller: str
    turn_id: UUID
    holder_id: UUID


_f = customer_facts.c
SHOWN_OF_CUSTOMERS: Final[Sequence[ColumnElement[Any]]] = (
    *(_f.id, _f.customer, _f.predicate, _f.value, _f.recorded_at, _f.channel, _f.teller, _f.turn_id),
    contacts.c.holder_id,
)
IS_CURRENT: Final = _f.superseded_at.is_(None)
# Who tells of a customer has its facts alone until the commit: two at once must not both stand.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:tenant AS text) || ':' || :customer, 17))")

# All that was ever kept of a customer, what was ended too.
_KEPT: Final = select(_f.predicate, _f.value, _f.turn_id, IS_CURRENT.label("stands")).where(
    _f.tenant_id == bindparam("tenant", type_=_f.tenant_id.type), _f.customer == bindparam("customer")
)


def select_of_customers(tenant_id: Any) -> Select[Any]:
    """What stands, of all of the company's customers; narrow it."""
    shown = select(*SHOWN_OF_CUSTOMERS).join_from(customer_facts, contacts, contacts.c.id == _f.contact_id)
    return shown.where(_f.tenant_id == tenant_id, IS_CURRENT)


def tell_of_customers(
    connection: Connection, source: Source, teller: str, told: Sequence[NewCustomerFact], ending: Ending = "replaced"
) -> list[UUID]:
    """Keep them; what they replace is closed. Safe to repeat: what is believed already is not told anew. Returns the
    new ones. What an LLM read only adds: nothing that stands is closed by it, and what was ended stays ended."""
    kept = []
    for one in sorted(told, key=lambda one: one.customer):
        connection.execute(_LOCK, {"tenant": str(source.tenant_id), "customer": one.customer})
        if _is_settled(connection, source, one):
            continue
        if (fact_id := _add(connection, source, teller, one)) is not None:
            if one.is_single:
                _end(connection, _is_of(source.tenant_id, one) & (_f.id != fact_id), source.on, ending)
            kept.append(fact_id)
    return kept


def _is_of(tenant_id: UUID, one: NewCustomerFact) -> ColumnElement[bool]:
    return _of_customer(tenant_id, one) & (_f.predicate == one.predicate)


def _of_customer(tenant_id: UUID, one: NewCustomerFact) -> ColumnElement[bool]:
    return (_f.tenant_id == tenant_id) & (_f.customer == one.customer)


def _is_settled(connection: Connection, source: Source, one: NewCustomerFact) -> bool:
    """Whether it stands already, or must not be added."""
    if source.trust == "llm":
        if _is_read_again(connection, source, one):
            return True
    else:
        known = _is_of(source.tenant_id, one) & (func.lower(_f.value) == one.value.lower()) & IS_CURRENT
        if connection.execute(select(_f.id).where(known).limit(1)).first() is not None:
            return True
    counted = select(func.count()).select_from(customer_facts).where(_of_customer(source.tenant_id, one), IS_CURRENT)
    if one.is_single:  # what it closes makes room for it
        counted = counted.where(_f.predicate != one.predicate)
    return int(connection.execute(counted).scalar_one()) >= _MOST


def _is_read_again(connection: Connection, source: Source, one: NewCustomerFact) -> bool:
    """Whether something else stands in its place, or it was told before, though it be ended since."""
    kept = connection.execute(_KEPT, {"tenant": source.tenant_id, "customer": one.customer}).all()
    if any(row.predicate == one.predicate and row.stands for row in kept):
        return True
    return is_told_again(one.value, source.turn_id, (Earlier(row.value, row.turn_id, row.stands) for row in kept))


def _add(connection: Connection, source: Source, teller: str, one: NewCustomerFact) -> UUID | None:
    row = {
        "id": new_id(),
        "tenant_id": source.tenant_id,
        "contact_id": source.contact_id,
        "customer": one.customer,
        "words": list(one.words),
        "predicate": one.predicate,
        "value": one.value,
        "valid_from": source.on,
        "turn_id": source.turn_id,
        "channel": source.channel,
        "teller": teller,
        "author_role": source.role,
        "quote": one.quote,
        "confidence": one.confidence,
        "trust": source.trust,
    }
    added = insert(customer_facts).values(**row).on_conflict_do_nothing(constraint="customer_fact_told_once")
    return connection.execute(added.returning(_f.id)).scalar_one_or_none()


def _end(connection: Connection, which: ColumnElement[bool], on: date, ending: Ending) -> int:
    ended = update(customer_facts).where(which, IS_CURRENT)
    ended = ended.values(superseded_at=func.clock_timestamp(), valid_to=func.greatest(_f.valid_from, on))
    return connection.execute(ended.values(ended_as=ending)).rowcount


def find_told(connection: Connection, tenant_id: UUID, customers: Sequence[str]) -> list[KnownCustomerFact]:
    """What stands of these, oldest first. Whether the asker may know them is for who asks to say."""
    if not customers:
        return []
    wanted = select_of_customers(tenant_id).where(_f.customer.in_(customers))
    return [KnownCustomerFact(*row) for row in connection.execute(wanted.order_by(_f.recorded_at, _f.id))]


def find_told_in(connection: Connection, tenant_id: UUID, turn_id: UUID) -> list[KnownCustomerFact]:
    """What stands of what was told in that turn."""
    wanted = select_of_customers(tenant_id).where(_f.turn_id == turn_id)
    return [KnownCustomerFact(*row) for row in connection.execute(wanted.order_by(_f.recorded_at, _f.id))]


def told_until(connection: Connection, tenant_id: UUID, when: datetime | None = None) -> list[KnownCustomerFact]:
    """Of all customers, by name: what stands, or what we believed at that moment."""
    shown = select(*SHOWN_OF_CUSTOMERS).join_from(customer_facts, contacts, contacts.c.id == _f.contact_id)
    believed: ColumnElement[bool] = IS_CURRENT
    if when is not None:
        believed = (_f.recorded_at <= when) & or_(_f.superseded_at.is_(None), _f.superseded_at > when)
    ordered = shown.where(_f.tenant_id == tenant_id, believed).order_by(_f.customer, _f.recorded_at, _f.id)
    return [KnownCustomerFact(*row) for row in connection.execute(ordered)]


def end_told(connection: Connection, tenant_id: UUID, ids: Sequence[UUID], on: date, ending: Ending) -> int:
    """They are believed no more; that they were stays on record. Safe to repeat."""
    return _end(connection, (_f.tenant_id == tenant_id) & _f.id.in_(ids), on, ending)


def as_known(id: str, customer: str, predicate: str, value: str, recorded_at: str, *rest: str) -> KnownCustomerFact:
    """Back from JSON, in the order of `SHOWN_OF_CUSTOMERS`."""
    channel, teller, turn_id, holder_id = rest
    at = datetime.fromisoformat(recorded_at)
    return KnownCustomerFact(UUID(id), customer, predicate, value, at, channel, teller, UUID(turn_id), UUID(holder_id))
