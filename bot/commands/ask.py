"""`ask`: one question, or a file of them, put to the assistant outside any conversation."""

import json
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from agent.base import RunResult
from bot.asking import Asker, open_asker
from bot.commands.base import Command, WrongCall, a_day
from bot.commands.batches import open_lines
from bot.commands.database import open_database
from bot.commands.names import resolve_name
from bot.demo import prepare_demo
from bot.settings import Settings
from bot.sources import open_source
from models.errors import RecadoError
from models.person import ROLES

_LONGEST_QUESTION = 8000  # characters, as on /chat


def _add_arguments(parser: ArgumentParser) -> None:
    parser.description = "Ask as a manager, or as somebody else. Each question begins a fresh conversation."
    parser.add_argument("text", nargs="*", metavar="TEXT", help="the question")
    parser.add_argument("--today", type=a_day, metavar="YYYY-MM-DD", help="the day to ask on (default: today)")
    parser.add_argument("--role", choices=ROLES, default="manager", help="who asks (default: manager)")
    parser.add_argument("--name", metavar="NAME", help="her name in the sales data, as `people add` would take it")
    parser.add_argument("--json", action="store_true", help="print the run: reply, tool calls, tokens, cost, time")
    parser.add_argument(
        "--batch",
        metavar="FILE.jsonl",
        help='lines {"id", "text", "today"}, "-" for stdin; each gives a line of JSON at once. A line that cannot be '
        'answered gives {"id", "error"}; the exit code is 1 only if no line could be',
    )


def _run(arguments: Namespace, settings: Settings) -> int:
    text = " ".join(arguments.text).strip()
    if bool(text) == bool(arguments.batch):
        raise WrongCall('give either a question, `ask "quanto vendi ontem?"`, or --batch FILE.jsonl')
    if arguments.batch:
        with open_lines(arguments.batch) as lines, _asker(arguments, settings) as asker:
            return _ask_all(asker, lines, arguments.today)
    with _asker(arguments, settings) as asker:
        described = ask_one(asker, Question(None, text, arguments.today))
    print(json.dumps(described, ensure_ascii=False, indent=2) if arguments.json else described["reply"])
    return 0


@contextmanager
def _asker(arguments: Namespace, settings: Settings) -> Iterator[Asker]:
    with open_database(settings) as database:
        prepare_demo(settings, database.database_url)
        name = _known_name(arguments.role, arguments.name, settings, database.database_url)
        with open_asker(settings, database.database_url, arguments.role, name) as asker:
            yield asker


def _known_name(role: str, name: str | None, settings: Settings, database_url: str) -> str | None:
    """Her name as the sales data spells it. Raises CommandError where she would see nothing, and not know why."""
    source = open_source(settings, database_url)
    try:
        if name is not None and role == "customer":
            return resolve_name(name, source.catalogue().customers, "--name", "customer")
        if name is not None:
            return resolve_name(name, source.catalogue().salespeople, "--name", "salesperson")
        is_bounded = source.asks_managers_name and bool(settings.sales_database_url)
    finally:
        source.close()
    if role != "manager":
        raise WrongCall(f"--role {role} needs --name NAME: nobody without a name sees anything")
    if is_bounded:
        raise WrongCall("the source bounds what a manager sees: say which one asks, --name NAME")
    return None


@dataclass(frozen=True, slots=True)
class Question:
    """A line of a batch. `id` is given back as it came; without `today` it is asked on the present day."""

    id: Any
    text: str
    today: date | None


def _ask_all(asker: Asker, lines: Iterable[bytes], today: date | None) -> int:
    """One line of output for each line that is not empty, written out before the next question is read."""
    answered = failed = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        described = _answer_line(asker, line, number, today)
        failed += "error" in described
        answered += "error" not in described
        print(json.dumps(described, ensure_ascii=False), flush=True)
    return 1 if failed and not answered else 0


def _answer_line(asker: Asker, line: bytes, number: int, today: date | None) -> dict[str, Any]:
    fields: Any = None
    try:
        fields = json.loads(line.decode("utf-8-sig"))
        return ask_one(asker, read_question(fields, today))
    except (UnicodeDecodeError, RecursionError, json.JSONDecodeError) as error:
        reason = f"the line is no JSON: {error}"
    except (ValueError, RecadoError) as error:
        reason = str(error)
    return {"id": fields.get("id") if isinstance(fields, dict) else None, "error": reason, "line": number}


def read_question(fields: Any, today: date | None) -> Question:
    """Raises ValueError naming the field that is wrong."""
    if not isinstance(fields, dict):
        raise ValueError('the line is no object {"id", "text", "today"}')
    text, day = fields.get("text"), fields.get("today")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("text: a question is missing")
    if len(text) > _LONGEST_QUESTION:
        raise ValueError(f"text: longer than {_LONGEST_QUESTION} characters")
    if day is None:
        return Question(fields.get("id"), text.strip(), today)
    try:
        return Question(fields.get("id"), text.strip(), date.fromisoformat(day))
    except (TypeError, ValueError):
        raise ValueError(f"today: {day!r} is not a date such as 2026-03-02") from None


def ask_one(asker: Asker, question: Question) -> dict[str, Any]:
    """The run as JSON can hold it. Raises ProviderError."""
    started = time.monotonic()
    result = asker.ask(question.text, question.today)
    elapsed_ms = round((time.monotonic() - started) * 1000)
    described = _describe(result) | {"time_ms": elapsed_ms}
    return described if question.id is None else {"id": question.id, **described}


def _describe(result: RunResult) -> dict[str, Any]:
    calls = [{"name": use.name, "arguments": dict(use.arguments), "result": dict(use.result)} for use in result.tools]
    return {
        "reply": result.text,
        "tool_calls": calls,
        "engine": result.engine,
        "model": result.llm,
        "tokens_used": result.tokens_in + result.tokens_out,
        "cost": None if result.cost is None else format(result.cost, "f"),
        "steps": result.steps,
    }


ASK = Command(_run, _add_arguments)
