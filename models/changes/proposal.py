"""Changes that were put before a person: shown, decided on by her own words, made once, and taken back if she wishes.

Everything here happens under the lease of the conversation in which the change was asked for, so nobody decides twice.
"""

import hashlib
import json as plain_json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Connection,
    ForeignKeyConstraint,
    Index,
    Select,
    UniqueConstraint,
    case,
    exists,
    func,
    select,
    update,
)
from sqlalchemy import literal as constant
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.audit import note
from models.columns import json, key, moment, reference, string, table_of
from models.conversation import conversations
from models.ids import new_id
from models.lease import Lease, check_lease
from models.message import messages
from models.outbox import outbox
from models.turn import turns

Status = Literal["open", "rejected", "expired", "confirmed", "applied", "failed", "unknown", "undoing", "undone"]
_STATUSES = ("open", "rejected", "expired", "confirmed", "applied", "failed", "unknown", "undoing", "undone")


class ProposalRow(SQLModel, table=True):
    """open (she is asked) -> confirmed (she said yes; it is being made) -> applied | failed | unknown -> undone; or
    rejected, or expired: her yes came too late, and she was asked anew."""

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("turn_id", "call_key", name="proposal_asked_once"),
        CheckConstraint(f"status IN {_STATUSES!r}", name="proposal_status_known"),
        Index("proposal_of_conversation", "conversation_id", "created_at"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    conversation_id: UUID = Field(sa_column=reference())
    turn_id: UUID = Field(sa_column=reference())  # in which it was asked for
    call_key: str = Field(sa_column=string())  # names the tool call, the same whenever that is repeated
    address: str = Field(sa_column=string())  # whose yes it takes, as the channel verified it
    person: str = Field(sa_column=string())
    tool: str = Field(sa_column=string())
    arguments: dict[str, Any] = Field(sa_column=json(nullable=False))
    words: str = Field(sa_column=string())  # exactly what she was shown
    language: str = Field(sa_column=string())
    definition: str = Field(sa_column=string())  # of the tool and the agent, as they were then
    digest: str = Field(sa_column=string())
    status: str = Field(sa_column=string(default="open"))
    decided_in: UUID | None = Field(default=None, sa_column=reference(nullable=True))  # the turn of her yes, no or undo
    result: dict[str, Any] | None = Field(default=None, sa_column=json())
    created_at: datetime = Field(sa_column=moment(nullable=False))
    expires_at: datetime = Field(sa_column=moment(nullable=False))  # given always
    applied_at: datetime | None = Field(default=None, sa_column=moment())


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose conversation, and in which turn of it."""

    tenant_id: UUID
    conversation_id: UUID
    turn_id: UUID
    address: str
    person: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """One change, as it was shown."""

    id: UUID
    tenant_id: UUID
    conversation_id: UUID
    turn_id: UUID
    address: str
    person: str
    tool: str
    arguments: Mapping[str, Any]
    words: str
    language: str
    definition: str
    digest: str
    status: Status
    decided_in: UUID | None
    result: Mapping[str, Any] | None
    created_at: datetime
    is_late: bool  # nobody waits for a yes any more

    @property
    def is_genuine(self) -> bool:
        """Whether it is, to the letter, what was shown to that address."""
        who = self.tenant_id, self.conversation_id, self.address
        return self.digest == digest_of(*who, self.tool, self.definition, self.arguments, self.words)


proposals = table_of(ProposalRow)
_p = proposals.c
_COLUMNS = (_p.id, _p.tenant_id, _p.conversation_id, _p.turn_id, _p.address, _p.person, _p.tool, _p.arguments, _p.words)
_IS_LATE = _p.expires_at <= func.now()
_FATE = (_p.language, _p.definition, _p.digest, _p.status, _p.decided_in, _p.result, _p.created_at, _IS_LATE)
_WHOLE: Select[Any] = select(*_COLUMNS, *_FATE)


def digest_of(
    tenant_id: UUID,
    conversation_id: UUID,
    address: str,
    tool: str,
    definition: str,
    arguments: Mapping[str, Any],
    words: str,
) -> str:
    """SHA-256 over who is asked what, and by which tool it would be done."""
    content = [str(tenant_id), str(conversation_id), address, tool, definition, arguments, words]
    return hashlib.sha256(plain_json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def add_proposal(
    connection: Connection,
    lease: Lease,
    asked: Asked,
    *,
    call_key: str,
    tool: str,
    definition: str,
    arguments: Mapping[str, Any],
    words: str,
    language: str,
    lives: timedelta,
) -> None:
    """Once for each call of the turn. Raises LeaseLost."""
    check_lease(connection, lease)
    whose = {"tenant_id": asked.tenant_id, "conversation_id": asked.conversation_id, "address": asked.address}
    what = {"tool": tool, "definition": definition, "arguments": dict(arguments), "words": words, "language": language}
    who = asked.tenant_id, asked.conversation_id, asked.address
    digest = digest_of(*who, tool, definition, arguments, words)
    values = {**whose, **what, "turn_id": asked.turn_id, "call_key": call_key, "person": asked.person, "digest": digest}
    statement = insert(proposals).values(id=new_id(), **values, expires_at=func.now() + constant(lives))
    added = connection.execute(statement.on_conflict_do_nothing().returning(_p.id)).scalar_one_or_none()
    if added is not None:
        note(connection, asked.tenant_id, added, "proposed", asked.address, asked.person, words)


def _read(connection: Connection, wanted: Select[Any]) -> list[Proposal]:
    return [Proposal(*row) for row in connection.execute(wanted)]


def find_of_turn(connection: Connection, turn_id: UUID) -> list[Proposal]:
    """What was asked for in it and is still open, in time or late, in the order of the asking."""
    wanted = _WHOLE.where(_p.turn_id == turn_id, _p.status == "open").order_by(_p.created_at, _p.id)
    return _read(connection, wanted)


def find_asked_just_before(
    connection: Connection, conversation_id: UUID, turn_id: UUID, number: int, address: str
) -> list[Proposal]:
    """What the turn right before that one put before this very person, open, in time or late. A turn that ended in an
    apology showed her nothing, nor did one whose reply did not arrive; and nobody agrees to what she was shown only
    after she wrote."""
    t, m = turns.c, messages.c
    wrote_at = select(func.min(m.received_at)).where(m.turn_id == turn_id, m.direction == "in").scalar_subquery()
    before = (
        select(case(((t.outcome == "answered") & (t.answered_at < wrote_at), t.id)))
        .where(t.conversation_id == conversation_id, t.number < number)
        .order_by(t.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    wanted = _WHOLE.where(_p.conversation_id == conversation_id, _p.turn_id == before, _p.address == address)
    wanted = wanted.where(_p.status == "open")
    o = outbox.c
    is_unseen = o.status.in_(["failed", "held", "rejected"]) | o.settled_at.is_(None) | (o.settled_at > wrote_at)
    wanted = wanted.where(~exists().where(o.turn_id == _p.turn_id, is_unseen))
    return _read(connection, wanted.order_by(_p.created_at, _p.id))


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose yes made a change, as the channel account verified it."""

    account_id: UUID
    address: str


def find_asker(connection: Connection, tenant_id: UUID, proposal_id: UUID) -> Asker | None:
    """Of a change that somebody agreed to."""
    agreed = (_p.id == proposal_id) & (_p.tenant_id == tenant_id) & _p.decided_in.is_not(None)
    wanted = select(conversations.c.account_id, _p.address).where(agreed, conversations.c.id == _p.conversation_id)
    row = connection.execute(wanted).one_or_none()
    return None if row is None else Asker(row.account_id, row.address)


def find_open(connection: Connection, tenant_id: UUID) -> list[Proposal]:
    """What waits for a yes still, and what nobody knows the fate of; oldest first."""
    waits = (_p.status == "open") & ~_IS_LATE
    unsettled = _p.status.in_(["confirmed", "undoing", "unknown"])
    wanted = _WHOLE.where(_p.tenant_id == tenant_id, waits | unsettled)
    return _read(connection, wanted.order_by(_p.created_at, _p.id))


def find_decided_in(connection: Connection, conversation_id: UUID, turn_id: UUID) -> list[Proposal]:
    """What this turn of the conversation has decided on already: a killed one goes on with it."""
    wanted = _WHOLE.where(_p.conversation_id == conversation_id, _p.decided_in == turn_id).order_by(
        _p.created_at, _p.id
    )
    return _read(connection, wanted)


def find_undoable(connection: Connection, conversation_id: UUID, address: str, window: timedelta) -> list[Proposal]:
    """What this person's last yes had made, if that was within the window."""
    mine = (_p.conversation_id == conversation_id) & (_p.address == address)
    fresh = mine & (_p.status == "applied") & (_p.applied_at > func.now() - constant(window))
    last = select(_p.decided_in).where(fresh).order_by(_p.applied_at.desc()).limit(1).scalar_subquery()
    wanted = _WHOLE.where(fresh, _p.decided_in == last).order_by(_p.created_at.desc(), _p.id.desc())
    return _read(connection, wanted)


def decide(
    connection: Connection, lease: Lease, decided: Sequence[Proposal], status: Status, turn_id: UUID
) -> list[Proposal]:
    """Note her words; returns those for which nobody had done so. Raises LeaseLost."""
    check_lease(connection, lease)
    fresh = []
    for proposal in decided:
        statement = update(proposals).where(_p.id == proposal.id, _p.status == proposal.status)
        done = statement.values(status=status, decided_in=turn_id).returning(_p.id)
        if connection.execute(done).first() is not None:
            fresh.append(proposal)
            note(connection, proposal.tenant_id, proposal.id, status, proposal.address, proposal.person, proposal.words)
    return fresh


def record_outcome(
    connection: Connection, lease: Lease, proposal: Proposal, status: Status, result: Mapping[str, Any]
) -> None:
    """What became of it at the target. Safe to repeat. Raises LeaseLost."""
    check_lease(connection, lease)
    values: dict[str, Any] = {"status": status, "result": dict(result)}
    if status == "applied":
        values["applied_at"] = func.coalesce(_p.applied_at, func.now())  # an undo that failed begins no new window
    changed = update(proposals).where(_p.id == proposal.id, _p.status != status).values(**values).returning(_p.id)
    if connection.execute(changed).first() is not None:
        who = proposal.address, proposal.person, proposal.words
        note(connection, proposal.tenant_id, proposal.id, status, *who, detail=result)
