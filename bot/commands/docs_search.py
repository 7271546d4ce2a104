"""`docs search`: one question, or a file of them, put to the documents."""

import json
import sys
import textwrap
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable
from typing import Any

from bot.commands.base import WrongCall, a_day
from bot.commands.batches import open_lines
from bot.commands.database import Database
from bot.embeddings import build_library
from bot.passages import describe_passage, spell_place
from bot.settings import Settings
from jobs.knowledge.library import Library
from models.clock import SystemClock
from models.knowledge.passage import Passage, SearchScope
from models.retrieval.lexicon import LANGUAGES
from models.session import session_scope
from models.tenant import get_tenant

_MOST = 1_000  # passages of one answer
_TEXTS = ("text", "question", "query")


def add_search_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("query", nargs="*", metavar="QUERY")
    parser.add_argument("-k", type=_a_number, default=5, metavar="K", help="how many passages (default: %(default)s)")
    parser.add_argument("--as", dest="role", choices=("rep", "manager", "customer"), help="only what they may read")
    parser.add_argument("--language", choices=LANGUAGES, help="only documents in that language")
    parser.add_argument("--on", type=a_day, metavar="YYYY-MM-DD", help="what holds on that day (default: today)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--batch",
        metavar="FILE.jsonl",
        help='lines {"id", "text"}, "-" for stdin; each gives a line {"id", "passages": [{"id", "score"}]}. '
        "A question without an id gets the number of its line",
    )


def _a_number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST:
        raise ArgumentTypeError(f"{text!r} is no number from 1 to {_MOST}")
    return int(text)


def search(arguments: Namespace, settings: Settings, database: Database) -> int:
    """Raises WrongCall for a call that is none."""
    query = " ".join(arguments.query).strip()
    if bool(query) == bool(arguments.batch):
        raise WrongCall('give either a question, `docs search "prazo de entrega"`, or --batch FILE.jsonl')
    library, scope = build_library(settings, database.engine), _scope(arguments, database)
    if arguments.batch:
        with open_lines(arguments.batch) as lines:
            return _search_all(library, scope, arguments.k, lines)
    found = library.search(query, scope, arguments.k)
    if arguments.json:
        print(json.dumps([describe_passage(passage) for passage in found], ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(map(_spell, found)) or "Nothing in the documents is about that.")
    return 0


def _scope(arguments: Namespace, database: Database) -> SearchScope:
    with session_scope(database.engine) as connection:
        _, timezone = get_tenant(connection, database.tenant_id)
    on = arguments.on or SystemClock().today(timezone)
    return SearchScope(database.tenant_id, arguments.role or "", arguments.language, on)


def _spell(passage: Passage) -> str:
    text = textwrap.shorten(passage.text, 400, placeholder=" ...")
    return f"{spell_place(passage)}  ({passage.score:.3g})\n{textwrap.indent(textwrap.fill(text, 100), '  ')}"


def _search_all(library: Library, scope: SearchScope, k: int, lines: Iterable[bytes]) -> int:
    """One line of output for each question, written out before the next one is read."""
    found = failed = passages = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        answer = _answer(library, scope, k, line, number)
        passages += answer is None
        if answer is not None:
            failed += "error" in answer
            found += "error" not in answer
            print(json.dumps(answer, ensure_ascii=False), flush=True)
    if passages:
        print(f"{passages} lines are no questions and were left out", file=sys.stderr)
    return 1 if failed and not found else 0


def _answer(library: Library, scope: SearchScope, k: int, line: bytes, number: int) -> dict[str, Any] | None:
    """None for a line that says of itself that it is something else."""
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except (UnicodeDecodeError, RecursionError, json.JSONDecodeError) as error:
        return {"id": number, "error": f"the line is no JSON: {error}", "line": number}
    if not isinstance(fields, dict):
        return {"id": number, "error": 'the line is no object {"id", "text"}', "line": number}
    if fields.get("kind", "question") not in {"question", "query"}:
        return None
    given_id = number if fields.get("id") is None else fields["id"]
    text = next((fields[name] for name in _TEXTS if isinstance(fields.get(name), str)), "").strip()
    if not text:
        return {"id": given_id, "error": "text: a question is missing", "line": number}
    hits = library.search(text, scope, k)
    return {"id": given_id, "passages": [{"id": hit.id, "score": round(hit.score, 4)} for hit in hits]}
