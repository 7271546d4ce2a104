"""Reads the files that were added, off every turn's path, and makes them findable.

A thread of every worker, one file at a time in each; what is due stands in the database, so that neither Redis nor any
one worker is needed. A reader that dies is followed when its claim is over.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from jobs.knowledge.library import Found, Library
from jobs.knowledge.reindexing import reindex_documents
from jobs.privacy.leftovers import clear_leftovers
from jobs.rounds import Rounds
from models.errors import StorageError, StoredFileMissing, UnreadableDocument
from models.files.storage import Storage
from models.knowledge.chunk import Chunk
from models.knowledge.document import mark_failed
from models.knowledge.document_queue import DueDocument, claim_document, put_off
from models.session import is_database_away, session_scope, statement_scope

LOOK_EVERY: Final = timedelta(seconds=1)
_CLAIM: Final = timedelta(minutes=15)  # longer than any file may take to be read
_WAIT: Final = timedelta(seconds=20)  # before the database, or the place for files, is asked again
_MOST_TRIES: Final = 3
_MOST_EXCUSED: Final = 30  # at least ten minutes; then being put off counts as a try

_log = logging.getLogger("recado.knowledge")


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file holds. `title` and `language` are empty if it gives none away; `notes` tell what of it could not be
    read."""

    chunks: Sequence[Chunk]
    title: str = ""
    notes: Sequence[str] = ()
    language: str = ""


# Name, type, content, and the language that somebody said; raises UnreadableDocument.
ReadDocument = Callable[[str, str, bytes, str], ReadFile]


class KnowledgeKeeper(Rounds):
    """`read` may take as long as it bounds itself to."""

    def __init__(self, engine: Engine, storage: Storage, read: ReadDocument) -> None:
        self._engine = engine
        self._storage = storage
        self._read = read
        self._library = Library(engine, storage)
        self._hindered: tuple[DueDocument, int] | None = None  # until the database has been told
        super().__init__("knowledge", LOOK_EVERY, self._read_all, _log)

    def work(self, only: UUID | None = None) -> bool:
        """Read the next file that is due, or that one; False when there is none. Safe to repeat, and for any number of
        workers at once."""
        self._put_off()
        with statement_scope(self._engine) as connection:
            due = claim_document(connection, _CLAIM, only)
        if due is None:
            return False
        try:
            self._settle(due)
        except (StorageError, SQLAlchemyError) as error:
            is_excused = isinstance(error, StorageError) or is_database_away(error)
            self._hindered = due, _MOST_EXCUSED if is_excused else 0
            told = error if isinstance(error, StorageError) else type(error).__name__
            _log.warning("a document is put off: %s", told, extra={"document_id": str(due.id)})
            self._put_off()
        return True

    def _put_off(self) -> None:
        """What the database cannot be told now, it is told before anything else is begun."""
        if self._hindered is not None:
            due, most = self._hindered
            with statement_scope(self._engine) as connection:
                put_off(connection, due, _WAIT, most=most)
            self._hindered = None

    def _settle(self, due: DueDocument) -> None:
        """Raises StorageError and what the database raises: the file is not to blame."""
        try:
            self._take_in(due)
        except UnreadableDocument as error:
            self._fail(due, str(error))
        except StoredFileMissing:
            self._fail(due, "the file is gone from where files are kept: add it again")

    def _take_in(self, due: DueDocument) -> None:
        if due.tries > _MOST_TRIES:
            raise UnreadableDocument(
                f"whoever read it died or was hindered, {_MOST_TRIES} times: add it again, or in another format"
            )
        found = self._read(due.key, due.content_type, self._storage.get(due.file), due.told_language)
        if not found.chunks:
            raise UnreadableDocument("there is no text in it. Add a file whose text can be selected and copied")
        title = found.title if due.title == due.key else ""
        of_itself = Found(title, found.language, " ".join(found.notes))
        document = self._library.index(due.tenant_id, due.id, found.chunks, of_itself)
        if document is not None:
            _log.info("a document can be found", extra={"document_id": str(due.id), "chunks": document.chunks})

    def _fail(self, due: DueDocument, reason: str) -> None:
        _log.info("a document cannot be read", extra={"document_id": str(due.id)})
        with session_scope(self._engine) as connection:
            mark_failed(connection, due.id, reason)

    def _reindex(self) -> None:
        """Once in the life of a process: only another program reads words in another way."""
        try:
            reindex_documents(self._engine, self._stopping.is_set)
        except SQLAlchemyError as error:
            _log.warning("documents are indexed anew another time: %s", type(error).__name__)

    def _read_all(self) -> None:
        while not self._stopping.is_set() and self.work():
            pass
        while not self._stopping.is_set() and clear_leftovers(self._engine, self._storage):
            pass

    def _run(self) -> None:
        self._reindex()
        super()._run()
