"""`retention`: for how long a company keeps what, and what would go by it."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from datetime import timedelta

from bot.commands.base import Command, add_tenant, is_agreed, print_table
from bot.commands.database import Database, open_database
from bot.settings import Settings
from jobs.privacy.retention import count_due
from models.privacy.retention_rule import KINDS, Kind, find_rules, set_rule
from models.session import session_scope

_FOR_EVER = "forever"
_MOST = 36_500  # days
_HOLDS: dict[Kind, str] = {
    "requests": "webhooks and mails as they came",
    "conversations": "what was said, with its files, tool calls, memory; who wrote, when and costs stay",
    "files": "voice notes, pictures, documents that came in; transcripts stay",
    "memory": "what search and summaries hold of earlier turns",
    "facts": "what people told of themselves and of customers",
    "changes": "changes proposed and made, and the words of their trail",
    "discounts": "requests for a discount that were ruled on",
}


def _days(text: str) -> int | None:
    """A number of days, None for ever."""
    if text == _FOR_EVER:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= _MOST:
        raise ArgumentTypeError(f"{text!r} is neither a number of days nor {_FOR_EVER}")
    return int(text)


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    showing = actions.add_parser("show", help="what is kept for how long, and how much is older")
    setting = actions.add_parser("set", help="keep a kind for so long; shows what would go and asks")
    setting.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    setting.add_argument("days", type=_days, metavar="DAYS", help=f"a number, or {_FOR_EVER}")
    setting.add_argument("--yes", action="store_true", help="do not ask")
    for action in (showing, setting):
        add_tenant(action)


def _run(arguments: Namespace, settings: Settings) -> int:
    actions: dict[str, Callable[[Namespace, Settings, Database], int]] = {"show": _show, "set": _set}
    with open_database(settings, arguments.tenant) as database:
        return actions[arguments.action](arguments, settings, database)


def _show(arguments: Namespace, settings: Settings, database: Database) -> int:
    rows = []
    with session_scope(database.engine) as connection:
        told = {rule.kind: rule.keep for rule in find_rules(connection, database.tenant_id)}
        for kind in KINDS:
            keep = told.get(kind, _default(kind, settings))
            due = "-" if keep is None else str(count_due(connection, database.tenant_id, kind, keep))
            source = "" if kind in told else "by default"
            rows.append((kind, _FOR_EVER if keep is None else f"{keep.days} days", due, source, _HOLDS[kind]))
    print_table(("kind", "kept", "older", "", "what it is"), rows, right=(2,))
    print("\nOlder ones go within the hour, a few at a time; whatever waits for an answer, a delivery or a yes stays.")
    return 0


def _default(kind: Kind, settings: Settings) -> timedelta | None:
    days = settings.raw_event_days if kind == "requests" else 0
    return timedelta(days=days) if days else None


def _set(arguments: Namespace, settings: Settings, database: Database) -> int:
    kind: Kind = arguments.kind
    if arguments.days is not None:
        with session_scope(database.engine) as connection:
            due = count_due(connection, database.tenant_id, kind, timedelta(days=arguments.days))
        print(f"{kind}: {due} row(s) are older than {arguments.days} days ({_HOLDS[kind]}).")
        if due and not arguments.yes and not is_agreed("The scheduler will take them, for good."):
            print("Nothing was changed.")
            return 1
    with session_scope(database.engine) as connection:
        set_rule(connection, database.tenant_id, kind, arguments.days)
    kept = "for ever" if arguments.days is None else f"for {arguments.days} days"
    print(f"{kind}: kept {kept} from now on.")
    return 0


RETENTION = Command(_run, _add_arguments)
