"""The conversation so far, read backwards in whole turns: what memory is made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Integer, Select, bindparam, case, select

from models.columns import fixed
from models.fence import FENCED
from models.message import messages
from models.turn import turns

_UNSAID = ("rejected", FENCED)  # a draft that nobody ever read; what met silence


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A settled exchange: the person's lines joined, and our reply."""

    number: int
    asked: str
    asked_at: datetime
    replied: str
    replied_at: datetime


def _recent() -> Select[Any]:
    t, m = turns.c, messages.c
    wanted = (
        select(t.id, t.number)
        .where(t.conversation_id == bindparam("conversation"))
        .where(t.number < bindparam("before_number"), t.number > bindparam("from_seq"))
        .where(t.answered_at.is_not(None), t.outcome.not_in([fixed(outcome) for outcome in _UNSAID]))
        .order_by(t.number.desc())
        .limit(bindparam("most", type_=Integer))
        .subquery()
    )
    return (
        select(wanted.c.number, m.direction, m.text, m.received_at)
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
    grouped: dict[int, list[tuple[str, str, datetime]]] = {}
    for row in rows:
        grouped.setdefault(row.number, []).append((row.direction, row.text, row.received_at))
    return [_past_turn(number, lines) for number, lines in grouped.items()]


def _past_turn(number: int, lines: list[tuple[str, str, datetime]]) -> PastTurn:
    asked = [line for line in lines if line[0] == "in"]
    replied = [line for line in lines if line[0] == "out"]
    return PastTurn(
        number=number,
        asked="\n".join(text for _, text, _ in asked if text),
        asked_at=asked[0][2],
        replied=replied[-1][1] if replied else "",  # an apology before it is no memory once the turn was replayed
        replied_at=replied[-1][2] if replied else asked[-1][2],
    )
