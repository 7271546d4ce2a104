"""`inbox`: people behind the bot. A person reads a conversation, takes it over, answers in it, and hands it back."""

import json
import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from bot.commands.base import (
    Command,
    CommandError,
    add_operator_name,
    add_tenant,
    print_table,
    read_operator_name,
    spell_moment,
)
from bot.commands.database import Database, open_database
from bot.commands.ids import resolve_id, shorten
from bot.commands.ringing import ring
from bot.services import ChannelDirectory, build_accounts
from bot.settings import Settings
from channels.base import Channel
from models.changes.unsettled import count_unsettled
from models.operators.correspondence import (
    Line,
    ListedConversation,
    find_conversation,
    find_conversation_ids,
    list_conversations,
    read_conversation,
)
from models.operators.handoff import (
    Obstacle,
    find_obstacle,
    find_question,
    release_conversation,
    say_as_person,
    take_conversation,
)
from models.reply import Reply
from models.session import session_scope

_HEADER = ("id", "channel", "who", "wanted", "held by", "waiting", "last", "last words")
_WORDS_SHOWN = 40

_OBSTACLES: dict[Obstacle, str] = {
    "draft": "a draft of the bot waits there: approve or reject it first (`python -m bot outbox list --drafts`)",
    "delivering": "an answer is on its way there just now: wait until it is delivered, then reply "
    "(`python -m bot outbox list` shows how far it is)",
    "opted out": "she wants no more messages: only her own VOLTAR or START changes that",
    "nobody waits": "nobody waits for an answer there: replies of this channel are fetched by whoever asked",
}


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="<action>", required=True)
    listing = actions.add_parser("list", help="list the conversations", description="Who needs a person comes first.")
    listing.add_argument("--wanted", action="store_true", help="only where a person is needed or answers")
    show = actions.add_parser("show", help="read a conversation", description="Show what was said, oldest first.")
    show.add_argument("--lines", type=int, default=50, help="how many of the last lines (default: %(default)s)")
    take = actions.add_parser("take", help="take it over", description="From now on the bot is silent there.")
    reply = actions.add_parser(
        "reply",
        help="answer by its channel",
        description="Answer by its channel; takes the conversation if it is free.",
    )
    release = actions.add_parser(
        "release", help="hand it back to the bot", description="The bot answers again, what is unanswered first."
    )
    for action in (show, take, reply, release):
        action.add_argument("id", help="the conversation's id as `inbox list` shows it; its beginning is enough")
    reply.add_argument("text", help="what to say, in Markdown")
    for action in (take, reply):
        add_operator_name(action, "who takes it")
    for action in (listing, show):
        action.add_argument("--json", action="store_true", help="print JSON")
    for action in (listing, show, take, reply, release):
        add_tenant(action)


def _run(arguments: Namespace, settings: Settings) -> int:
    actions: dict[str, Callable[[Namespace, Settings, Database], None]] = {
        "list": _list,
        "show": _show,
        "take": _take,
        "reply": _reply,
        "release": _release,
    }
    with open_database(settings, arguments.tenant) as database:
        actions[arguments.action](arguments, settings, database)
    return 0


def _list(arguments: Namespace, settings: Settings, database: Database) -> None:
    with session_scope(database.engine) as connection:
        listed = list_conversations(connection, database.tenant_id, only_wanted=arguments.wanted)
    if arguments.json:
        return _print_json([asdict(conversation) for conversation in listed])
    if not listed:
        print("Nobody needs a person." if arguments.wanted else "No conversation yet.")
        return None
    print_table(_HEADER, [_row(conversation, settings.timezone) for conversation in listed], right=(5,))
    return None


def _row(conversation: ListedConversation, timezone: str) -> tuple[str, ...]:
    return (
        shorten(conversation.id),
        conversation.channel,
        _who(conversation),
        spell_moment(conversation.wanted_at, timezone),
        conversation.held_by or "-",
        str(conversation.waiting),
        spell_moment(conversation.last_at, timezone),
        textwrap.shorten(conversation.last_text, _WORDS_SHOWN, placeholder="…"),
    )


def _who(conversation: ListedConversation) -> str:
    name = " ".join(conversation.sender_name.split())
    return f"{name} ({conversation.sender})" if name else conversation.sender


