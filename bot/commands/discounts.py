"""`discounts`: what people have asked their managers for, and what became of it."""

from argparse import ArgumentParser, Namespace

from agent.discount_words import spell_percent
from bot.commands.base import Command, add_tenant, print_table, spell_moment
from bot.commands.database import open_database
from bot.settings import Settings
from models.changes.discount import list_requests
from models.session import session_scope


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="also what was ruled on")
    add_tenant(parser)


def _run(arguments: Namespace, settings: Settings) -> int:
    with open_database(settings, arguments.tenant) as database, session_scope(database.engine) as connection:
        found = list_requests(connection, database.tenant_id, waiting_only=not arguments.all)
    if not found:
        print("No request for a discount waits." if not arguments.all else "Nobody has asked for a discount.")
        return 0
    rows = [
        (
            str(one.number),
            spell_moment(one.created_at, settings.timezone),
            one.requester.person,
            spell_percent(one.wish.percent, "en"),
            one.wish.customer,
            one.status + (f" by {one.ruled_by}" if one.ruled_by else ""),
        )
        for one in found
    ]
    print_table(("no.", "when", "who", "percent", "customer", "status"), rows)
    return 0


DISCOUNTS = Command(_run, _add_arguments)
