"""The turn's steps as rows: opened before an LLM call, closed after it, and read back when a killed turn resumes."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models.ids import new_id
from models.lease import Lease, check_lease
from models.run import completions, tool_calls


@dataclass(frozen=True, slots=True)
class JournalKey:
    """Whose steps: one execution of one turn."""

    tenant_id: UUID
    turn_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class StoredToolCall:
    ok: bool
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]


def find_answers(connection: Connection, turn_id: UUID) -> dict[int, dict[str, Any]]:
    """Finished LLM calls of the turn by step, as they were stored."""
    c = completions.c
    done = select(c.step, c.answer).where(c.turn_id == turn_id, c.status == "done", c.step >= 0)
    rows = connection.execute(done)
    return {row.step: row.answer for row in rows}


def find_tool_calls(connection: Connection, turn_id: UUID) -> dict[tuple[int, int], StoredToolCall]:
    """Finished tool calls of the turn by (step, number)."""
    t = tool_calls.c
    rows = connection.execute(select(t.step, t.number, t.ok, t.arguments, t.result).where(t.turn_id == turn_id))
    return {(row.step, row.number): StoredToolCall(row.ok, row.arguments, row.result) for row in rows}


def open_completion(
    connection: Connection, lease: Lease, key: JournalKey, step: int, *, provider: str, llm: str, tokens_in: int
) -> None:
    """Before the call; `tokens_in` is our reckoning, which stays if the worker dies in the middle."""
    check_lease(connection, lease)
    connection.execute(
        insert(completions).values(
            id=new_id(),
            tenant_id=key.tenant_id,
            turn_id=key.turn_id,
            step=step,
            attempt=key.attempt,
            provider=provider,
            llm_requested=llm,
            tokens_in=tokens_in,
        )
    )


def close_completion(
    connection: Connection, lease: Lease, key: JournalKey, step: int, values: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Store the outcome. Returns the answer that stands if another execution had stored one before, else None."""
    check_lease(connection, lease)
    c = completions.c
    standing: dict[str, Any] | None = connection.execute(
        select(c.answer).where(c.turn_id == key.turn_id, c.step == step, c.status == "done")
    ).scalar_one_or_none()
    if standing is not None and values.get("status") == "done":
        values = {**values, "status": "failed", "error_kind": "superseded", "answer": None}
    connection.execute(
        update(completions).where(c.turn_id == key.turn_id, c.step == step, c.attempt == key.attempt).values(**values)
    )
    return standing


def record_listening(
    connection: Connection,
    lease: Lease,
    key: JournalKey,
    *,
    provider: str,
    llm: str,
    cost: Decimal | None,
    time_ms: int,
) -> None:
    """A voice note that was transcribed for the turn, beside its LLM calls; such rows count down from step -1."""
    check_lease(connection, lease)
    c = completions.c
    lowest = select(func.least(func.min(c.step), 0)).where(c.turn_id == key.turn_id).scalar_subquery()
    connection.execute(
        insert(completions).values(
            id=new_id(),
            tenant_id=key.tenant_id,
            turn_id=key.turn_id,
            step=func.coalesce(lowest, 0) - 1,
            attempt=key.attempt,
            status="done",
            provider=provider,
            llm_requested=llm,
            llm_served=llm,
            cost=cost,
            cost_source="unknown" if cost is None else "price_table",
            tool_called="transcription",
            time_ms=time_ms,
        )
    )


def store_tool_call(
    connection: Connection,
    lease: Lease,
    key: JournalKey,
    place: tuple[int, int],
    *,
    call_id: str,
    name: str,
    stored: StoredToolCall,
    time_ms: int,
) -> StoredToolCall:
    """First writer wins: returns what stands."""
    check_lease(connection, lease)
    step, number = place
    statement = upsert(tool_calls).values(
        turn_id=key.turn_id,
        step=step,
        number=number,
        tenant_id=key.tenant_id,
        call_id=call_id,
        name=name,
        arguments=dict(stored.arguments),
        result=dict(stored.result),
        ok=stored.ok,
        time_ms=time_ms,
        created_at=func.now(),
    )
    inserted = connection.execute(statement.on_conflict_do_nothing().returning(tool_calls.c.step)).first()
    return stored if inserted else find_tool_calls(connection, key.turn_id)[place]
