"""`audit` and `proposals`: what people were asked about, what they said, and what became of it."""

from argparse import ArgumentParser, Namespace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.commands.base import Command, a_day, add_tenant, print_table, spell_moment
from bot.commands.database import open_database
from bot.settings import Settings
from models.audit import find_entries
from models.proposal import find_open
from models.session import session_scope

_SHOWN = 90  # characters of a change


def _add_audit_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--person", default="", help="a name or an address, whole")
    parser.add_argument("--since", type=a_day, metavar="DAY", help="from this day on, such as 2026-03-02")
    parser.add_argument("--limit", type=int, default=200, help="how many at most (default: %(default)s)")
    add_tenant(parser)


def _run_audit(arguments: Namespace, settings: Settings) -> int:
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
        (spell_moment(one.at, settings.timezone), one.event, one.person or one.address, _short(one.words))
        for one in found
    ]
    print_table(("when", "what", "who", "change"), rows)
    return 0


def _run_proposals(arguments: Namespace, settings: Settings) -> int:
    with open_database(settings, arguments.tenant) as database, session_scope(database.engine) as connection:
        found = find_open(connection, database.tenant_id)
    if not found:
        print("Nobody is being asked anything, and nothing is unsettled.")
        return 0
    rows = [(str(one.id), one.status, one.person or one.address, _short(one.words)) for one in found]
    print_table(("id", "status", "who", "change"), rows)
    return 0


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + "…"


AUDIT = Command(_run_audit, _add_audit_arguments)
PROPOSALS = Command(_run_proposals, add_tenant)
