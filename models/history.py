"""The conversation so far, read backwards in whole turns: what memory is made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Integer, Row, Select, bindparam, case, select

from models.columns import fixed
from models.fence import FENCED
from models.memory.heard import HEARD, is_spoken, join_words
from models.message import messages
from models.privacy.expiry import GONE
from models.turn import turns

_UNSAID = ("rejected", FENCED, GONE)  # a draft that nobody ever read; what met silence; what is no longer kept


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A settled exchange: the person's lines joined, and our reply. `taint` says how third-party words came into it,
    empty if they did not; `senders` are whoever is known to have written in it, the `asker` the one who was answered.
    `is_spoken`: what was asked, or some of it, is the transcript of a voice note."""

    number: int
    asked: str
    asked_at: datetime
    replied: str
    replied_at: datetime
    taint: str = ""
    senders: frozenset[str] = frozenset()
    is_spoken: bool = False
    asker: str = ""  # not known of what an earlier release stored


def _recent() -> Select[Any]:
    t, m = turns.c, messages.c
    wanted = (
        select(t.id, t.number, t.taint)
        .where(t.conversation_id == bindparam("conversation"))
        .where(t.number < bindparam("before_number"), t.number > bindparam("from_seq"))
        .where(t.answered_at.is_not(None), t.outcome.not_in([fixed(outcome) for outcome in _UNSAID]))
        .order_by(t.number.desc())
        .limit(bindparam("most", type_=Integer))
        .subquery()
    )
    return (
        select(wanted.c.number, m.direction, m.text, m.received_at, wanted.c.taint, m.sender, HEARD)
        .join(wanted, wanted.c.id == m.turn_id)
        .order_by(wanted.c.number.desc(), case((m.direction == "in", 0), else_=1), m.seq)
    )


_RECENT = _recent()


def recent_turns(
    connection: Connection, conversation_id: UUID, *, before_number: int, from_seq: int, limit: int
) -> list[PastTurn]:
    """The last `limit` answered turns before the one given, newest first, none from before a reset."""
    place = {"conversation": conversation_id, "before_number": before_number, "from_seq": from_seq}
    rows = connection.execute(_RECENT, {**place, "most": limit})
    grouped: dict[int, list[Row[Any]]] = {}
    for row in rows:
        grouped.setdefault(row.number, []).append(row)
    return [_past_turn(number, lines) for number, lines in grouped.items()]


def _past_turn(number: int, lines: list[Row[Any]]) -> PastTurn:
    asked = [line for line in lines if line.direction == "in"]
    replied = [line for line in lines if line.direction == "out"]
    return PastTurn(
        number=number,
        asked=join_words(asked),
        asked_at=asked[0].received_at,
        replied=replied[-1].text if replied else "",  # an apology before it is no memory once the turn was replayed
        replied_at=(replied or asked)[-1].received_at,
        taint=lines[0].taint,
        senders=frozenset(line.sender for line in asked if line.sender),
        is_spoken=is_spoken(asked),
        asker=asked[0].sender if asked else "",
    )


def find_reply_before(connection: Connection, conversation_id: UUID, number: int) -> tuple[UUID, str] | None:
    """The answered turn before the one of that number, and what was said in it."""
    t, m = turns.c, messages.c
    before = select(t.id).where(t.conversation_id == conversation_id, t.number < number, t.answered_at.is_not(None))
    turn_id = connection.execute(before.order_by(t.number.desc()).limit(1)).scalar_one_or_none()
    if turn_id is None:
        return None
    said = select(m.text).where(m.turn_id == turn_id, m.direction == "out").order_by(m.seq.desc()).limit(1)
    return turn_id, connection.execute(said).scalar_one_or_none() or ""
