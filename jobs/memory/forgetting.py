"""Turns taken out of memory again: their words found no more, their lines out of the summaries."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection

from jobs.knowledge.reindexing import as_indexed
from models.memory.remembered import FoundTurn, find_remembered, forget_numbers
from models.memory.summary import cut_turns
from models.search.index import SearchIndex


def forget_turns(connection: Connection, tenant_id: UUID, turn_ids: Sequence[UUID]) -> None:
    """While their words still stand where they were said. Safe to repeat."""
    if not turn_ids:
        return
    index = SearchIndex(connection)
    for run in _runs(find_remembered(connection, turn_ids)):
        space = index.find_space(tenant_id, "turns", run[0].contact_id)
        if space is None:
            continue
        with suppress(LookupError):  # deleted at this moment: an erasure takes it as a whole
            index.remove(space, run[0].number, run[-1].number, [as_indexed(found.turn) for found in run])
    forget_numbers(connection, turn_ids)
    cut_turns(connection, turn_ids)


def _runs(found: Sequence[FoundTurn]) -> Iterator[list[FoundTurn]]:
    """Of one contact, without a gap between their numbers."""
    placed = enumerate(found)
    for _, run in groupby(placed, key=lambda one: (one[1].contact_id, one[1].number - one[0])):
        yield [one for _, one in run]
