"""`people contacts`, `proposals`, `link`, `unlink` and `decline`: which addresses are one person."""

import getpass
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import Any
from uuid import UUID

from bot.commands.base import CommandError, print_table
from bot.commands.database import open_database
from bot.commands.names import fold
from bot.settings import Settings
from models.memory.contact_link import CannotLink, ContactLinks, LinkedContact
from models.person import People
from models.session import session_scope

_WHY = {
    "stated": "she gave that address or number as her own",
    "same_name": "she gave that name as her own",
}


def add_link_arguments(actions: Any) -> None:
    """`actions` are the subparsers of `people`."""

    def add(name: str, summary: str) -> ArgumentParser:
        parser: ArgumentParser = actions.add_parser(
            name, help=summary, description=summary[0].upper() + summary[1:] + "."
        )
        return parser

    add("contacts", "list whoever wrote, and which addresses are one person")
    add("proposals", "list addresses that may be one person")
    link = add("link", "say that an address is hers: what she told by it is remembered everywhere")
    link.add_argument("address", help="as `people contacts` shows it")
    link.add_argument("person", help="the name of a person, or another address of hers")
    unlink = add("unlink", "take a link back")
    unlink.add_argument("address", help="as `people contacts` shows it")
    decline = add("decline", "say that a proposal is wrong: it is not made again")
    decline.add_argument("id", help="as `people proposals` shows it")


def run_links(arguments: Namespace, settings: Settings) -> None:
    run = {"contacts": _contacts, "proposals": _proposals, "link": _link, "unlink": _unlink, "decline": _decline}
    action: Callable[[Namespace, ContactLinks, People], None] = run[arguments.action]
    with open_database(settings, arguments.tenant) as database, session_scope(database.engine) as connection:
        try:
            action(arguments, ContactLinks(connection, database.tenant_id), People(connection, database.tenant_id))
        except CannotLink as error:
            raise CommandError(f"nothing was changed: {error}") from None


def _contacts(arguments: Namespace, links: ContactLinks, people: People) -> None:
    found = links.all()
    if not found:
        print("Nobody has told anything yet.")
        return
    counts = {one.holder_id: sum(other.holder_id == one.holder_id for other in found) for one in found}
    rows = [
        (one.address, one.channel, one.person or "-", "with others" if counts[one.holder_id] > 1 else "alone")
        for one in found
    ]
    print_table(("address", "channel", "person", "is one person"), rows)


def _proposals(arguments: Namespace, links: ContactLinks, people: People) -> None:
    found = links.proposals()
    if not found:
        print("Nothing is proposed.")
        return
    rows = [(str(one.id), one.address, one.holder or "-", _WHY.get(one.how, one.how)) for one in found]
    print_table(("id", "address", "may be", "because"), rows)
    print("To agree: python -m bot people link ADDRESS NAME; to turn it down: python -m bot people decline ID")


def _link(arguments: Namespace, links: ContactLinks, people: People) -> None:
    known = links.all()
    contact = _pick(known, arguments.address)
    named = [person for person in people.all() if fold(person.name) == fold(arguments.person)]
    if len(named) > 1:
        raise CommandError(f'{len(named)} people are called "{arguments.person}": give an address of hers')
    holder = named[0].id if named else _pick(known, arguments.person).holder_id
    moved = links.link(contact.id, holder, how="operator", by=getpass.getuser())
    print(f"Linked: {len(moved)} address(es) moved. `python -m bot people unlink` takes it back.")


def _unlink(arguments: Namespace, links: ContactLinks, people: People) -> None:
    contact = _pick(links.all(), arguments.address)
    links.unlink(contact.id, by=getpass.getuser())
    print(f"{contact.address} stands as it did before; what was told by it went along.")


def _decline(arguments: Namespace, links: ContactLinks, people: People) -> None:
    try:
        declined = links.decline(UUID(arguments.id), by=getpass.getuser())
    except ValueError:
        declined = False
    if not declined:
        raise CommandError("there is no such proposal: `python -m bot people proposals` shows them")
    print("Declined. It is not proposed again.")


def _pick(known: list[LinkedContact], address: str) -> LinkedContact:
    found = [one for one in known if one.address.casefold() == address.strip().casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"{address} is known on several accounts, and they are one person already")
    raise CommandError(f"nobody has told anything by {address}: `python -m bot people contacts` shows who has")
