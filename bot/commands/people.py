"""`people`: who may ask what. The role comes from here, proven by the address, and never from what somebody writes."""

import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from bot.commands.base import Command, CommandError, print_table
from bot.commands.database import Database, open_database
from bot.commands.names import fold, resolve_name
from bot.commands.people_links import add_link_arguments, run_links
from bot.demo import prepare_demo
from bot.people import AddressOn, NewPerson, register_person
from bot.settings import Settings
from bot.sources import open_source
from channels.whatsapp.addresses import whatsapp_address
from models.catalogue import Catalogue
from models.errors import RecadoError
from models.person import ROLES, KnownPerson, People
from models.privacy.leaving import take_from_person
from models.session import session_scope
from models.tenant import DEFAULT

_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")


def _add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="<action>", required=True)
    add = actions.add_parser("add", help="add a person", description="Add a person with her role and addresses.")
    add.add_argument("--name", required=True, help="how she is called")
    add.add_argument(
        "--role", required=True, choices=ROLES, help="rep: own figures; manager: all; customer: own orders"
    )
    add.add_argument("--salesperson", metavar="NAME", help="her name in the sales data (a rep needs it)")
    add.add_argument("--customer", metavar="NAME", help="the customer she is (a customer needs it)")
    add.add_argument("--whatsapp", metavar="NUMBER", action="append", default=[], help="such as +5511987654321")
    add.add_argument("--email", metavar="ADDRESS", action="append", default=[])
    add.add_argument("--chat", metavar="USER_ID", action="append", default=[], help="her user_id on /chat")
    add.add_argument("--crm", metavar="ID", action="append", default=[], help="who she is in the CRM's webhooks")
    add.add_argument("--account", default=DEFAULT, help="the channel account she writes to (default: %(default)s)")
    actions.add_parser("list", help="list everybody", description="List everybody with role and addresses.")
    remove = actions.add_parser("remove", help="remove a person", description="Remove a person and her addresses.")
    remove.add_argument("person", help="her name or id, as `people list` shows it")
    add_link_arguments(actions)
    for action in actions.choices.values():
        action.add_argument("--tenant", default=DEFAULT, help="whose (default: %(default)s)")


def _run(arguments: Namespace, settings: Settings) -> int:
    own: dict[str, Callable[[Namespace, Settings], None]] = {"add": _add, "list": _list, "remove": _remove}
    own.get(arguments.action, run_links)(arguments, settings)
    return 0


def _add(arguments: Namespace, settings: Settings) -> None:
    addresses = list(_addresses_of(arguments))
    name = " ".join(arguments.name.split())
    _check_role(arguments, name, addresses)
    with open_database(settings, arguments.tenant) as database:
        salesperson, customer = _find_in_sales_data(arguments, settings, database)
        person = NewPerson(name, arguments.role, salesperson, customer, addresses)
        with session_scope(database.engine) as connection:
            person_id = register_person(connection, database.tenant_id, person)
    print(f"Added {name} ({arguments.role}), id {person_id}.")
    for entry in addresses:
        print(f"  {entry.channel}/{entry.account}: {entry.address}")


def _addresses_of(arguments: Namespace) -> Iterator[AddressOn]:
    """Canonical, as each channel's parser gives them. Raises CommandError."""
    for number in arguments.whatsapp:
        try:
            yield AddressOn("whatsapp", arguments.account, whatsapp_address(number))
        except ValueError as error:
            raise CommandError(f"--whatsapp: {error}") from None
    for address in arguments.email:
        cleaned = address.strip().lower()
        if not _EMAIL.fullmatch(cleaned):
            raise CommandError(f"--email: {address!r} is no e-mail address such as ana@example.com")
        yield AddressOn("email", arguments.account, cleaned)
    for channel, ids in (("chat", arguments.chat), ("crm", arguments.crm)):
        for user_id in ids:
            cleaned = user_id.strip()
            if not cleaned or not cleaned.isprintable() or len(cleaned) > 200:
                raise CommandError(f"--{channel}: a user_id has 1 to 200 printable characters")
            yield AddressOn(channel, arguments.account, cleaned)


