"""`memory`: what is remembered of a person - her facts, and a search through her conversations -, and of customers.
Without any LLM."""

import json
import sys
import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from agent.memory.telling import describe
from bot.commands.base import Command, CommandError, WrongCall, a_day, add_tenant, spell_moment
from bot.commands.batches import open_lines
from bot.commands.database import open_database
from bot.commands.memory_customers import list_customers
from bot.commands.names import fold
from bot.settings import Settings
from models.memory.contact_link import ContactLinks
from models.memory.episodes import Episode, Span, search_past
from models.memory.fact import Facts
from models.person import People
from models.session import session_scope

_TEXTS = ("text", "question", "query")
_SHOWN = 300  # characters of one side of an exchange


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    facts = actions.add_parser("facts", help="what she told of herself, with its source")
    facts.add_argument("--known-on", type=a_day, metavar="YYYY-MM-DD", help="what was believed at the end of that day")
    search = actions.add_parser("search", help="look through her conversations")
    search.add_argument("query", nargs="*", metavar="QUERY")
    search.add_argument("-k", type=int, default=5, metavar="K", help="how many exchanges (default: %(default)s)")
    search.add_argument("--from", dest="since", type=a_day, metavar="YYYY-MM-DD", help="first day")
    search.add_argument("--to", dest="until", type=a_day, metavar="YYYY-MM-DD", help="last day")
    search.add_argument(
        "--batch",
        metavar="FILE.jsonl",
        help='lines {"id", "text"}, "-" for stdin; each gives a line {"id", "turns": [{"id", "score"}]}',
    )
    for action in (facts, search):
        action.add_argument("--user", required=True, help="her name, or an address as `people contacts` shows it")
    customers = actions.add_parser("customers", help="what the company's people told of its customers, with its source")
    customers.add_argument("customer", nargs="*", metavar="NAME", help="of which; none: of all")
    customers.add_argument("--known-on", type=a_day, metavar="YYYY-MM-DD", help="what was believed at the end of it")
    for action in (facts, search, customers):
        action.add_argument("--json", action="store_true", help="print JSON")
        add_tenant(action)


def _run(arguments: Namespace, settings: Settings) -> int:
    actions: dict[str, Callable[[Namespace, Settings, Connection, UUID, UUID], int]] = {
        "facts": _facts,
        "search": _search,
    }
    with open_database(settings, arguments.tenant) as database, session_scope(database.engine) as connection:
        if arguments.action == "customers":
            return list_customers(arguments, settings, connection, database.tenant_id)
        holder = _find_holder(connection, database.tenant_id, arguments.user)
        return actions[arguments.action](arguments, settings, connection, database.tenant_id, holder)


def _find_holder(connection: Connection, tenant_id: UUID, user: str) -> UUID:
    named = {person.id for person in People(connection, tenant_id).all() if fold(person.name) == fold(user)}
    known = ContactLinks(connection, tenant_id).all()
    named |= {one.holder_id for one in known if one.address.casefold() == user.strip().casefold()}
    if len(named) == 1:
        return named.pop()
    if named:
        raise CommandError(f'"{user}" fits several people: give an address')
    raise CommandError(f'nothing is remembered of "{user}": `python -m bot people contacts` shows of whom there is')


def _facts(arguments: Namespace, settings: Settings, connection: Connection, tenant_id: UUID, holder: UUID) -> int:
    facts = Facts(connection, tenant_id, holder)
    if arguments.known_on is None:
        found = facts.current()
    else:
        found = facts.known_at(datetime.combine(arguments.known_on, time.max, ZoneInfo(settings.timezone)))
    if arguments.json:
        rows = [
            {
                "predicate": fact.predicate,
                "value": fact.value,
                "kind": fact.kind,
                "due_on": fact.due_on and fact.due_on.isoformat(),
                "recorded_at": fact.recorded_at.isoformat(),
                "channel": fact.channel,
                "turn": str(fact.turn_id),
                "trust": fact.trust,
            }
            for fact in found
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        print("\n".join(describe(fact, "en", settings.timezone) for fact in found) or "She told nothing.")
    return 0


def _search(arguments: Namespace, settings: Settings, connection: Connection, tenant_id: UUID, holder: UUID) -> int:
    query, span = " ".join(arguments.query).strip(), Span(arguments.since, arguments.until)
    if bool(query) == bool(arguments.batch):
        raise WrongCall('give either words, `memory search "prazo" --user Ana`, or --batch FILE.jsonl')

    def find(words: str) -> list[Episode]:
        return search_past(connection, tenant_id, holder, words, arguments.k, span)

    if arguments.batch:
        with open_lines(arguments.batch) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    print(json.dumps(_answer(find, line, number), ensure_ascii=False), flush=True)
        return 0
    found = find(query)
    if arguments.json:
        print(json.dumps([_as_json(episode) for episode in found], ensure_ascii=False, indent=2))
    elif found:
        print("\n\n".join(_spell(episode, settings.timezone) for episode in found))
    else:
        print("Nothing in her conversations is about that.", file=sys.stderr)
    return 0


def _answer(find: Callable[[str], list[Episode]], line: bytes, number: int) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (UnicodeDecodeError, RecursionError, json.JSONDecodeError) as error:
        return {"id": number, "error": f"the line is no JSON: {error}"}
    if not isinstance(fields, dict):
        return {"id": number, "error": 'the line is no object {"id", "text"}'}
    given = fields.get("id", number)
    text = next((fields[name] for name in _TEXTS if isinstance(fields.get(name), str)), "").strip()
    if not text:
        return {"id": given, "error": "text: a question is missing"}
    return {"id": given, "turns": [{"id": str(one.turn.id), "score": round(one.score, 4)} for one in find(text)]}


def _as_json(episode: Episode) -> dict[str, Any]:
    def turn(one: Any) -> dict[str, Any] | None:
        if one is None:
            return None
        said = {"id": str(one.id), "at": one.asked_at.isoformat(), "asked": one.asked, "replied": one.replied}
        return {**said, "is_spoken": one.is_spoken}

    beside = {"before": turn(episode.before), "after": turn(episode.after)}
    return {**(turn(episode.turn) or {}), "score": round(episode.score, 4), **beside}


def _spell(episode: Episode, timezone: str) -> str:
    lines = [f"{spell_moment(episode.turn.asked_at, timezone)}  ({episode.score:.2f})  turn {episode.turn.id}"]
    for mark, one in (("  ", episode.before), ("> ", episode.turn), ("  ", episode.after)):
        if one is not None:
            asked, replied = (textwrap.shorten(words, _SHOWN, placeholder=" ...") for words in (one.asked, one.replied))
            spoken = "(voice note) " if one.is_spoken else ""
            lines.append(f"{mark}{spoken}{asked}\n{mark}  {replied}")
    return "\n".join(lines)


MEMORY = Command(_run, _add_arguments)
