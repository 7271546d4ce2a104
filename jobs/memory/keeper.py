"""Takes settled turns into memory, off every turn's path: their words become findable, and what a conversation's window
has no room for is summed up.

Any number of processes work side by side, each at a conversation of its own; each step is one transaction, so that
whatever dies in between is done again from where it was.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from agent.memory.summarising import grow, summarise_turn
from agent.memory.window import count_fitting
from jobs.knowledge.reindexing import TurnsAnew, as_indexed
from jobs.rounds import Rounds
from jobs.runtime import Services
from models.history import recent_turns
from models.memory.contact import ensure_contact
from models.memory.remembered import (
    SettledTurn,
    claim_conversation,
    claim_turns,
    mark_remembered,
    note_numbers,
    turns_between,
)
from models.memory.summary import SummaryLine, find_summary, keep_summary
from models.memory.unread import mark_unread
from models.search.index import SearchIndex
from models.session import session_scope
from models.taint import read_taint
from models.turns import Thread, get_thread

KEEP_EVERY = timedelta(seconds=2)
_PROSE_IN = timedelta(seconds=60)  # more may be said first
_BATCH = 50  # turns of one conversation in one transaction
_CHUNK = 200  # turns read at once for a summary
_NO_END = 2**62

_log = logging.getLogger("recado.memory")


class MemoryKeeper(Rounds):
    """A thread of every worker."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._anew = TurnsAnew(services.engine)
        super().__init__("memory", KEEP_EVERY, self.work, _log)

    def work(self) -> int:
        """One round; how many turns were taken in."""
        taken = 0
        while not self._stopping.is_set():
            step = take_in(self._services)
            taken += step
            if step == 0 and not self._anew.reindex_next():
                break
        return taken


def take_in(services: Services) -> int:
    """The next turns of one conversation; 0 when none is left that nobody else is at. Safe to repeat."""
    with session_scope(services.engine) as connection:
        conversation_id = claim_conversation(connection)
        if conversation_id is None:
            return 0
        thread = get_thread(connection, conversation_id)
        ids, found = claim_turns(connection, conversation_id, _BATCH)
        spec = services.agents.find_terms(connection, thread.account, thread.agent_version_id).spec
        is_read = spec.memory_llm and spec.llm.engine == "llm"
        _index(connection, thread, [turn for turn in found if turn.is_of_one], is_read=is_read)
        prose_in = _PROSE_IN if is_read else None
        _summarise(services.policy.memory_turns, spec.memory_tokens, connection, thread, found, prose_in)
        mark_remembered(connection, ids)
    return len(ids)


def _index(connection: Connection, thread: Thread, found: Sequence[SettledTurn], *, is_read: bool) -> None:
    """Each in the space of whoever asked it; `is_read`: an LLM is to read them as well."""
    by_asker: dict[str, list[SettledTurn]] = defaultdict(list)
    for turn in found:
        by_asker[turn.senders[0]].append(turn)
    index, zone = SearchIndex(connection), ZoneInfo(thread.timezone)
    for asker, turns in sorted(by_asker.items()):
        contact_id, _ = ensure_contact(connection, thread.account, asker)
        space = index.open_space(thread.account.tenant_id, "turns", contact_id)
        numbered = zip(index.add(space, [as_indexed(turn) for turn in turns]), turns, strict=True)
        days = [(number, turn.id, turn.asked_at.astimezone(zone).date()) for number, turn in numbered]
        note_numbers(connection, contact_id, days)
        if is_read:
            mark_unread(connection, contact_id)


def _summarise(
    most: int,
    tokens: int,
    connection: Connection,
    thread: Thread,
    found: Sequence[SettledTurn],
    prose_in: timedelta | None,
) -> None:
    """Of each who wrote alone: up to what the newer half of her window has no room for."""
    reach = _find_reach(most, tokens, connection, thread)
    if reach is None:
        return
    for sender in sorted({turn.senders[0] for turn in found if len(turn.senders) == 1}):
        _extend(connection, thread, sender, reach, prose_in)


def _find_reach(most: int, tokens: int, connection: Connection, thread: Thread) -> int | None:
    """The number of the last turn that a summary is to cover; None while all fit into the window."""
    past = recent_turns(
        connection, thread.conversation_id, before_number=_NO_END, from_seq=thread.memory_from_seq, limit=most
    )
    kept = count_fitting(past, tokens // 2)
    if kept < len(past):
        return past[kept].number
    return past[-1].number - 1 if len(past) == most else None


def _extend(connection: Connection, thread: Thread, sender: str, reach: int, prose_in: timedelta | None) -> None:
    known = find_summary(connection, thread.conversation_id, sender, covers_from=thread.memory_from_seq)
    lines, after = (list(known.lines), known.covers_up_to) if known else ([], thread.memory_from_seq)
    if after >= reach:
        return
    while after < reach:
        chunk = turns_between(connection, thread.conversation_id, after=after, up_to=reach, limit=_CHUNK)
        lines = grow(lines, (line for turn in chunk if (line := _line_of(turn, sender, thread.timezone)) is not None))
        after = chunk[-1].number if len(chunk) == _CHUNK else reach
    keep_summary(
        connection,
        thread.conversation_id,
        sender,
        tenant_id=thread.account.tenant_id,
        covers_from=thread.memory_from_seq,
        covers_up_to=reach,
        lines=lines,
        prose_in=prose_in,
    )


def _line_of(turn: SettledTurn, sender: str, timezone: str) -> SummaryLine | None:
    if not turn.is_of_alone(sender):
        return None
    return summarise_turn(
        turn.number,
        turn.asked,
        turn.replied,
        turn.asked_at,
        timezone,
        taint=read_taint(turn.taint),
        is_spoken=turn.is_spoken,
    )
