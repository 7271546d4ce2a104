"""What became of a message: the stored answer with its run, as `/chat` shows it and waiters wait for it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, desc, select, text

from models.message import messages
from models.run import runs, tool_calls
from models.turn import turns

ANSWERED_CHANNEL = "recado_answered"  # PostgreSQL NOTIFY; the payload is the turn's id


@dataclass(frozen=True, slots=True)
class Answer:
    """A committed reply. `tools` are {name, arguments, result}; `cost` is USD, None when a price is unknown."""

    turn_id: UUID
    conversation_id: UUID
    trace_id: str
    response: str
    outcome: str
    llm: str
    engine: str
    tokens_in: int
    tokens_out: int
    cost: Decimal | None
    context_size: int
    memory: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    cached: bool
    asked_at: datetime
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """The message is stored and its answer still owed."""

    message_id: UUID
    conversation_id: UUID
    trace_id: str


def announce_answer(connection: Connection, turn_id: UUID) -> None:
    """Wake whoever waits for this turn, when the transaction commits."""
    connection.execute(text("SELECT pg_notify(:channel, :turn)"), {"channel": ANSWERED_CHANNEL, "turn": str(turn_id)})


def find_answer(connection: Connection, tenant_id: UUID, message_id: UUID) -> Answer | Waiting | None:
    """By the id of any inbound message of the turn, the turn's own id among them; None if the tenant has no such."""
    m, t = messages.c, turns.c
    row = connection.execute(
        select(m.conversation_id, m.trace_id, m.received_at, t.id, t.outcome, t.answered_at)
        .select_from(messages.outerjoin(turns, t.id == m.turn_id))
        .where(m.id == message_id, m.tenant_id == tenant_id, m.direction == "in")
    ).first()
    if row is None:
        return None
    if row.answered_at is None:
        return Waiting(message_id, row.conversation_id, row.trace_id)
    said = select(m.text).where(m.turn_id == row.id, m.direction == "out")
    reply = connection.execute(said.order_by(m.seq.desc()).limit(1)).scalar_one_or_none()  # a replayed turn has several
    run = connection.execute(
        select(runs).where(runs.c.turn_id == row.id).order_by(desc(runs.c.attempt)).limit(1)
    ).first()
    return Answer(
        turn_id=row.id,
        conversation_id=row.conversation_id,
        trace_id=row.trace_id,
        response=reply or "",
        outcome=row.outcome,
        llm=run.llm if run else "",
        engine=run.engine if run else "",
        tokens_in=run.tokens_in if run else 0,
        tokens_out=run.tokens_out if run else 0,
        cost=run.cost if run else Decimal(0),
        context_size=run.context_size if run else 0,
        memory=run.memory or [] if run else [],
        tools=_tools(connection, row.id),
        cached=run.cached if run else False,
        asked_at=row.received_at,
        answered_at=row.answered_at,
    )


def _tools(connection: Connection, turn_id: UUID) -> list[dict[str, Any]]:
    t = tool_calls.c
    statement = select(t.name, t.arguments, t.result).where(t.turn_id == turn_id).order_by(t.step, t.number)
    return [
        {"name": row.name, "arguments": row.arguments, "result": row.result} for row in connection.execute(statement)
    ]
