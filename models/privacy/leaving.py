"""What becomes of memory when the operator removes a person: her addresses may be the next one's."""

from uuid import UUID

from sqlalchemy import Connection, String, cast, func, or_, select, update

from models.columns import table_of
from models.conversation import conversations
from models.memory.contact import contacts
from models.memory.contact_link import links
from models.person import Identity

_identities = table_of(Identity)


def take_from_person(connection: Connection, tenant_id: UUID, person_id: UUID) -> None:
    """Before she is removed. Of the addresses that the operator gave her, memory ends: whoever writes from one next is
    a contact of her own, and its conversation starts afresh. What was told stays on record under the address that was.
    An address that was only linked with her stands for itself again. Safe to repeat."""
    c, k, i, v = contacts.c, links.c, _identities.c, conversations.c
    hers = (c.tenant_id == tenant_id) & (c.holder_id == person_id)
    linked = select(k.contact_id).where(k.holder_id == person_id, k.status == "linked")
    entered = (
        select(i.id).where(i.person_id == person_id, i.account_id == c.account_id, i.address == c.address).exists()
    )
    given = hers & or_(entered, c.id.not_in(linked))
    known = select(c.account_id, c.address).where(given)
    entered_as = select(i.account_id, i.address).where(i.person_id == person_id)
    places = connection.execute(known.union(entered_as)).all()
    was = c.address + "#" + cast(c.id, String)
    ended = {"holder_id": c.id, "address": was, "verified_key": "", "unread_since": None}
    connection.execute(update(contacts).where(given).values(**ended))
    connection.execute(update(contacts).where(hers).values(holder_id=c.id))
    for account_id, address in places:
        afresh = update(conversations).where(v.account_id == account_id, v.sender == address)
        connection.execute(afresh.values(memory_from_seq=func.greatest(v.memory_from_seq, v.next_seq - 1)))
