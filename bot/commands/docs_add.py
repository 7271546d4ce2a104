"""`docs add`: files taken in. The command returns once they can be found, and reads them itself if no worker lives."""

import hashlib
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from bot.commands.base import CommandError, a_day
from bot.commands.database import Database
from bot.files import build_storage
from bot.settings import Settings
from jobs.knowledge.document_reading import read_file
from jobs.knowledge.library import Library
from jobs.knowledge.passages_file import read_passages
from jobs.knowledge.reading import KnowledgeKeeper
from models.errors import ConfigurationError
from models.files.file_types import type_of_ending
from models.files.storage import MAX_BYTES
from models.heartbeat import count_alive
from models.knowledge.chunk import Chunk
from models.knowledge.document import Upload, find_newest
from models.knowledge.document_queue import Progress, find_progress
from models.retrieval.languages import read_language
from models.retrieval.lexicon import LANGUAGES
from models.session import session_scope, statement_scope

_ROLES: Final = ("rep", "manager", "customer")
_READERS: Final = ("rep", "manager")
_AS_BEFORE: Final = "that of the version before, else"
_ALIVE: Final = timedelta(seconds=15)  # since a worker's last sign of life
_LOOK_EVERY: Final = 0.2  # seconds
_UNTITLED: Final = frozenset({"application/x-ndjson", "text/plain"})  # say no title: the one they had was given
_CLAIMS: Final = {  # of texts, whose bytes do not give their kind away; nor may the key
    "md": "text/markdown",
    "markdown": "text/markdown",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "eml": "message/rfc822",
}


def add_adding_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help='a .jsonl holds lines {"id", "text"}')
    parser.add_argument("--key", help="the name it is known and replaced by (default: the file's name)")
    parser.add_argument("--title", help="how it is cited (default: its own, else the file's name, or as before)")
    parser.add_argument("--language", choices=LANGUAGES, help="of its words (default: read off them)")
    who = f"who may read it, of {', '.join(_ROLES)} (default: {_AS_BEFORE} {','.join(_READERS)})"
    parser.add_argument("--for", dest="roles", metavar="ROLES", help=who)
    parser.add_argument("--from", dest="valid_from", type=a_day, metavar="YYYY-MM-DD", help="first day it holds")
    parser.add_argument("--to", dest="valid_to", type=a_day, metavar="YYYY-MM-DD", help="last day it holds")


def add_documents(arguments: Namespace, settings: Settings, database: Database) -> int:
    """Each file by itself: one that cannot be read keeps none of the others out. Raises CommandError."""
    if arguments.key and len(arguments.files) > 1:
        raise CommandError("--key names one document: add the files one by one")
    twice = [name for name, count in Counter(path.name for path in arguments.files).items() if count > 1]
    if twice:
        raise CommandError(f"{', '.join(twice)} is named twice, and one would replace the other: give each its --key")
    adding = _Adding(arguments, _read_roles(arguments.roles), settings, database)
    failures = [failure for path in arguments.files if (failure := adding.add(path))]
    if failures:
        raise CommandError("; ".join(failures))
    return 0


def _read_roles(given: str | None) -> tuple[str, ...] | None:
    """None where nothing is said of them. Raises CommandError."""
    if given is None:
        return None
    roles = tuple(role.strip() for role in given.split(",") if role.strip())
    if not roles or set(roles) - set(_ROLES):
        raise CommandError(f"--for: name some of {', '.join(_ROLES)}, with commas between them")
    return roles


class _Adding:
    """One call of the command."""

    def __init__(
        self, arguments: Namespace, roles: tuple[str, ...] | None, settings: Settings, database: Database
    ) -> None:
        self._arguments = arguments
        self._roles = roles
        self._database = database
        storage = build_storage(settings)
        self._library = Library(database.engine, storage)
        self._keeper = KnowledgeKeeper(database.engine, storage, read_file)

    def add(self, path: Path) -> str:
        """What went wrong; empty if it can be found now."""
        if path.suffix.lower() in {".jsonl", ".ndjson"}:
            return self._add_passages(path)
        content = _read(path)
        if len(content) > MAX_BYTES:
            return f"{path.name}: larger than {MAX_BYTES // 1_000_000} MB: split it"
        upload = self._upload(path, _type_of(path), content)
        return self._await(upload.key, self._library.submit(self._database.tenant_id, upload, content))

    def _add_passages(self, path: Path) -> str:
        """Nothing is to be read out of them, so nobody is asked to."""
        chunks = _read_passages(path)
        if not chunks:
            return f'{path.name}: no line is a passage {{"id", "text"}}'
        upload = self._upload(path, "application/x-ndjson", b"", read_language(chunk.text for chunk in chunks))
        document = self._library.add(self._database.tenant_id, upload, chunks)
        print(f"{upload.key}: {document.chunks} passages can be found.")
        return ""

    def _upload(self, path: Path, content_type: str, content: bytes, language: str = "") -> Upload:
        """What is not said stays as it was: whoever brings a new version opens it to nobody else by that."""
        given = self._arguments
        key = given.key or path.name
        with session_scope(self._database.engine) as connection:
            before = find_newest(connection, self._database.tenant_id, key)
        if before is not None and (before.is_language_told or not language):
            language = before.language
        title = before.title if before is not None and before.content_type in _UNTITLED else key
        return Upload(
            key=key,
            title=given.title or title,
            language=given.language or language or "pt",
            is_language_told=bool(given.language) or (before is not None and before.is_language_told),
            roles=self._roles or (before.roles if before is not None else _READERS),
            content_type=content_type,
            digest=hashlib.sha256(content).hexdigest() if content else "",
            size=path.stat().st_size,
            valid_from=given.valid_from or (before.valid_from if before is not None else None),
            valid_to=given.valid_to or (before.valid_to if before is not None else None),
        )

    def _await(self, key: str, document_id: UUID) -> str:
        """Until somebody has read it: a worker, or else this command."""
        tries = -1
        while (progress := self._look(document_id)) is not None and progress.status == "pending":
            if progress.tries != tries:
                tries = progress.tries
                print(f"{key}: {'is being read' if tries else 'is stored'} ...", file=sys.stderr)
            if self._has_workers() or not self._keeper.work(document_id):
                time.sleep(_LOOK_EVERY)
        if progress is None:
            return f"{key}: it was removed or replaced meanwhile"
        if progress.status == "failed":
            return f"{key}: {progress.error}"
        print(f"{key}: {progress.chunks} passages can be found.")
        if progress.error:
            print(f"{key}: {progress.error}", file=sys.stderr)
        return ""

    def _look(self, document_id: UUID) -> Progress | None:
        with statement_scope(self._database.engine) as connection:
            return find_progress(connection, document_id)

    def _has_workers(self) -> bool:
        with statement_scope(self._database.engine) as connection:
            return count_alive(connection, kind="worker", within=_ALIVE) > 0


def _type_of(path: Path) -> str:
    ending = path.suffix.removeprefix(".").lower()
    return _CLAIMS.get(ending) or type_of_ending(ending)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read ({error.strerror})") from None


def _read_passages(path: Path) -> list[Chunk]:
    try:
        with path.open("rb") as lines:
            found = read_passages(lines)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read ({error.strerror})") from None
    for note in found.notes():
        print(f"{path.name}: {note}", file=sys.stderr)
    return found.passages
