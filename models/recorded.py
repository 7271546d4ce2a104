"""What an answer rested on, read back from the record: its tool calls, and what its figures were traced to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, select

from models.message import messages
from models.outbox import outbox
from models.run import runs, tool_calls
from models.turn import turns


@dataclass(frozen=True, slots=True)
class RecordedCall:
    name: str
    arguments: dict[str, Any]
    result: dict[str, Any]
    ok: bool


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """`grounding` is the report that the run stored; `calls` in the order in which they were made. `taint` says how
    third-party words came into it, empty if they did not."""

    turn_id: UUID
    asked: str
    answered_at: datetime
    grounding: dict[str, Any]
    calls: tuple[RecordedCall, ...]
    taint: str = ""


def find_answer_before(
    connection: Connection, conversation_id: UUID, turn_id: UUID, *, number: int, from_seq: int
) -> RecordedAnswer | None:
    """The answer that the messages of `turn_id` quote, else the last one before it with a report; both of this
    conversation, and none from before a reset."""
    t = turns.c
    within = and_(t.conversation_id == conversation_id, t.number < number, t.number > from_seq)
    quoted = _find_quoted(connection, turn_id)
    if quoted is not None and (found := _find(connection, and_(within, t.id == quoted))) is not None:
        return found
    return _find(connection, within)


def find_answer_of(connection: Connection, tenant_id: UUID, message_id: UUID) -> RecordedAnswer | None:
    """By the id of any message of the turn; None where no answer with a report stands."""
    m, t = messages.c, turns.c
    turn_id = select(m.turn_id).where(m.id == message_id, m.tenant_id == tenant_id).scalar_subquery()
    return _find(connection, and_(t.tenant_id == tenant_id, t.id == turn_id))


def find_last_answer(connection: Connection, tenant_id: UUID, conversation_id: UUID) -> RecordedAnswer | None:
    """The last one of the conversation that stands with a report."""
    t = turns.c
    return _find(connection, and_(t.tenant_id == tenant_id, t.conversation_id == conversation_id))


def _find_quoted(connection: Connection, turn_id: UUID) -> UUID | None:
    m, o = messages.c, outbox.c
    asked = select(m.account_id, m.quotes).where(m.turn_id == turn_id, m.direction == "in", m.quotes != "")
    for account_id, quotes in connection.execute(asked.order_by(m.seq.desc())):
        said = select(m.turn_id).where(m.account_id == account_id, m.external_id == quotes)
        sent = select(o.turn_id).where(o.provider_id == quotes)
        found = connection.execute(said).scalar() or connection.execute(sent).scalar()
        if found is not None:
            return UUID(str(found))
    return None


def _find(connection: Connection, wanted: ColumnElement[bool]) -> RecordedAnswer | None:
    t, r = turns.c, runs.c
    statement = (
        select(t.id, t.answered_at, t.taint, r.grounding)
        .select_from(turns.join(runs, r.turn_id == t.id))
        .where(wanted, t.answered_at.is_not(None), t.outcome == "answered", r.grounding.is_not(None))
        .order_by(t.number.desc(), r.attempt.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    if row is None:
        return None
    m, c = messages.c, tool_calls.c
    asked = select(m.text).where(m.turn_id == row.id, m.direction == "in", m.text != "")
    lines = connection.execute(asked.order_by(m.seq)).scalars()
    calls = connection.execute(
        select(c.name, c.arguments, c.result, c.ok).where(c.turn_id == row.id).order_by(c.step, c.number)
    )
    return RecordedAnswer(
        row.id,
        "\n".join(lines),
        row.answered_at,
        row.grounding,
        tuple(RecordedCall(one.name, one.arguments or {}, one.result or {}, one.ok) for one in calls),
        row.taint,
    )
