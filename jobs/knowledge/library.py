"""The documents of each company: taken in, replaced, removed, and searched."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Engine

from jobs.knowledge.fusing import Finder
from jobs.knowledge.meaning import AskedVector, Meaning
from jobs.privacy.leftovers import clear_leftovers
from models.faultpoint import faultpoint
from models.files.storage import Storage
from models.knowledge.catalog_item import add_items, find_items, find_unheld
from models.knowledge.chunk import Chunk, FoundChunk, add_chunks, indexed_texts, read_chunks
from models.knowledge.chunk_vector import carry_vectors
from models.knowledge.document import (
    Document,
    Upload,
    delete_document,
    find_document,
    find_versions,
    has_documents,
    mark_ready,
    put_document,
    readable_numbers,
)
from models.knowledge.passage import Passage, SearchScope, passage_id
from models.knowledge.price_row import CatalogItem
from models.retrieval.ranking import Hit
from models.search.index import IndexedText, SearchIndex
from models.search.space import space_version
from models.session import session_scope, statement_scope

# Every turn asks whether there are documents at all. Whoever has added the first asks about it at once.
_LOOK_AGAIN: Final = {True: timedelta(seconds=0.5), False: timedelta(seconds=5)}  # by whether there are none


@dataclass(frozen=True, slots=True)
class Found:
    """What a file gave away of itself: empty where it did not, `notes` for what of it could not be read."""

    title: str = ""
    language: str = ""
    notes: str = ""


NOTHING_FOUND: Final = Found()


class Library:
    """Safe for threads. What was added is found from the return on, and what was removed is not found any more."""

    def __init__(
        self,
        engine: Engine,
        storage: Storage | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        meaning: Meaning | None = None,
    ) -> None:
        """`storage` is where files are kept; only who adds and removes needs it. Without `meaning` words alone find."""
        self._engine = engine
        self._meaning = meaning
        self._storage = storage
        self._monotonic = monotonic
        self._known: dict[UUID, tuple[float, bool]] = {}

    def search(self, query: str, scope: SearchScope, k: int) -> list[Passage]:
        """The best `k` passages that the scope may see, the best first."""
        asked = None if self._meaning is None else self._meaning.of(query, scope.tenant_id)
        # Numbers, postings and texts as of one moment: a document may be replaced in between.
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            return search_documents(connection, query, scope, k, asked)

    def prices(self, product: str, scope: SearchScope, limit: int) -> list[CatalogItem]:
        """What rows of price lists say of a product, by its name or code; a word that no document holds may be
        mistyped."""
        with session_scope(self._engine) as connection:
            found = find_items(connection, scope, product, limit)
            if found:
                return found
            index = SearchIndex(connection)
            space_id = index.find_space(scope.tenant_id, "documents", scope.tenant_id)
            meant = "" if space_id is None else index.put_right(space_id, product)
            return [replace(item, is_guess=True) for item in find_items(connection, scope, meant, limit)]

    def is_empty(self, tenant_id: UUID) -> bool:
        """Whether a company has nothing to be found; looked up again only now and then."""
        now = self._monotonic()
        until, is_empty = self._known.get(tenant_id, (now, True))
        if now < until:
            return is_empty
        with statement_scope(self._engine) as connection:
            is_empty = not has_documents(connection, tenant_id)
        self._known[tenant_id] = (now + _LOOK_AGAIN[is_empty].total_seconds(), is_empty)
        return is_empty

    def version(self, tenant_id: UUID | None) -> str | None:
        """Another one after every change of what can be found: what answers out of documents are kept by."""
        if tenant_id is None:
            return None
        with statement_scope(self._engine) as connection:
            return space_version(connection, tenant_id, "documents", tenant_id)

    def add(self, tenant_id: UUID, upload: Upload, chunks: Sequence[Chunk]) -> Document:
        """In one transaction; in place of the document that had its key."""
        with session_scope(self._engine) as connection:
            document_id = put_document(connection, tenant_id, upload)
            document = index_document(connection, tenant_id, document_id, chunks)
        assert document is not None, "it was put there just now"
        self._clear_leftovers()
        return document

    def submit(self, tenant_id: UUID, upload: Upload, content: bytes) -> UUID:
        """Keep a file, to be read by whoever does that. Raises StorageError."""
        assert self._storage is not None, "files are submitted by who knows where they are kept"
        kept = replace(upload, file=self._storage.put(content, upload.content_type))
        with session_scope(self._engine) as connection:
            document_id = put_document(connection, tenant_id, kept)
        self._clear_leftovers()
        return document_id

    def index(
        self, tenant_id: UUID, document_id: UUID, chunks: Sequence[Chunk], found: Found = NOTHING_FOUND
    ) -> Document | None:
        """Make a pending document findable, in one transaction. None if it was given up meanwhile."""
        with session_scope(self._engine) as connection:
            document = index_document(connection, tenant_id, document_id, chunks, found)
        self._clear_leftovers()
        return document

    def remove(self, tenant_id: UUID, name: str) -> list[Document]:
        """All versions of a key, out of everything; those that were there."""
        with session_scope(self._engine) as connection:
            found = find_versions(connection, tenant_id, name)
            for document in found:
                _take_out(connection, tenant_id, document)
        self._clear_leftovers()
        return found

    def _clear_leftovers(self) -> None:
        """The files of what was just taken out; whoever dies before this leaves them to a worker."""
        faultpoint("library.committed")
        if self._storage is not None:
            clear_leftovers(self._engine, self._storage)


def search_documents(
    connection: Connection, query: str, scope: SearchScope, k: int, asked: AskedVector | None = None
) -> list[Passage]:
    """As `Library.search`, in a transaction of the caller's. `asked` is the same question as a vector."""
    index = SearchIndex(connection)
    space_id = index.find_space(scope.tenant_id, "documents", scope.tenant_id)
    allowed = readable_numbers(connection, scope) if space_id is not None else []
    if space_id is None or not allowed:
        return []
    hits = Finder(connection, scope.tenant_id, space_id, allowed).find(query, k, asked)
    numbers = [hit.number for hit in hits]
    texts = read_chunks(connection, scope.tenant_id, numbers)
    unheld = find_unheld(connection, scope.tenant_id, numbers, scope.on) if numbers else {}
    return [_passage(hit, texts[hit.number], scope.on, unheld.get(hit.number, (None, None))) for hit in hits]


