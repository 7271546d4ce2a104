"""Changes whose fate nobody knows, and what somebody found who looked them up at the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Connection, func, null, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.expression import literal as constant

from models.audit import note
from models.changes.proposal import Status, proposals
from models.turn import turns

Found = Literal["applied", "absent"]  # how it stands at the target

_p = proposals.c
# The turn of her yes ended meanwhile: whoever was at it will not say any more what became of it.
_IS_ENDED = select(turns.c.id).where(turns.c.id == _p.decided_in, turns.c.status != "open").exists()
IS_UNSETTLED: Final = (_p.status == "unknown") | (_p.status.in_(["confirmed", "undoing"]) & _IS_ENDED)


@dataclass(frozen=True, slots=True)
class Settled:
    """A change whose fate is known now: `status` is what it came to, `was_undo` that taking it back was in doubt."""

    id: UUID
    conversation_id: UUID
    address: str
    person: str
    words: str
    language: str
    status: Status
    was_undo: bool


def find_unsettled_ids(connection: Connection, tenant_id: UUID, first: UUID, last: UUID) -> Sequence[UUID]:
    """Up to five in that range, both ends included: what a shortened id may mean."""
    wanted = select(_p.id).where(_p.tenant_id == tenant_id, _p.id.between(first, last), IS_UNSETTLED)
    return connection.execute(wanted.order_by(_p.id).limit(5)).scalars().all()


def count_unsettled(connection: Connection, conversation_id: UUID | None = None) -> int:
    """Of one conversation, or of all tenants."""
    wanted = select(func.count()).select_from(proposals).where(IS_UNSETTLED)
    if conversation_id is not None:
        wanted = wanted.where(_p.conversation_id == conversation_id)
    return int(connection.execute(wanted).scalar_one())


def settle(connection: Connection, tenant_id: UUID, proposal_id: UUID, found: Found, by: str) -> Settled | None:
    """Once, and on record; None where its fate is known already, or a worker may still tell of it.

    No "desfazer" takes it back from here: nobody knows when it was made, nor what the target would need to be told.
    """
    wanted = _p.id == proposal_id, _p.tenant_id == tenant_id, IS_UNSETTLED
    columns = (_p.conversation_id, _p.address, _p.person, _p.words, _p.language, _p.applied_at)
    row = connection.execute(select(*columns).where(*wanted).with_for_update()).one_or_none()
    if row is None:
        return None
    was_undo = row.applied_at is not None
    status: Status = "applied" if found == "applied" else "undone" if was_undo else "failed"
    told = {"settled_by": by}
    result = func.coalesce(_p.result, constant({}, JSONB)).concat(constant(told, JSONB))
    values = {"status": status, "result": result, "applied_at": null()}
    connection.execute(update(proposals).where(_p.id == proposal_id).values(**values))
    note(connection, tenant_id, proposal_id, status, row.address, row.person, row.words, detail=told)
    said = (row.conversation_id, row.address, row.person, row.words, row.language)
    return Settled(proposal_id, *said, status, was_undo)
