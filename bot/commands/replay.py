"""`replay`: what ended badly, and having it answered again without paying or doing anything a second time."""

import json
import textwrap
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import Connection

from bot.commands.base import Command, CommandError, add_tenant, print_table, spell_moment
from bot.commands.database import Database, open_database
from bot.commands.ids import resolve_id, shorten
from bot.commands.ringing import ring
from bot.settings import Settings
from models.fence import FENCED
from models.operators.replay import (
    Effect,
    FailedTurn,
    NotReplayable,
    Replayed,
    find_message_ids,
    find_messages_named,
    list_failed_turns,
    replay_message,
)
from models.session import session_scope

_HEADER = ("id", "channel", "who", "asked", "state", "crashes", "why", "text")
_WORDS_SHOWN = 40
_LONGEST = 3650  # days

_DONE: dict[Effect, str] = {
    "reopened": "Begun again; what the turn had finished stands, and is neither paid nor done twice.",
    "hastened": "It was not answered yet, and is due at once now.",
    "admitted": "Let in; it is answered now.",
}


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "message",
        nargs="?",
        help="the message's id, or its beginning; or the platform's id, the turn's id (the same as its first "
        "message's), a trace id",
    )
    parser.add_argument("--list", action="store_true", help="list what ended badly, and what is put off")
    parser.add_argument(
        "--all-failed", action="store_true", help="replay all that ended in an apology; never what met silence"
    )
    parser.add_argument("--days", type=_days, default=7, help="how far back those two look (default: %(default)s)")
    parser.add_argument("--force", action="store_true", help="also what nobody was to answer, such as a machine's mail")
    parser.add_argument("--json", action="store_true", help="with --list: print JSON")
    add_tenant(parser)


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _LONGEST:
        raise ArgumentTypeError(f"{text!r} is no number of days from 1 to {_LONGEST}")
    return int(text)


def _run(arguments: Namespace, settings: Settings) -> int:
    if [bool(arguments.message), arguments.list, arguments.all_failed].count(True) != 1:
        raise CommandError("give one of: a message's id, --list, --all-failed")
    with open_database(settings, arguments.tenant) as database:
        if arguments.list:
            _list(arguments, settings, database)
        elif arguments.all_failed:
            return _replay_all(arguments, database)
        else:
            _replay_one(arguments, database)
    return 0


def _list(arguments: Namespace, settings: Settings, database: Database) -> None:
    failed = _find_failed(arguments, database)
    if arguments.json:
        print(json.dumps([asdict(turn) for turn in failed], ensure_ascii=False, indent=2, default=str))
    elif failed:
        print_table(_HEADER, [_row(turn, settings.timezone) for turn in failed], right=(5,))
    else:
        print(f"Nothing ended badly in {arguments.days} days.")


def _find_failed(arguments: Namespace, database: Database) -> list[FailedTurn]:
    within = timedelta(days=arguments.days)
    with session_scope(database.engine) as connection:
        return list_failed_turns(connection, database.tenant_id, within=within)


def _row(turn: FailedTurn, timezone: str) -> tuple[str, ...]:
    name = " ".join(turn.sender_name.split())
    return (
        shorten(turn.id),
        turn.channel,
        f"{name} ({turn.sender})" if name else turn.sender,
        spell_moment(turn.asked_at, timezone),
        turn.outcome or "put off",
        str(turn.crashes),
        textwrap.shorten(turn.error, _WORDS_SHOWN, placeholder="…") or "-",
        textwrap.shorten(turn.text, _WORDS_SHOWN, placeholder="…"),
    )


def _replay_one(arguments: Namespace, database: Database) -> None:
    with session_scope(database.engine) as connection:
        message_id = _resolve(connection, database, arguments.message)
        done = replay_message(connection, database.tenant_id, message_id, force=arguments.force)
    ring(database.redis_url, done.conversation_id)
    print(f"{_DONE[done.effect]} What becomes of it: `python -m bot inbox show {done.conversation_id}`")


def _resolve(connection: Connection, database: Database, asked: str) -> UUID:
    """What the platform or a log line calls it comes first: a trace id looks like one of ours."""
    named = find_messages_named(connection, database.tenant_id, asked)
    if len(named) == 1:
        return named[0]
    if named:
        several = "\n".join(f"  {key}" for key in named)
        raise CommandError(f"{asked} names messages of several turns: choose one by its id\n{several}")
    find = partial(find_message_ids, connection, database.tenant_id)
    return resolve_id(asked, find, "message", "python -m bot replay --list")


def _replay_all(arguments: Namespace, database: Database) -> int:
    """Each in a transaction of its own, oldest first; 1 if any was refused."""
    wanted = [turn for turn in _find_failed(arguments, database) if turn.outcome not in {"", FENCED}]
    refused = 0
    for turn in wanted:
        try:
            done = _replay(database, turn.id)
        except NotReplayable as error:
            refused += 1
            print(f"{shorten(turn.id)}: {error}")
        else:
            ring(database.redis_url, done.conversation_id)
    print(f"{len(wanted) - refused} of {len(wanted)} begun again.")
    if refused:
        print("Of one conversation one turn is answered at a time: call this again when those are delivered.")
    return 1 if refused else 0


def _replay(database: Database, message_id: UUID) -> Replayed:
    with session_scope(database.engine) as connection:
        return replay_message(connection, database.tenant_id, message_id)


REPLAY = Command(_run, _add_arguments)
