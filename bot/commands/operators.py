"""`operators`: who may enter the console."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from getpass import getpass

from bot.commands.base import Command, CommandError, print_table, spell_moment
from bot.commands.database import open_database
from bot.console.accounts import create_operator
from bot.settings import Settings
from models.operators.access import disable_operator, list_operators
from models.session import session_scope


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="<action>", required=True)
    add = actions.add_parser("add", help="add an operator", description="Add an operator. The password is asked for.")
    add.add_argument("--email", required=True, help="what she logs in with")
    add.add_argument("--name", required=True)
    add.add_argument("--password-stdin", action="store_true", help="read the password from the first line of stdin")
    actions.add_parser("list", help="list the operators", description="List the operators, the disabled among them.")
    disable = actions.add_parser("disable", help="disable an operator", description="Disable one; log her out.")
    disable.add_argument("email")


def _run(arguments: Namespace, settings: Settings) -> int:
    actions: dict[str, Callable[[Namespace, Settings], None]] = {"add": _add, "list": _list, "disable": _disable}
    actions[arguments.action](arguments, settings)
    return 0


def _add(arguments: Namespace, settings: Settings) -> None:
    email, name = arguments.email.strip().lower(), " ".join(arguments.name.split())
    if not name:
        raise CommandError("--name is empty: give the operator a name")
    if not arguments.password_stdin and not sys.stdin.isatty():
        raise CommandError("there is no terminal to ask for the password: pipe it in and give --password-stdin")
    password = _read_line() if arguments.password_stdin else ask_password(getpass)
    with open_database(settings) as database:
        create_operator(database.engine, tenant_id=database.tenant_id, email=email, name=name, password=password)
    print(f"Added {name}. She logs in at {settings.reachable_url}/console/ as {email}.")


def _read_line() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def ask_password(ask: Callable[[str], str]) -> str:
    """Typed twice, so that nobody is locked out by a slip. Raises CommandError when the two differ."""
    password = ask("Password: ")
    if ask("Again: ") != password:
        raise CommandError("the two passwords differ: nothing was done")
    return password


def _list(arguments: Namespace, settings: Settings) -> None:
    with open_database(settings) as database, session_scope(database.engine) as connection:
        operators = list_operators(connection, database.tenant_id)
    if not operators:
        print("No operator yet. Add one: python -m bot operators add --email ... --name ...")
        return
    zone = settings.timezone
    rows = [(o.email, o.name, spell_moment(o.created_at, zone), spell_moment(o.disabled_at, zone)) for o in operators]
    print_table(("e-mail", "name", "since", "disabled"), rows)


def _disable(arguments: Namespace, settings: Settings) -> None:
    email = arguments.email.strip().lower()
    with open_database(settings) as database, session_scope(database.engine) as connection:
        if not disable_operator(connection, database.tenant_id, email):
            raise CommandError(f"there is no active operator {email}: `python -m bot operators list` shows them")
    print(f"Disabled {email}, who is logged out everywhere.")


OPERATORS = Command(_run, _add_arguments)
