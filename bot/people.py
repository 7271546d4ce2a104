"""Writing down who may ask what: a person, her role, and the addresses that prove who she is."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from models.errors import RecadoError
from models.memory.contact import give_to_person
from models.person import People
from models.tenant import ensure_account


class AddressTaken(RecadoError):
    """The address already belongs to somebody; one address proves one person."""


@dataclass(frozen=True, slots=True)
class AddressOn:
    """A canonical address, and the channel account it is known on."""

    channel: str
    account: str
    address: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """`salesperson` and `customer` are spelled as the sales data spells them."""

    name: str
    role: str
    salesperson: str | None
    customer: str | None
    addresses: Sequence[AddressOn]


def register_person(connection: Connection, tenant_id: UUID, person: NewPerson) -> UUID:
    """Her id. Raises AddressTaken, AccountTaken: roll back then, and nothing was done."""
    people = People(connection, tenant_id)
    person_id = people.add(name=person.name, role=person.role, salesperson=person.salesperson, customer=person.customer)
    for entry in person.addresses:
        account = ensure_account(connection, tenant_id, channel=entry.channel, name=entry.account)
        if not people.add_identity(person_id, account.id, entry.address):
            owner = people.find_by_address(account.id, (entry.address,))
            name = owner.name if owner else "somebody else"
            raise AddressTaken(
                f"{entry.address} already belongs to {name}; nothing was written. Remove that person first, "
                "or leave the address out"
            )
        give_to_person(connection, account.id, entry.address, person_id)
    return person_id