def index_document(
    connection: Connection,
    tenant_id: UUID,
    document_id: UUID,
    chunks: Sequence[Chunk],
    found: Found = NOTHING_FOUND,
) -> Document | None:
    """Make a pending document findable, in place of the one that has its key. None if it was given up meanwhile."""
    index = SearchIndex(connection)
    space_id = index.open_space(tenant_id, "documents", tenant_id)
    document = find_document(connection, tenant_id, document_id, lock=True)
    if document is None or document.status != "pending":
        return None
    language = document.language if document.is_language_told else found.language or document.language
    others = [one for one in find_versions(connection, tenant_id, document.key) if one.id != document_id]
    numbers = index.add(space_id, [IndexedText(chunk.indexed, language) for chunk in chunks])
    add_chunks(connection, tenant_id, document_id, numbers, chunks)
    carry_vectors(connection, tenant_id, [other.id for other in others], document_id)
    for other in others:
        _take_out(connection, tenant_id, other)
    add_items(connection, tenant_id, document_id, numbers, chunks)
    mark_ready(connection, document_id, numbers, language=language, title=found.title, notes=found.notes)
    return find_document(connection, tenant_id, document_id)


def _take_out(connection: Connection, tenant_id: UUID, document: Document) -> None:
    index = SearchIndex(connection)
    space_id = index.find_space(tenant_id, "documents", tenant_id)
    if space_id is not None and document.numbers is not None:
        texts = [IndexedText(text, document.language) for text in indexed_texts(connection, document.id)]
        index.remove(space_id, *document.numbers, texts)
    delete_document(connection, document.id)


def _passage(hit: Hit, found: FoundChunk, on: date, days: tuple[date | None, date | None]) -> Passage:
    chunk = found.chunk
    first, last = days
    return Passage(
        id=passage_id(chunk.given_id, found.document, found.number - found.first_number + 1),
        document=found.document,
        title=found.title,
        place=chunk.place or {},
        text=chunk.text,
        score=hit.score,
        path=chunk.path,
        coverage=hit.coverage,
        nearness=hit.nearness,
        price_ended_on=last if last is not None and last < on else None,
        price_begins_on=first if first is not None and first > on else None,
        document_id=found.document_id,
        asked=hit.asked,
    )
