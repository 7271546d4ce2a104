"""`docs`: what the assistant may read - add, list, remove documents, and search them."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bot.commands.base import Command, CommandError, a_day, add_tenant, print_table, spell_moment
from bot.commands.database import Database, open_database
from bot.commands.docs_search import add_search_arguments, search
from bot.settings import Settings
from jobs.library import Library
from jobs.passages_file import read_passages
from models.chunk import Chunk
from models.document import Document, Upload, list_documents
from models.errors import ConfigurationError
from models.retrieval.lexicon import LANGUAGES
from models.session import session_scope

_ROLES = ("rep", "manager", "customer")
_HEADER = ("key", "title", "state", "chunks", "for", "language", "valid", "added")


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="take in documents; one of the same key is replaced")
    add.add_argument("files", nargs="+", type=Path, metavar="FILE", help='FILE.jsonl: lines {"id", "text"}')
    add.add_argument("--key", help="the name it is known and replaced by (default: the file's name)")
    add.add_argument("--title", help="how it is cited (default: the file's name)")
    add.add_argument("--language", choices=LANGUAGES, default="pt", help="of its words (default: %(default)s)")
    add.add_argument(
        "--for", dest="roles", default="rep,manager", metavar="ROLES", help=f"who may read it, of {', '.join(_ROLES)}"
    )
    add.add_argument("--from", dest="valid_from", type=a_day, metavar="YYYY-MM-DD", help="first day it holds")
    add.add_argument("--to", dest="valid_to", type=a_day, metavar="YYYY-MM-DD", help="last day it holds")
    listing = actions.add_parser("list", help="what was added")
    listing.add_argument("--json", action="store_true", help="print JSON")
    remove = actions.add_parser("remove", help="take documents out, everywhere at once")
    remove.add_argument("keys", nargs="+", metavar="KEY")
    searching = actions.add_parser("search", help="look something up, without any LLM")
    add_search_arguments(searching)
    for action in (add, listing, remove, searching):
        add_tenant(action)


def _run(arguments: Namespace, settings: Settings) -> int:
    actions: dict[str, Callable[[Namespace, Settings, Database], int]] = {
        "add": _add,
        "list": _list,
        "remove": _remove,
        "search": search,
    }
    with open_database(settings, arguments.tenant) as database:
        return actions[arguments.action](arguments, settings, database)


def _add(arguments: Namespace, settings: Settings, database: Database) -> int:
    if arguments.key and len(arguments.files) > 1:
        raise CommandError("--key names one document: add the files one by one")
    roles = tuple(role.strip() for role in arguments.roles.split(",") if role.strip())
    if not roles or set(roles) - set(_ROLES):
        raise CommandError(f"--for: name some of {', '.join(_ROLES)}, with commas between them")
    for path in arguments.files:
        _add_file(path, arguments, roles, database)
    return 0


def _add_file(path: Path, arguments: Namespace, roles: tuple[str, ...], database: Database) -> None:
    if path.suffix.lower() not in {".jsonl", ".ndjson"}:
        raise CommandError(f"{path}: only files of JSON lines can be added")
    key = arguments.key or path.name
    chunks = _read_chunks(path)
    upload = Upload(
        key=key,
        title=arguments.title or key,
        language=arguments.language,
        roles=roles,
        content_type="application/x-ndjson",
        size=path.stat().st_size,
        valid_from=arguments.valid_from,
        valid_to=arguments.valid_to,
    )
    document = Library(database.engine).add(database.tenant_id, upload, chunks)
    print(f"{key}: {document.chunks} passages can be found.")


def _read_chunks(path: Path) -> list[Chunk]:
    try:
        with path.open("rb") as lines:
            found = read_passages(lines)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read ({error.strerror})") from None
    for note in found.notes():
        print(f"{path.name}: {note}", file=sys.stderr)
    if not found.passages:
        raise CommandError(f'{path.name}: no line is a passage {{"id", "text"}}')
    return found.passages


def _list(arguments: Namespace, settings: Settings, database: Database) -> int:
    with session_scope(database.engine) as connection:
        found = list_documents(connection, database.tenant_id)
    if arguments.json:
        print(json.dumps([_describe(document) for document in found], ensure_ascii=False, indent=2))
    elif found:
        print_table(_HEADER, [_row(document, settings.timezone) for document in found], right=(3,))
    else:
        print("No documents yet: python -m bot docs add FILE")
    return 0


def _row(document: Document, timezone: str) -> tuple[str, ...]:
    state = f"{document.status}: {document.error}" if document.error else document.status
    roles = ", ".join(document.roles)
    valid = _spell_validity(document.valid_from, document.valid_to)
    added = spell_moment(document.created_at, timezone)
    return document.key, document.title, state, str(document.chunks), roles, document.language, valid, added


def _spell_validity(first: date | None, last: date | None) -> str:
    return "always" if first is None and last is None else f"{first or ''}..{last or ''}"


def _describe(document: Document) -> dict[str, object]:
    return {
        "key": document.key,
        "title": document.title,
        "state": document.status,
        "error": document.error or None,
        "chunks": document.chunks,
        "size": document.size,
        "roles": list(document.roles),
        "language": document.language,
        "valid_from": document.valid_from and document.valid_from.isoformat(),
        "valid_to": document.valid_to and document.valid_to.isoformat(),
        "added_at": document.created_at.isoformat(),
    }


def _remove(arguments: Namespace, settings: Settings, database: Database) -> int:
    library, missing = Library(database.engine), []
    for key in arguments.keys:
        if library.remove(database.tenant_id, key):
            print(f"{key}: removed.")
        else:
            missing.append(key)
    if missing:
        raise CommandError(f"there is no document {', '.join(missing)}: `docs list` shows their keys")
    return 0


DOCS = Command(_run, _add_arguments)
