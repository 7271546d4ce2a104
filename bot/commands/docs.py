"""`docs`: what the assistant may read - add, list, remove documents, and search them."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import date

from bot.commands.base import Command, CommandError, add_tenant, print_table, spell_moment
from bot.commands.database import Database, open_database
from bot.commands.docs_add import add_adding_arguments, add_documents
from bot.commands.docs_gate import add_gate_arguments, gate
from bot.commands.docs_search import add_search_arguments, search
from bot.embeddings import spell_standing
from bot.files import build_storage
from bot.settings import Settings
from jobs.knowledge.library import Library
from models.knowledge.document import Document, list_documents
from models.knowledge.embedding_space import list_spaces
from models.session import session_scope

_HEADER = ("key", "title", "state", "chunks", "for", "language", "valid", "added")


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="take in documents; one of the same key is replaced")
    add_adding_arguments(add)
    listing = actions.add_parser("list", help="what was added")
    listing.add_argument("--json", action="store_true", help="print JSON")
    remove = actions.add_parser("remove", help="take documents out, everywhere at once")
    remove.add_argument("keys", nargs="+", metavar="KEY")
    searching = actions.add_parser("search", help="look something up, without any LLM")
    add_search_arguments(searching)
    judging = actions.add_parser("gate", help="whether vectors find what words find, and so have a say in answers")
    add_gate_arguments(judging)
    for action in (add, listing, remove, searching, judging):
        add_tenant(action)


def _run(arguments: Namespace, settings: Settings) -> int:
    actions: dict[str, Callable[[Namespace, Settings, Database], int]] = {
        "add": add_documents,
        "list": _list,
        "remove": _remove,
        "search": search,
        "gate": gate,
    }
    with open_database(settings, arguments.tenant) as database:
        return actions[arguments.action](arguments, settings, database)


def _list(arguments: Namespace, settings: Settings, database: Database) -> int:
    with session_scope(database.engine) as connection:
        found = list_documents(connection, database.tenant_id)
        vectors = list_spaces(connection, database.tenant_id)
    if arguments.json:
        print(json.dumps([_describe(document) for document in found], ensure_ascii=False, indent=2))
    elif found:
        print_table(_HEADER, [_row(document, settings.timezone) for document in found], right=(3,))
        for space in vectors:
            print(f"\n{spell_standing(space)}")
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
    library, missing = Library(database.engine, build_storage(settings)), []
    for key in arguments.keys:
        if library.remove(database.tenant_id, key):
            print(f"{key}: removed.")
        else:
            missing.append(key)
    if missing:
        raise CommandError(f"there is no document {', '.join(missing)}: `docs list` shows their keys")
    return 0


DOCS = Command(_run, _add_arguments)
