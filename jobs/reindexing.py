"""Documents indexed anew after the program has learned to read words in another way."""

import logging
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from models.chunk import indexed_texts
from models.document import list_documents
from models.retrieval.lexicon import VERSION
from models.search_index import IndexedText, SearchIndex
from models.search_space import find_outdated, lock_outdated
from models.session import session_scope

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
