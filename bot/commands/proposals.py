"""`proposals`: changes that wait for a yes, and those whose fate an operator looks up and settles."""

from argparse import SUPPRESS, ArgumentParser, Namespace
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from agent.links import spell_out, tame_links
from agent.phrases import Phrase, phrase
from bot.commands.base import (
    Command,
    CommandError,
    add_operator_name,
    add_tenant,
    print_table,
    read_operator_name,
    shorten_words,
    spell_moment,
)
from bot.commands.database import Database, open_database
from bot.commands.ids import resolve_id, shorten
from bot.commands.ringing import ring
from bot.services import ChannelDirectory, build_accounts
from bot.settings import Settings
from models.changes.proposal import find_open
from models.changes.unsettled import Settled, find_unsettled_ids, settle
from models.operators.correspondence import find_conversation
from models.operators.notice import DUTY_CHANNELS, add_notice
from models.privacy.opt_out import is_opted_out
from models.reply import Reply
from models.session import session_scope
from models.tenant import find_account

_HEADER: Final = ("id", "status", "asked", "who", "change")


def _add_arguments(parser: ArgumentParser) -> None:
    add_tenant(parser)
    actions = parser.add_subparsers(dest="action", metavar="<action>")
    listing = actions.add_parser("list", help="list them (what is done without an action)")
    settling = actions.add_parser(
        "settle",
        help="say what became of a change whose fate nobody knows",
        description="Look it up at the target first. The person who wanted it is told, by WhatsApp or e-mail.",
    )
    settling.add_argument("id", help="as `proposals` shows it; its beginning is enough")
    settling.add_argument("found", choices=("applied", "absent"), help="whether the change stands at the target")
    add_operator_name(settling, "who found that")
    for action in (listing, settling):  # after the action as well as before it
        action.add_argument("--tenant", default=SUPPRESS, help="whose (default: default)")


def _run(arguments: Namespace, settings: Settings) -> int:
    with open_database(settings, arguments.tenant) as database:
        if arguments.action == "settle":
            _settle(arguments, settings, database)
        else:
            _list(settings, database)
    return 0


def _list(settings: Settings, database: Database) -> None:
    with session_scope(database.engine) as connection:
        found = find_open(connection, database.tenant_id)
    if not found:
        print("Nobody is being asked anything, and nothing is unsettled.")
        return
    rows = [
        (
            shorten(one.id),
            one.status,
            spell_moment(one.created_at, settings.timezone),
            one.person or one.address,
            shorten_words(one.words),
        )
        for one in found
    ]
    print_table(_HEADER, rows)
    if any(one.status == "unknown" for one in found):
        print("\nUnknown: look it up at the target, then `python -m bot proposals settle ID applied|absent`.")


def _settle(arguments: Namespace, settings: Settings, database: Database) -> None:
    """The fate, its row in `audit` and the news of it commit together; then the ring."""
    by = read_operator_name(arguments)
    with session_scope(database.engine) as connection:
        find = partial(find_unsettled_ids, connection, database.tenant_id)
        key = resolve_id(arguments.id, find, "change of unknown fate", "python -m bot proposals")
        settled = settle(connection, database.tenant_id, key, arguments.found, by)
        if settled is None:
            raise CommandError("somebody settled it just now: `python -m bot audit` shows who")
        rung = _tell(connection, settings, database, settled)
    who = settled.person or settled.address
    print(f"Settled as {settled.status}: {shorten_words(settled.words)}")
    if rung is None:
        print(f"{who} cannot be told there: tell her yourself.")
    else:
        ring(database.redis_url, rung)
        print(f"{who} is being told.")


def _tell(connection: Connection, settings: Settings, database: Database, settled: Settled) -> UUID | None:
    """In the words of the ordinary outcome. Returns the conversation to be rung; None: nothing reaches her."""
    conversation = find_conversation(connection, database.tenant_id, settled.conversation_id)
    if conversation is None or conversation.channel not in DUTY_CHANNELS:
        return None  # whoever asked by another channel fetches answers, or reads them on a record
    account = find_account(connection, channel=conversation.channel, name=conversation.account)
    channel = ChannelDirectory(build_accounts(settings)).find(conversation.channel, conversation.account)
    if account is None or channel is None or is_opted_out(connection, account.id, settled.address):
        return None
    said = phrase(_name_of(settled), settled.language, changes=settled.words)  # type: ignore[arg-type]  # as proposed
    text = tame_links(spell_out(said))
    return add_notice(connection, account, settled.address, text, channel.render(Reply(text)))


def _name_of(settled: Settled) -> Phrase:
    if settled.status == "applied":
        return "not_undone" if settled.was_undo else "done"
    return "undone" if settled.was_undo else "done_failed"


PROPOSALS = Command(_run, _add_arguments)
