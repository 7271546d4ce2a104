"""Which addresses are one person: proposed where something suggests it, linked where it is proven or an operator says
so, and undone again. What was linked keeps where it came from, so that every link can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Connection,
    ForeignKeyConstraint,
    Index,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of
from models.errors import RecadoError
from models.ids import new_id
from models.memory.contact import contacts
from models.person import Identity, Person
from models.tenant import ChannelAccount

How = Literal["stated", "same_name", "operator", "email_code"]
Status = Literal["proposed", "linked", "declined", "undone"]
_STATUSES = ("proposed", "linked", "declined", "undone")


class CannotLink(RecadoError):
    """Nothing was changed; the message says why."""


class ContactLink(SQLModel, table=True):
    """A contact and the holder that it may belong to, or was given to from `from_holder`."""

    __tablename__ = "contact_link"
    __table_args__ = (
        CheckConstraint(f"status IN {_STATUSES!r}", name="contact_link_status_known"),
        Index("contact_link_once", "contact_id", "holder_id", unique=True, postgresql_where="status <> 'undone'"),
        ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    contact_id: UUID = Field(sa_column=reference())
    holder_id: UUID = Field(sa_column=reference())
    from_holder: UUID = Field(sa_column=reference())
    status: str = Field(sa_column=string(default="proposed"))
    how: str = Field(sa_column=string())
    decided_by: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=moment(nullable=False))
    decided_at: datetime | None = Field(default=None, sa_column=moment())


links = table_of(ContactLink)
_people, _identities, _accounts = table_of(Person), table_of(Identity), table_of(ChannelAccount)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an operator decides on: an address, and whose it may be."""

    id: UUID
    contact_id: UUID
    holder_id: UUID
    channel: str
    address: str
    how: str
    holder: str  # the person's name, or her first address


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was made, by whom and when; `holder` is empty for whom the operator did not enter."""

    id: UUID
    channel: str
    address: str
    holder: str
    how: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class LinkedContact:
    """An address that wrote to us, and whose it is."""

    id: UUID
    channel: str
    account: str
    address: str
    holder_id: UUID
    person: str | None


class ContactLinks:
    """Those of one tenant."""

    def __init__(self, connection: Connection, tenant_id: UUID) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    def propose(self, contact_id: UUID, holder_id: UUID, how: How) -> bool:
        """False where they are one already, or were proposed or declined before. Safe to repeat."""
        own = self._connection.execute(self._contact(contact_id)).one().holder_id
        if own == holder_id:
            return False
        row = self._row(contact_id, holder_id, own, "proposed", how)
        statement = insert(links).values(**row).on_conflict_do_nothing().returning(links.c.id)
        return self._connection.execute(statement).first() is not None

    def proposals(self) -> list[Proposal]:
        """Oldest first, none that has come true meanwhile."""
        k, c, p = links.c, contacts.c, _people.c
        first = select(c.address).where(c.holder_id == k.holder_id).order_by(c.created_at, c.id).limit(1)
        statement = (
            select(k.id, c.id, k.holder_id, _accounts.c.channel, c.address, k.how)
            .add_columns(func.coalesce(p.name, first.correlate(links).scalar_subquery(), ""))
            .join(contacts, c.id == k.contact_id)
            .join(_accounts, _accounts.c.id == c.account_id)
            .outerjoin(_people, p.id == k.holder_id)
            .where(k.tenant_id == self._tenant_id, k.status == "proposed", c.holder_id != k.holder_id)
            .order_by(k.created_at, k.id)
        )
        return [Proposal(*row) for row in self._connection.execute(statement)]

    def all(self) -> list[LinkedContact]:
        """By person, then by address."""
        c, p = contacts.c, _people.c
        statement = (
            select(c.id, _accounts.c.channel, _accounts.c.name, c.address, c.holder_id, p.name)
            .join(_accounts, _accounts.c.id == c.account_id)
            .outerjoin(_people, p.id == c.holder_id)
            .where(c.tenant_id == self._tenant_id)
            .order_by(p.name, c.holder_id, _accounts.c.channel, c.address)
        )
        return [LinkedContact(*row) for row in self._connection.execute(statement)]

    def link(self, contact_id: UUID, holder_id: UUID, *, how: How, by: str) -> list[UUID]:
        """The contact, with all that are one person with it, belongs to the holder; whom the operator entered stays
        herself. Returns the contacts that moved. Raises CannotLink."""
        own = self._connection.execute(self._contact(contact_id).with_for_update()).one().holder_id
        winner, loser = (own, holder_id) if self._is_person(own) else (holder_id, own)
        if winner == loser:
            raise CannotLink("they are one person already")
        if self._is_person(loser):
            raise CannotLink("both were entered as people of their own: remove one of them first")
        c = contacts.c
        moving = update(contacts).where(c.tenant_id == self._tenant_id, c.holder_id == loser)
        moved = list(self._connection.execute(moving.values(holder_id=winner).returning(c.id)).scalars())
        for one in moved:
            self._note_linked(one, winner, loser, how, by)
        return moved

    def unlink(self, contact_id: UUID, *, by: str) -> UUID:
        """The contact goes back to where it was before it was linked, or stands for itself. Returns its holder. Raises
        CannotLink."""
        k, c = links.c, contacts.c
        own = self._connection.execute(self._contact(contact_id).with_for_update()).one().holder_id
        last = select(k.id, k.from_holder).where(k.contact_id == contact_id, k.holder_id == own, k.status == "linked")
        row = self._connection.execute(last.order_by(k.decided_at.desc()).limit(1)).first()
        before: UUID = contact_id if row is None else row.from_holder
        if before == own:
            raise CannotLink("it stands for itself already")
        if row is None and self._is_entered(contact_id, own):
            raise CannotLink("the operator entered it as hers: remove the address there (`python -m bot people`)")
        if row is not None:
            undone = update(links).where(k.id == row.id)
            self._connection.execute(undone.values(status="undone", decided_at=func.now(), decided_by=by))
        self._connection.execute(update(contacts).where(c.id == contact_id).values(holder_id=before))
        return before

    def agree(self, proposal_id: UUID, *, by: str) -> bool:
        """What was proposed is so. False if there is no such proposal, or no more. Raises CannotLink."""
        k = links.c
        asked = select(k.contact_id, k.holder_id).where(k.id == proposal_id, k.tenant_id == self._tenant_id)
        row = self._connection.execute(asked.where(k.status == "proposed").with_for_update()).first()
        if row is None:
            return False
        self.link(row.contact_id, row.holder_id, how="operator", by=by)
        # The link may be on record the other way round: whom the operator entered stays herself.
        settled = update(links).where(k.id == proposal_id, k.status == "proposed")
        said = {"status": "linked", "decided_at": func.now(), "decided_by": by}
        self._connection.execute(settled.values(**said))
        return True

    def linked(self, limit: int) -> list[Link]:
        """The latest first: those that still are as they were made, and can be taken back."""
        k, c, p = links.c, contacts.c, _people.c
        statement = (
            select(k.id, _accounts.c.channel, c.address, func.coalesce(p.name, ""), k.how, k.decided_by, k.decided_at)
            .join(contacts, (c.id == k.contact_id) & (c.holder_id == k.holder_id))
            .join(_accounts, _accounts.c.id == c.account_id)
            .outerjoin(_people, p.id == k.holder_id)
            .where(k.tenant_id == self._tenant_id, k.status == "linked")
            .order_by(k.decided_at.desc(), k.id.desc())
            .limit(limit)
        )
        return [Link(*row) for row in self._connection.execute(statement)]

    def undo(self, link_id: UUID, *, by: str) -> bool:
        """The address of that link stands as it did before. False if there is no such link, or no more. Raises
        CannotLink."""
        k, c = links.c, contacts.c
        made = select(k.contact_id).join(contacts, (c.id == k.contact_id) & (c.holder_id == k.holder_id))
        made = made.where(k.id == link_id, k.tenant_id == self._tenant_id, k.status == "linked")
        contact_id = self._connection.execute(made).scalar_one_or_none()
        if contact_id is None:
            return False
        self.unlink(contact_id, by=by)
        return True

    def decline(self, proposal_id: UUID, *, by: str) -> bool:
        """It is not proposed again. False if there is no such proposal."""
        k = links.c
        asked = update(links).where(k.id == proposal_id, k.tenant_id == self._tenant_id, k.status == "proposed")
        said = {"status": "declined", "decided_at": func.now(), "decided_by": by}
        return self._connection.execute(asked.values(**said)).rowcount == 1

    def _contact(self, contact_id: UUID) -> Any:
        return select(contacts.c.holder_id).where(contacts.c.id == contact_id, contacts.c.tenant_id == self._tenant_id)

    def _is_person(self, holder_id: UUID) -> bool:
        p = _people.c
        known = select(p.id).where(p.id == holder_id, p.tenant_id == self._tenant_id)
        return self._connection.execute(known).first() is not None

    def _is_entered(self, contact_id: UUID, person_id: UUID) -> bool:
        c, i = contacts.c, _identities.c
        joined = select(i.id).join(contacts, (c.account_id == i.account_id) & (c.address == i.address))
        return self._connection.execute(joined.where(c.id == contact_id, i.person_id == person_id)).first() is not None

    def _row(self, contact_id: UUID, holder_id: UUID, own: UUID, status: Status, how: How) -> dict[str, object]:
        ids = {"id": new_id(), "tenant_id": self._tenant_id, "contact_id": contact_id}
        return {**ids, "holder_id": holder_id, "from_holder": own, "status": status, "how": how}

    def _note_linked(self, contact_id: UUID, winner: UUID, loser: UUID, how: How, by: str) -> None:
        """A proposal that said so has come true."""
        said = {"status": "linked", "how": how, "decided_by": by, "decided_at": func.now(), "from_holder": loser}
        row = self._row(contact_id, winner, loser, "linked", how) | said
        statement = insert(links).values(**row)
        statement = statement.on_conflict_do_update(
            index_elements=["contact_id", "holder_id"], index_where=links.c.status != "undone", set_=said
        )
        self._connection.execute(statement)


def find_holders(connection: Connection, tenant_id: UUID, keys: Sequence[str], names: Sequence[str]) -> list[UUID]:
    """Whoever is proven by one of these keys, or bears one of these names in lower case: what a person says of herself
    may point at them, and proves nothing."""
    c, i, p = contacts.c, _identities.c, _people.c
    found = select(c.holder_id).where(c.tenant_id == tenant_id, c.verified_key.in_(keys), c.verified_key != "")
    mailed = [one.removeprefix("email:") for one in keys] + [f"whatsapp:{one.removeprefix('phone:')}" for one in keys]
    entered = select(i.person_id).join(_people, p.id == i.person_id)
    entered = entered.where(p.tenant_id == tenant_id, i.address.in_(mailed))
    called = select(p.id).where(p.tenant_id == tenant_id, func.lower(p.name).in_(names))
    return list(connection.execute(found.union(entered, called)).scalars())
