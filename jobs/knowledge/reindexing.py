"""What was indexed is indexed anew after the program has learned to read words in another way: documents, and turns."""

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection, Engine

from models.knowledge.chunk import indexed_texts
from models.knowledge.document import list_documents
from models.language import guess_language
from models.memory.remembered import SettledTurn, numbered_turns, read_turns
from models.retrieval.lexicon import VERSION
from models.search.index import IndexedText, SearchIndex
from models.search.space import find_outdated, lock_outdated
from models.session import session_scope

_CHUNK = 256  # turns read at once

_log = logging.getLogger("recado.knowledge")


def reindex_documents(engine: Engine, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """How many companies' documents were indexed anew, each in one transaction: until then they are found as before,
    as far as the old words go. Whoever comes second passes by."""
    with session_scope(engine) as connection:
        outdated = find_outdated(connection, "documents", VERSION)
    done = 0
    for space_id, tenant_id, _ in outdated:
        if is_stopping():
            break
        with session_scope(engine) as connection:
            if lock_outdated(connection, space_id, VERSION):
                SearchIndex(connection).rebuild(space_id, _parts(connection, tenant_id))
                done += 1
    if done:
        _log.info("documents are indexed anew", extra={"companies": done, "lexicon": VERSION})
    return done


def _parts(connection: Connection, tenant_id: UUID) -> Iterator[tuple[int, Sequence[IndexedText]]]:
    for document in list_documents(connection, tenant_id):
        if document.status == "ready" and document.numbers is not None:
            texts = indexed_texts(connection, document.id)
            yield document.numbers[0], [IndexedText(text, document.language) for text in texts]


def as_indexed(turn: SettledTurn) -> IndexedText:
    """What a turn is found by: both sides of it."""
    return IndexedText(f"{turn.asked}\n{turn.replied}", guess_language(turn.asked))


class TurnsAnew:
    """One contact's turns after another; until hers are done they are found as before."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[tuple[int, UUID]] | None = None  # None: to be looked up

    def reindex_next(self) -> bool:
        """One contact's, in one transaction; False when none is left, or for now: who has a contact's turns takes more
        in, and lets go soon. Only another program reads words in another way, so what is left is looked up once."""
        if self._waiting is None:
            with session_scope(self._engine) as connection:
                found = find_outdated(connection, "turns", VERSION)
            self._waiting = [(space_id, contact_id) for space_id, _, contact_id in found]
        if not self._waiting:
            return False
        space_id, contact_id = self._waiting[-1]
        with session_scope(self._engine) as connection:
            is_mine = lock_outdated(connection, space_id, VERSION)
            if is_mine:
                SearchIndex(connection).rebuild(space_id, _turns_of(connection, contact_id))
        self._waiting = self._waiting[:-1] if is_mine else None
        return is_mine


def _turns_of(connection: Connection, contact_id: UUID) -> Iterator[tuple[int, Sequence[IndexedText]]]:
    """Under the numbers that they have; some are missing where turns were erased."""
    numbered = numbered_turns(connection, contact_id)
    for start in range(0, len(numbered), _CHUNK):
        chunk = numbered[start : start + _CHUNK]
        read = {turn.id: turn for turn in read_turns(connection, [turn_id for _, turn_id in chunk])}
        there = [(number, as_indexed(read[turn_id])) for number, turn_id in chunk if turn_id in read]
        for _, together in groupby(enumerate(there), key=lambda one: one[1][0] - one[0]):
            run = [one for _, one in together]
            yield run[0][0], [text for _, text in run]
