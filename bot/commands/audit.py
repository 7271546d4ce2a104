"""`audit`: what people were asked about, what they said, and what became of it."""

from argparse import ArgumentParser, Namespace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.commands.base import Command, a_day, add_tenant, print_table, shorten_words, spell_moment
from bot.commands.database import open_database
from bot.settings import Settings
from models.audit import AuditEntry, find_entries
from models.session import session_scope


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--person", default="", help="a name or an address, whole")
    parser.add_argument("--since", type=a_day, metavar="DAY", help="from this day on, such as 2026-03-02")
    parser.add_argument("--limit", type=int, default=200, help="how many at most (default: %(default)s)")
    add_tenant(parser)


def _run(arguments: Namespace, settings: Settings) -> int:
    zone, since = ZoneInfo(settings.timezone), arguments.since
    begin = None if since is None else datetime.combine(since, time(), zone)
    with open_database(settings, arguments.tenant) as database, session_scope(database.engine) as connection:
        found = find_entries(
            connection, database.tenant_id, person=arguments.person, since=begin, limit=max(arguments.limit, 1)
        )
    if not found:
        print("Nothing was written, and nobody was asked, as far as these words reach.")
        return 0
    rows = [
        (spell_moment(one.at, settings.timezone), _what(one), one.person or one.address, shorten_words(one.words))
        for one in found
    ]
    print_table(("when", "what", "who", "change"), rows)
    return 0


def _what(entry: AuditEntry) -> str:
    return f"{entry.event} (settled by {entry.settled_by})" if entry.settled_by else entry.event


AUDIT = Command(_run, _add_arguments)
