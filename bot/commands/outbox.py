"""`outbox`: what is to be sent, and what a person decides about it: drafts, and parts that did not arrive."""

import json
import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from bot.commands.base import Command, add_tenant, print_table, spell_moment
from bot.commands.database import Database, open_database
from bot.commands.ids import resolve_id, shorten
from bot.commands.ringing import ring
from bot.settings import Settings
from models.operators.drafts import (
    Decision,
    ListedPart,
    approve_draft,
    find_part_ids,
    list_parts,
    reject_draft,
    retry_part,
)
from models.session import session_scope

_HEADER = ("id", "channel", "to", "part", "state", "since", "why", "text")
_WORDS_SHOWN = 60
_UNDER_WAY = ("pending", "sending", "unknown")
_WHY_SHOWN = 40


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="<action>", required=True)
    listing = actions.add_parser(
        "list", help="list what was not sent", description="Everything that was not sent, or only what is asked for."
    )
    listing.add_argument("--drafts", action="store_true", help="what waits for approval")
    listing.add_argument("--failed", action="store_true", help="what the platform refused")
    listing.add_argument("--held", action="store_true", help="what nobody knows the fate of")
    listing.add_argument("--json", action="store_true", help="print JSON, with the whole text")
    approve = actions.add_parser(
        "approve", help="send a draft", description="Send the whole reply of which it is part."
    )
    reject = actions.add_parser(
        "reject", help="never send a draft", description="Never send it, nor the later parts of the same reply."
    )
    retry = actions.add_parser(
        "retry", help="send again what failed", description="Send again what failed, and what was given up with it."
    )
    retry.add_argument(
        "--anyway", action="store_true", help="also what is held: it may have arrived, and then arrives twice"
    )
    for action in (approve, reject, retry):
        action.add_argument("id", help="the part's id as `outbox list` shows it; its beginning is enough")
    for action in (listing, approve, reject, retry):
        add_tenant(action)


def _run(arguments: Namespace, settings: Settings) -> int:
    actions: dict[str, Callable[[Namespace, Settings, Database], None]] = {
        "list": _list,
        "approve": _approve,
        "reject": _reject,
        "retry": _retry,
    }
    with open_database(settings, arguments.tenant) as database:
        actions[arguments.action](arguments, settings, database)
    return 0


def _list(arguments: Namespace, settings: Settings, database: Database) -> None:
    asked = {"draft": arguments.drafts, "failed": arguments.failed, "held": arguments.held}
    wanted = tuple(status for status, is_asked in asked.items() if is_asked)
    with session_scope(database.engine) as connection:
        parts = list_parts(connection, database.tenant_id, wanted or (*asked, *_UNDER_WAY))
    if arguments.json:
        print(json.dumps([asdict(part) for part in parts], ensure_ascii=False, indent=2, default=str))
    elif parts:
        print_table(_HEADER, [_row(part, settings.timezone) for part in parts])
    else:
        print("Nothing of that kind." if wanted else "Everything was sent.")


def _row(part: ListedPart, timezone: str) -> tuple[str, ...]:
    name = " ".join(part.sender_name.split())
    why = " ".join(word for word in (part.error_code, part.error) if word)
    return (
        shorten(part.id),
        part.channel,
        f"{name} ({part.to_address})" if name else part.to_address,
        str(part.number + 1),
        part.status,
        spell_moment(part.created_at, timezone),
        textwrap.shorten(why, _WHY_SHOWN, placeholder="…") or "-",
        textwrap.shorten(part.body, _WORDS_SHOWN, placeholder="…"),
    )


def _approve(arguments: Namespace, settings: Settings, database: Database) -> None:
    done = _decide(arguments, database, approve_draft)
    print(f"Approved, {_count(done)} on the way.")


def _reject(arguments: Namespace, settings: Settings, database: Database) -> None:
    done = _decide(arguments, database, reject_draft)
    print(
        f"Rejected, {_count(done)} never to be sent. To answer in person: "
        f"`python -m bot inbox reply {done.conversation_id} TEXT`"
    )


def _retry(arguments: Namespace, settings: Settings, database: Database) -> None:
    done = _decide(arguments, database, partial(retry_part, anyway=arguments.anyway))
    print(f"Once more, {_count(done)} on the way.")


def _decide(arguments: Namespace, database: Database, decide: Callable[..., Decision]) -> Decision:
    """In one transaction, then the ring."""
    with session_scope(database.engine) as connection:
        find = partial(find_part_ids, connection, database.tenant_id)
        part_id = resolve_id(arguments.id, find, "part", "python -m bot outbox list")
        done = decide(connection, database.tenant_id, part_id)
    ring(database.redis_url, done.conversation_id)
    return done


def _count(done: Decision) -> str:
    return "1 part" if done.parts == 1 else f"{done.parts} parts"


OUTBOX = Command(_run, _add_arguments)