def _check_role(arguments: Namespace, name: str, addresses: list[AddressOn]) -> None:
    if not name:
        raise CommandError("--name is empty: give the person a name")
    if arguments.role == "rep" and not arguments.salesperson:
        raise CommandError("--role rep needs --salesperson NAME: a rep sees only her own figures")
    if arguments.role == "customer" and not arguments.customer:
        raise CommandError("--role customer needs --customer NAME: a customer sees only her own orders")
    if arguments.customer and arguments.role != "customer":
        raise CommandError(f"--customer goes with --role customer, not with {arguments.role}")
    if arguments.salesperson and arguments.role == "customer":
        raise CommandError("--salesperson goes with --role rep or manager, not with customer")
    if not addresses:
        raise CommandError("give at least one address: --whatsapp, --email, --chat or --crm")
    if len(set(addresses)) < len(addresses):
        raise CommandError("an address is given twice: leave one out")


def _find_in_sales_data(arguments: Namespace, settings: Settings, database: Database) -> tuple[str | None, str | None]:
    """Salesperson and customer as the sales data spells them, or as typed when it is out of reach."""
    if not arguments.salesperson and not arguments.customer:
        return None, None
    is_ours = arguments.tenant == DEFAULT  # the others' sales data is named in the files of their agents
    catalogue = _read_catalogue(settings, database.database_url) if is_ours else None
    if catalogue is None:
        return arguments.salesperson, arguments.customer
    salesperson = customer = None
    if arguments.salesperson:
        salesperson = resolve_name(arguments.salesperson, catalogue.salespeople, "--salesperson", "salesperson")
    if arguments.customer:
        customer = resolve_name(arguments.customer, catalogue.customers, "--customer", "customer")
    return salesperson, customer


def _read_catalogue(settings: Settings, database_url: str) -> Catalogue | None:
    """None, and a word of warning, when the sales data is out of reach."""
    try:
        prepare_demo(settings, database_url)
        source = open_source(settings, database_url)
        try:
            return source.catalogue()
        finally:
            source.close()
    except (RecadoError, SQLAlchemyError) as error:
        reason = str(error) if isinstance(error, RecadoError) else type(error).__name__
        print(f"recado: the sales data cannot be read ({reason}): the name is kept as typed", file=sys.stderr)
        return None


def _list(arguments: Namespace, settings: Settings) -> None:
    with open_database(settings, arguments.tenant) as database, session_scope(database.engine) as connection:
        people = People(connection, database.tenant_id)
        everybody, addresses = people.all(), people.addresses()
    if not everybody:
        print("Nobody yet. Add somebody: python -m bot people add --name ... --role ... --whatsapp ...")
        return
    known_on: dict[UUID, list[str]] = {}
    for entry in addresses:
        account = "" if entry.account == DEFAULT else f" ({entry.account})"
        spelled = entry.address if ":" in entry.address else f"{entry.channel}:{entry.address}"
        known_on.setdefault(entry.person_id, []).append(spelled + account)
    header = ("name", "role", "in the sales data", "addresses", "id")
    print_table(header, [_row(person, known_on.get(person.id, [])) for person in everybody])


def _row(person: KnownPerson, addresses: list[str]) -> tuple[str, ...]:
    return (
        person.name,
        person.role,
        person.salesperson or person.customer or "-",
        ", ".join(addresses) or "-",
        str(person.id),
    )


def _remove(arguments: Namespace, settings: Settings) -> None:
    with open_database(settings, arguments.tenant) as database, session_scope(database.engine) as connection:
        people = People(connection, database.tenant_id)
        person = _pick(people.all(), arguments.person)
        take_from_person(connection, database.tenant_id, person.id)
        people.remove(person.id)
    print(f"Removed {person.name}. What was said stays on record; who writes from her addresses now begins anew.")


def _pick(everybody: list[KnownPerson], asked: str) -> KnownPerson:
    found = [p for p in everybody if str(p.id) == asked.strip().lower()]
    found = found or [p for p in everybody if fold(p.name) == fold(asked)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(str(p.id) for p in found)
        raise CommandError(f'{len(found)} people are called "{asked}": give an id, {ids}')
    raise CommandError(f'nobody is called "{asked}": `python -m bot people list` shows everybody')


PEOPLE = Command(_run, _add_arguments)
