"""Turns that memory has taken in: each settled turn once, with the number under which its words are found again.

What is not taken in yet has `turn.remembered_at` null, and a partial index of its own: finding the next is cheap
however long the past is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    Row,
    Select,
    UniqueConstraint,
    case,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from models.columns import fixed, key, reference, table_of
from models.conversation import asker, conversations
from models.fence import FENCED
from models.memory.contact import contacts
from models.memory.heard import HEARD, is_spoken, join_words
from models.message import messages
from models.privacy.opt_out import OPTED_OUT
from models.turn import turns

_SIDE_BY_SIDE = 32  # more processes than that have nothing to do at once
# Who takes a conversation into memory, or out of it, has it alone until the commit, and holds up nobody who talks.
MEMORY_LOCK: Final = "pg_try_advisory_xact_lock(hashtextextended(CAST(id AS text), 1835363695))"
_UNSAID = frozenset({"rejected", FENCED, "notice", "confirmed", OPTED_OUT, ""})  # what nobody read, or nobody said


class RememberedTurn(SQLModel, table=True):
    """A turn in the search space of the contact who asked it."""

    __tablename__ = "remembered_turn"
    __table_args__ = (
        UniqueConstraint("turn_id"),
        Index("remembered_on", "contact_id", "said_on"),
        ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["turn_id"], ["turn.id"], ondelete="CASCADE"),
    )

    contact_id: UUID = Field(sa_column=key())
    number: int = Field(sa_column=Column(Integer, primary_key=True))  # in the search space
    turn_id: UUID = Field(sa_column=reference())
    said_on: date = Field(sa_column=Column(Date, nullable=False))  # by the company's clock


remembered_turns = table_of(RememberedTurn)


@dataclass(frozen=True, slots=True)
class SettledTurn:
    """A turn as memory takes it in; `senders` are whoever wrote in it, `is_spoken` says that what was asked came, or
    some of it, in a voice note."""

    id: UUID
    number: int
    outcome: str
    taint: str
    asked: str
    asked_at: datetime
    replied: str
    senders: tuple[str, ...]
    is_verified: bool
    is_spoken: bool = False

    @property
    def is_said(self) -> bool:
        return self.outcome not in _UNSAID and bool(self.asked or self.replied) and bool(self.senders)

    @property
    def is_of_one(self) -> bool:
        """Whether one person alone wrote in it, whom the channel vouches for."""
        return self.is_said and self.is_verified and len(self.senders) == 1

    def is_of_alone(self, sender: str) -> bool:
        return self.is_of_one and self.senders[0] == sender


_IS_DUE = turns.c.remembered_at.is_(None) & (turns.c.status == fixed("settled"))


def claim_conversation(connection: Connection) -> UUID | None:
    """One with turns that memory has not taken in, for nobody else until the commit; None where all that there are have
    somebody."""
    t = turns.c
    waiting = (
        select(t.conversation_id.label("id")).where(_IS_DUE).distinct().order_by(t.conversation_id).limit(_SIDE_BY_SIDE)
    )
    each = waiting.subquery().c.id
    return connection.execute(select(each).where(text(MEMORY_LOCK)).limit(1)).scalar_one_or_none()


def keep_from_memory(connection: Connection, conversation_ids: Sequence[UUID]) -> None:
    """Nothing of these conversations is taken in until the commit; what is being taken in is waited for."""
    waiting = MEMORY_LOCK.replace("pg_try_", "pg_").replace("CAST(id AS text)", "CAST(CAST(:id AS uuid) AS text)")
    for conversation_id in sorted(conversation_ids):
        connection.execute(text(f"SELECT {waiting}"), {"id": conversation_id})


def claim_turns(connection: Connection, conversation_id: UUID, limit: int) -> tuple[list[UUID], list[SettledTurn]]:
    """The next of them, oldest first, locked until the commit: whoever comes meanwhile waits, and finds them done. Of a
    turn without messages there is the id alone."""
    t = turns.c
    due = select(t.id).where(t.conversation_id == conversation_id, _IS_DUE).order_by(t.number).limit(limit)
    ids = list(connection.execute(due.with_for_update()).scalars())
    return ids, read_turns(connection, ids)


def read_turns(connection: Connection, turn_ids: Sequence[UUID]) -> list[SettledTurn]:
    """With all that was said in them, in the order of their conversations."""
    rows = connection.execute(_READ.where(turns.c.id.in_(turn_ids))) if turn_ids else ()
    return [_as_turn(list(lines)) for _, lines in groupby(rows, key=lambda row: row.id)]


_READ = (
    select(turns.c.id, turns.c.number, turns.c.outcome, turns.c.taint)
    .add_columns(messages.c.direction, messages.c.text, asker.label("sender"), messages.c.is_verified)
    .add_columns(messages.c.received_at, HEARD)
    .join(messages, messages.c.turn_id == turns.c.id)
    .join(conversations, conversations.c.id == turns.c.conversation_id)
    .order_by(turns.c.conversation_id, turns.c.number, case((messages.c.direction == "in", 0), else_=1), messages.c.seq)
)


def _as_turn(lines: Sequence[Row[Any]]) -> SettledTurn:
    asked = [line for line in lines if line.direction == "in"]
    replied = [line.text for line in lines if line.direction == "out"]
    first = lines[0]
    return SettledTurn(
        first.id,
        first.number,
        first.outcome,
        first.taint,
        join_words(asked),
        (asked or lines)[0].received_at,
        replied[-1] if replied else "",
        tuple(dict.fromkeys(line.sender for line in asked if line.sender)),
        all(line.is_verified for line in asked),
        is_spoken(asked),
    )


def turns_between(
    connection: Connection, conversation_id: UUID, *, after: int, up_to: int, limit: int
) -> list[SettledTurn]:
    """The next settled turns after the one number and up to the other, oldest first."""
    wanted = _settled_between(conversation_id, after, up_to).order_by(turns.c.number).limit(limit)
    return read_turns(connection, list(connection.execute(wanted).scalars()))


def last_turns(
    connection: Connection, conversation_id: UUID, *, after: int, up_to: int, limit: int
) -> list[SettledTurn]:
    """The last of them, oldest first."""
    wanted = _settled_between(conversation_id, after, up_to).order_by(turns.c.number.desc()).limit(limit)
    return read_turns(connection, list(connection.execute(wanted).scalars()))


def _settled_between(conversation_id: UUID, after: int, up_to: int) -> Select[Any]:
    t = turns.c
    wanted = select(t.id).where(t.conversation_id == conversation_id, t.number > after, t.number <= up_to)
    return wanted.where(t.status == "settled")


def mark_remembered(connection: Connection, turn_ids: Sequence[UUID]) -> None:
    """They are not looked at again."""
    connection.execute(update(turns).where(turns.c.id.in_(turn_ids)).values(remembered_at=func.now()))


def note_numbers(connection: Connection, contact_id: UUID, found: Sequence[tuple[int, UUID, date]]) -> None:
    """Under which numbers turns are found in the contact's search space."""
    rows = [
        {"contact_id": contact_id, "number": number, "turn_id": turn_id, "said_on": said_on}
        for number, turn_id, said_on in found
    ]
    if rows:
        connection.execute(insert(remembered_turns), rows)