def _show(arguments: Namespace, settings: Settings, database: Database) -> None:
    if arguments.lines < 1:
        raise CommandError("--lines: at least 1")
    with session_scope(database.engine) as connection:
        conversation = _find(connection, database, arguments.id)
        lines = read_conversation(connection, database.tenant_id, conversation.id, limit=arguments.lines)
        unsettled = count_unsettled(connection, conversation.id)
    if arguments.json:
        return _print_json(asdict(conversation) | {"lines": [asdict(line) for line in lines]})
    print(f"Conversation {conversation.id}: {_who(conversation)}, {conversation.channel}/{conversation.account}.")
    if conversation.wanted_at:
        print(f"A person is needed since {spell_moment(conversation.wanted_at, settings.timezone)}.")
    if conversation.held_by:
        print(f"{conversation.held_by} answers there since {spell_moment(conversation.held_at, settings.timezone)}.")
    if unsettled:
        print(f"Changes whose fate nobody knows: {unsettled}, see `python -m bot proposals`.")
    for line in lines:
        _print_line(line, settings.timezone)
    return None


def _print_line(line: Line, timezone: str) -> None:
    """Who spoke, when, and how it fared if it did not simply arrive."""
    person = "a person" if line.outcome == "person" else "Recado"
    speaker = person if line.direction == "out" else "she"
    fate = f" [{line.delivery}]" if line.delivery in {"draft", "held", "failed", "rejected", "unknown"} else ""
    files = f"({line.files})" if line.files else ""
    said = "\n".join(text for text in (line.text, files) if text) or "(nothing in words)"
    turn = f"turn {shorten(line.turn_id)}  " if line.turn_id and line.outcome != "person" else ""  # for `why`
    print(f"\n{spell_moment(line.at, timezone)}  {turn}{speaker}{fate}:\n{textwrap.indent(said, '  ')}")


def _take(arguments: Namespace, settings: Settings, database: Database) -> None:
    person = read_operator_name(arguments)
    with session_scope(database.engine) as connection:
        conversation = _find(connection, database, arguments.id)
        _hold(connection, database, conversation, person)
    print(f"{person} answers {_who(conversation)} now; the bot is silent there until `inbox release`.")


def _reply(arguments: Namespace, settings: Settings, database: Database) -> None:
    """Taking, looking whether it may be said, and saying it are one transaction under the conversation's lock."""
    person, text = read_operator_name(arguments), arguments.text.strip()
    if not text:
        raise CommandError("there is nothing to say: give the text in quotes")
    with session_scope(database.engine) as connection:
        conversation = _find(connection, database, arguments.id)
        channel = _find_channel(conversation, settings)
        _hold(connection, database, conversation, person)
        is_pulled = channel.capabilities.delivery == "pull"
        obstacle = find_obstacle(connection, conversation.id, is_pulled=is_pulled)
        if obstacle is not None:
            raise CommandError(f"nothing was said: {_OBSTACLES[obstacle]}")
        parts = channel.render(Reply(text, find_question(connection, conversation.id)))
        say_as_person(connection, conversation.id, text, parts, is_pulled=is_pulled)
    ring(database.redis_url, conversation.id)
    print(f"On its way to {_who(conversation)}. The bot stays silent there until `inbox release`.")


def _release(arguments: Namespace, settings: Settings, database: Database) -> None:
    with session_scope(database.engine) as connection:
        conversation = _find(connection, database, arguments.id)
        if not release_conversation(connection, database.tenant_id, conversation.id):
            raise CommandError(f"nobody holds the conversation with {_who(conversation)}: the bot answers there")
    ring(database.redis_url, conversation.id)
    print(f"The bot answers {_who(conversation)} again.")


def _find(connection: Connection, database: Database, asked: str) -> ListedConversation:
    find = partial(find_conversation_ids, connection, database.tenant_id)
    key: UUID = resolve_id(asked, find, "conversation", "python -m bot inbox list")
    found = find_conversation(connection, database.tenant_id, key)
    assert found is not None, "its id was just found"
    return found


def _hold(connection: Connection, database: Database, conversation: ListedConversation, person: str) -> None:
    if not take_conversation(connection, database.tenant_id, conversation.id, person):
        holder = conversation.held_by or "somebody else"
        raise CommandError(
            f"{holder} holds this conversation: let {holder} finish, or hand it back first with "
            f"`python -m bot inbox release {conversation.id}`"
        )


def _find_channel(conversation: ListedConversation, settings: Settings) -> Channel:
    channel = ChannelDirectory(build_accounts(settings)).find(conversation.channel, conversation.account)
    if channel is None:
        raise CommandError(f"no account {conversation.channel}/{conversation.account} is configured: see .env.example")
    return channel


def _print_json(document: dict[str, Any] | Sequence[dict[str, Any]]) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2, default=str))


INBOX = Command(_run, _add_arguments)
