"""Searching what was said: the person's own turns by their words and their days, each with its neighbours.

What the index does not hold yet is looked through directly. What was said before she started over is not found.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, select

from models.columns import table_of
from models.conversation import asker, conversations
from models.memory.contact import contacts
from models.memory.remembered import SettledTurn, read_turns, remembered_turns
from models.message import messages
from models.retrieval.lexicon import read_words, stem_of
from models.search.index import SearchIndex
from models.tenant import ChannelAccount
from models.turn import turns

_accounts = table_of(ChannelAccount)
_TAIL = 30  # turns that were not taken in yet; the keeper is seconds behind
_MARGIN = 4  # times as many hits as wanted are looked at: some were said before she started over


@dataclass(frozen=True, slots=True)
class Episode:
    """A turn that was found, with the one before and the one after it in its conversation. `score` orders."""

    turn: SettledTurn
    score: float
    before: SettledTurn | None
    after: SettledTurn | None


@dataclass(frozen=True, slots=True)
class Span:
    """Days by the company's clock; both ends belong to it, None is open."""

    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)


ANY_DAY = Span()


def search_past(
    connection: Connection, tenant_id: UUID, holder_id: UUID, query: str, k: int, span: Span = ANY_DAY
) -> list[Episode]:
    """The best first, from whichever of her addresses."""
    c = contacts.c
    hers = connection.execute(select(c.id).where(c.tenant_id == tenant_id, c.holder_id == holder_id)).scalars().all()
    scored: dict[UUID, float] = {}
    for contact_id in hers:
        scored |= _search_contact(connection, tenant_id, contact_id, query, k * _MARGIN, span)
    scored |= _scan_tail(connection, hers, query, max(scored.values(), default=1.0), span)
    best = sorted(scored, key=lambda turn_id: (-scored[turn_id], turn_id.int))
    return _with_neighbours(connection, [(turn_id, scored[turn_id]) for turn_id in best], k)


def find_channels(connection: Connection, turn_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Where each of them was said."""
    t, v, a = turns.c, conversations.c, _accounts.c
    said = select(t.id, a.channel).join(conversations, v.id == t.conversation_id).join(_accounts, a.id == v.account_id)
    return {row.id: row.channel for row in connection.execute(said.where(t.id.in_(turn_ids)))} if turn_ids else {}


def _search_contact(
    connection: Connection, tenant_id: UUID, contact_id: UUID, query: str, k: int, span: Span
) -> dict[UUID, float]:
    index = SearchIndex(connection)
    space = index.find_space(tenant_id, "turns", contact_id)
    if space is None:
        return {}
    r = remembered_turns.c
    allowed = None if span == ANY_DAY else _ranges(connection, contact_id, span)
    hits = {hit.number: hit.score for hit in index.search(space, query, k, allowed)}
    named = select(r.number, r.turn_id).where(r.contact_id == contact_id, r.number.in_(list(hits)))
    return {row.turn_id: hits[row.number] for row in connection.execute(named)} if hits else {}


def _ranges(connection: Connection, contact_id: UUID, span: Span) -> list[tuple[int, int]]:
    """The numbers of those days, in as few ranges as they form."""
    r = remembered_turns.c
    wanted = select(r.number).where(r.contact_id == contact_id)
    if span.since is not None:
        wanted = wanted.where(r.said_on >= span.since)
    if span.until is not None:
        wanted = wanted.where(r.said_on <= span.until)
    ranges: list[tuple[int, int]] = []
    for number in connection.execute(wanted.order_by(r.number)).scalars():
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


def _scan_tail(connection: Connection, hers: Sequence[UUID], query: str, most: float, span: Span) -> dict[UUID, float]:
    """By the share of the question's words that they hold. Others write in her threads as well: only a turn that one of
    her addresses alone wrote is hers."""
    waiting = connection.execute(_waiting_of(hers)).all()
    addresses = {row.id: row.address for row in waiting}
    wanted = _stems(query)
    found = {}
    for turn in read_turns(connection, list(addresses)):
        share = len(wanted & _stems(f"{turn.asked} {turn.replied}")) / max(len(wanted), 1)
        if share and turn.is_of_alone(addresses[turn.id]) and span.holds(turn.asked_at.date()):
            found[turn.id] = share * most
    return found


def _waiting_of(hers: Sequence[UUID]) -> Select[Any]:
    """The newest turns that any of these contacts wrote in and that were not taken in yet, with her address there."""
    t, m, v, c = turns.c, messages.c, conversations.c, contacts.c
    return (
        select(t.id, c.address)
        .join(messages, and_(m.turn_id == t.id, m.direction == "in"))
        .join(conversations, v.id == t.conversation_id)
        .join(contacts, and_(c.account_id == v.account_id, c.address == asker))
        .where(c.id.in_(hers), t.remembered_at.is_(None), t.status == "settled")
        .distinct()
        .order_by(t.id.desc())
        .limit(_TAIL)
    )


def _stems(text: str) -> set[str]:
    return {stem_of(word, "pt") for word in read_words(text)}


def _with_neighbours(connection: Connection, scored: Iterable[tuple[UUID, float]], k: int) -> list[Episode]:
    ordered = dict(scored)
    kept = list(_since_reset(connection, list(ordered)))[:k]
    beside = {turn_id: _beside(connection, turn_id) for turn_id in kept}
    wanted = {one for turn_id in kept for one in (turn_id, *beside[turn_id]) if one is not None}
    read = {turn.id: turn for turn in read_turns(connection, list(wanted))}
    return [
        Episode(read[turn_id], ordered[turn_id], *(_if_hers(read, one, read[turn_id]) for one in beside[turn_id]))
        for turn_id in kept
        if turn_id in read
    ]


def _if_hers(read: Mapping[UUID, SettledTurn], turn_id: UUID | None, found: SettledTurn) -> SettledTurn | None:
    """What a colleague asked in the same thread, and was told, is not hers to read again."""
    beside = None if turn_id is None else read.get(turn_id)
    return beside if beside is not None and beside.is_of_alone(found.senders[0]) else None


def _since_reset(connection: Connection, turn_ids: Sequence[UUID]) -> list[UUID]:
    """In their order."""
    t, v = turns.c, conversations.c
    living = select(t.id).join(conversations, v.id == t.conversation_id)
    living = living.where(t.id.in_(turn_ids), t.number > v.memory_from_seq)
    alive = set(connection.execute(living).scalars())
    return [turn_id for turn_id in turn_ids if turn_id in alive]


def _beside(connection: Connection, turn_id: UUID) -> tuple[UUID | None, UUID | None]:
    t = turns.c
    here = connection.execute(select(t.conversation_id, t.number).where(t.id == turn_id)).one()
    same = select(t.id).join(conversations, conversations.c.id == t.conversation_id)
    same = same.where(t.conversation_id == here.conversation_id, t.number > conversations.c.memory_from_seq)
    before = same.where(t.number < here.number).order_by(t.number.desc()).limit(1)
    after = same.where(t.number > here.number, t.status == "settled").order_by(t.number).limit(1)
    first, last = connection.execute(before).scalar_one_or_none(), connection.execute(after).scalar_one_or_none()
    return first, last