def numbered_turns(connection: Connection, contact_id: UUID) -> list[tuple[int, UUID]]:
    """All of the contact's that were taken in: the number and the turn, in order."""
    r = remembered_turns.c
    wanted = select(r.number, r.turn_id).where(r.contact_id == contact_id).order_by(r.number)
    return [(row.number, row.turn_id) for row in connection.execute(wanted)]


@dataclass(frozen=True, slots=True)
class FoundTurn:
    """A turn as it stands in the search space of a contact."""

    contact_id: UUID
    number: int
    turn: SettledTurn


def find_remembered(connection: Connection, turn_ids: Sequence[UUID]) -> list[FoundTurn]:
    """Those of them that are found by search, by contact - in the order in which their spaces are locked - and
    number."""
    r, c = remembered_turns.c, contacts.c
    wanted = select(r.contact_id, r.number, r.turn_id).join(contacts, c.id == r.contact_id)
    rows = connection.execute(wanted.where(r.turn_id.in_(turn_ids)).order_by(c.address, c.id, r.number)).all()
    read = {turn.id: turn for turn in read_turns(connection, [row.turn_id for row in rows])}
    return [FoundTurn(row.contact_id, row.number, read[row.turn_id]) for row in rows if row.turn_id in read]


def forget_numbers(connection: Connection, turn_ids: Sequence[UUID]) -> None:
    """They are found no more, and not taken in again."""
    connection.execute(delete(remembered_turns).where(remembered_turns.c.turn_id.in_(turn_ids)))
    unmarked = update(turns).where(turns.c.id.in_(turn_ids), turns.c.remembered_at.is_(None))
    connection.execute(unmarked.values(remembered_at=func.now()))
