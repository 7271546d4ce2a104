"""Who asks and what is remembered of her, in one round trip: person, facts, the summary of the conversation, and what
was told of the customers whom her words may name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Connection,
    Float,
    Integer,
    Select,
    Subquery,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY, aggregate_order_by

from models.columns import table_of
from models.memory.contact import contacts
from models.memory.customer_fact import KnownCustomerFact, as_known, customer_facts, select_of_customers
from models.memory.fact import SHOWN, KnownFact, facts
from models.memory.summary import KnownSummary, as_summary, summaries
from models.person import Identity, KnownPerson, Person
from models.tenant import AccountKey

_people, _identities = table_of(Person), table_of(Identity)
_MOST = 60  # facts; the newest
_MOST_OF_CUSTOMERS = 60
# A number that stands there: of one that comes later the planner thinks little.
_MOST_LOOKED_AT: Final = literal_column("600", Integer)


@dataclass(frozen=True, slots=True)
class Recollection:
    """`person` is None for whom the operator did not enter, `holder_id` for whom nothing was ever kept. `of_customers`
    is for nobody's eyes before her scope was asked."""

    person: KnownPerson | None = None
    holder_id: UUID | None = None
    facts: tuple[KnownFact, ...] = ()
    summary: KnownSummary | None = None
    of_customers: tuple[KnownCustomerFact, ...] = ()


def _recollect() -> Select[Any]:
    p, i, c, f = _people.c, _identities.c, contacts.c, facts.c
    account, tenant = bindparam("account", type_=c.account_id.type), bindparam("tenant", type_=c.tenant_id.type)
    addresses = bindparam("addresses", type_=ARRAY(Text))
    known = (
        select(p.id, p.name, p.role, p.salesperson, p.customer)
        .join_from(_identities, _people, p.id == i.person_id)
        .where(i.account_id == account, i.address == any_(addresses), p.tenant_id == tenant)
        .order_by(func.array_position(addresses, i.address))
        .limit(1)
        .cte("known")
    )
    written = select(c.holder_id).where(c.account_id == account, c.address == any_(addresses))
    written = written.order_by(func.array_position(addresses, c.address)).limit(1)
    holder = select(func.coalesce(select(known.c.id).scalar_subquery(), written.scalar_subquery()).label("id"))
    one = holder.cte("holder")
    hers = select(c.id).where(c.tenant_id == tenant, c.holder_id == select(one.c.id).scalar_subquery())
    current = (
        select(*SHOWN)
        .where(f.contact_id.in_(hers), f.superseded_at.is_(None))
        .where(or_(f.valid_to.is_(None), f.valid_to >= bindparam("today", type_=f.valid_to.type)))
        .order_by(f.recorded_at.desc(), f.id.desc())
        .limit(_MOST)
        .subquery()
    )
    row = func.jsonb_build_array(*current.c)
    told = select(func.jsonb_agg(aggregate_order_by(row, current.c.recorded_at, current.c.id))).scalar_subquery()
    known_of = _told_of_customers(tenant)
    of_customer = func.jsonb_build_array(*known_of.c)
    of_customers = select(
        func.jsonb_agg(aggregate_order_by(of_customer, known_of.c.recorded_at, known_of.c.id))
    ).scalar_subquery()
    s = summaries.c
    summed = (
        select(func.jsonb_build_array(s.covers_up_to, s.lines, s.prose, s.prose_up_to))
        .where(s.conversation_id == bindparam("conversation", type_=s.conversation_id.type))
        .where(s.sender == bindparam("sender"), s.covers_from == bindparam("covers_from", type_=s.covers_from.type))
        .scalar_subquery()
    )
    found = (told.label("told"), summed.label("summed"), of_customers.label("of_customers"))
    return select(*known.c, one.c.id.label("holder_id"), *found).select_from(one.outerjoin(known, true()))


def _told_of_customers(tenant: BindParameter[UUID]) -> Subquery:
    """Of those whose names hold a word asked: first of whom most of the name was asked, and of each as many as of the
    others. A rep's question brings in other reps' customers too, and they must not crowd out the one that she names."""
    c = customer_facts.c
    lexemes = func.array_to_tsvector(c.words)
    # As a search of texts: of arrays that nobody knows beforehand the planner would look for an overlap in every row.
    holds = lexemes.bool_op("@@")(cast(bindparam("words"), TSQUERY))
    left_out = func.length(func.ts_delete(lexemes, bindparam("asked", type_=ARRAY(Text))))
    share = cast(left_out, Float) / func.cardinality(c.words)
    nearest = select_of_customers(tenant).add_columns(share.label("left_out")).where(holds)
    nearest = nearest.order_by(share, c.recorded_at.desc(), c.id.desc()).limit(_MOST_LOOKED_AT)
    looked_at = nearest.subquery()
    newest = (looked_at.c.recorded_at.desc(), looked_at.c.id.desc())
    nth = func.row_number().over(partition_by=looked_at.c.customer, order_by=newest)
    shown = select(*[column for column in looked_at.c if column.name != "left_out"])
    return shown.order_by(looked_at.c.left_out, nth, *newest).limit(_MOST_OF_CUSTOMERS).subquery()


_RECOLLECT = _recollect()


def recollect(
    connection: Connection,
    account: AccountKey,
    addresses: Sequence[str],
    today: date,
    conversation_id: UUID | None = None,
    *,
    memory_from_seq: int = 0,
    words: Sequence[str] = (),
    said: Sequence[str] = (),
) -> Recollection:
    """Of whoever has one of these addresses; the first that is known decides. With a conversation also the summary of
    what she, by the first address, said in it since that number. `words` are those that customers are looked up by,
    `said` all of hers: whose name they hold most of comes first."""
    values = {"account": account.id, "tenant": account.tenant_id, "addresses": list(addresses), "today": today}
    place = {"conversation": conversation_id, "sender": addresses[0], "covers_from": memory_from_seq}
    row = connection.execute(_RECOLLECT, {**values, **place, "words": _any_of(words), "asked": [*words, *said]}).one()
    person = None if row.id is None else KnownPerson(row.id, row.name, row.role, row.salesperson, row.customer)
    summary = None if row.summed is None else as_summary(*row.summed)
    of_customers = tuple(as_known(*one) for one in row.of_customers or ())
    return Recollection(person, row.holder_id, tuple(_as_fact(*one) for one in row.told or ()), summary, of_customers)


def _any_of(words: Sequence[str]) -> str | None:
    """A query that no mark in a word gets out of."""
    return " | ".join("'" + word.replace("\\", "").replace("'", "") + "'" for word in words) or None


def _as_fact(
    id: str,
    subject: str,
    predicate: str,
    value: str,
    kind: str,
    due_on: str | None,
    recorded_at: str,
    channel: str,
    turn_id: str,
    trust: str,
) -> KnownFact:
    """Back from JSON."""
    day = None if due_on is None else date.fromisoformat(due_on)
    said_at = datetime.fromisoformat(recorded_at)
    return KnownFact(UUID(id), subject, predicate, value, kind, day, said_at, channel, UUID(turn_id), trust)
