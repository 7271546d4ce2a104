"""`why`: what an answer rested on - tools, periods, filters, rows, and the arithmetic traced in it."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from bot.commands.base import Command, CommandError, add_tenant
from bot.commands.database import Database, open_database
from bot.commands.ids import resolve_id
from bot.settings import Settings
from models.operators.correspondence import find_conversation, find_conversation_ids
from models.operators.replay import find_message_ids, find_messages_named
from models.recorded import RecordedAnswer, find_answer_of, find_last_answer
from models.session import session_scope


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "message",
        help="the id of the turn (`inbox show` prints it) or of a message in it, or its beginning; the platform's id; "
        "a trace id; or a conversation's id as `inbox list` shows it: its last answer",
    )
    parser.add_argument("--json", action="store_true", help="print the whole record as JSON")
    add_tenant(parser)


def _run(arguments: Namespace, settings: Settings) -> int:
    with open_database(settings, arguments.tenant) as database, session_scope(database.engine) as connection:
        answer = _find_answer(connection, database, arguments.message)
    if answer is None:
        raise CommandError(f"{arguments.message} has no answer whose figures were looked at")
    if arguments.json:
        print(json.dumps(_as_json(answer), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(answer)))
    return 0


def _find_answer(connection: Connection, database: Database, asked: str) -> RecordedAnswer | None:
    """What names a message is taken for one; else it may be a conversation."""
    tenant_id = database.tenant_id
    named = find_messages_named(connection, tenant_id, asked)
    if len(named) == 1:
        return find_answer_of(connection, tenant_id, named[0])

    def find(first: UUID, last: UUID) -> Sequence[UUID]:
        found = find_message_ids(connection, tenant_id, first, last)
        return found or find_conversation_ids(connection, tenant_id, first, last)

    key = resolve_id(asked, find, "message or conversation", "python -m bot inbox list")
    if find_conversation(connection, tenant_id, key) is not None:
        return find_last_answer(connection, tenant_id, key)
    return find_answer_of(connection, tenant_id, key)


def _as_json(answer: RecordedAnswer) -> dict[str, object]:
    calls = [{"name": call.name, "arguments": call.arguments, "result": call.result} for call in answer.calls]
    told = {"turn": str(answer.turn_id), "asked": answer.asked, "answered_at": answer.answered_at.isoformat()}
    return {**told, "tool_calls": calls, "grounding": answer.grounding}


def _lines(answer: RecordedAnswer) -> list[str]:
    lines = [f"asked: {' '.join(answer.asked.split())}", f"answered: {answer.answered_at.isoformat()}"]
    for number, call in enumerate(answer.calls):
        told = {
            key: _spell(call.result.get(key)) for key in ("period", "period_b", "filters", "rows", "as_of", "source")
        }
        known = "; ".join(f"{key} {value}" for key, value in told.items() if value)
        lines.append(f"{call.name}[{number}]: {known or 'no result'}")
    for claim in answer.grounding.get("claims", []):
        if "reason" in claim:
            lines.append(f"  {claim['text']!r} could not be traced: {claim['reason']}")
        else:
            lines.append(f"  {claim['text']!r} {claim['by']} {', '.join(claim['from'])}".rstrip())
    for key in ("sent_back", "struck"):
        if answer.grounding.get(key):
            lines.append(f"{key.replace('_', ' ')}: {', '.join(answer.grounding[key])}")
    return lines


def _spell(value: object) -> str:
    if not isinstance(value, Mapping):
        return "" if value is None else str(value)
    if {"start", "end"} <= value.keys():
        return f"{value['start']}/{value['end']}"
    return ", ".join(f"{key}={inner}" for key, inner in value.items())


WHY = Command(_run, _add_arguments)
