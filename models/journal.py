"""The turn's steps as rows: opened before an LLM call, closed after it, and read back when a killed turn resumes."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Update, bindparam, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models.columns import given, newly
from models.ids import new_id
from models.lease import HELD, Lease, check_lease, find_under, write_under
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


_c, _t = completions.c, tool_calls.c
_OPENED = given(
    completions,
    *("id", "tenant_id", "turn_id", "step", "attempt", "number"),
    *("provider", "llm_requested", "tokens_in", "chain_step"),
)
_OPEN = insert(completions).from_select(list(_OPENED), select(*_OPENED.values()).select_from(HELD)).returning(_c.id)
_CALLED = given(
    tool_calls,
    *("turn_id", "step", "number", "tenant_id", "call_id", "name", "arguments", "result", "ok", "time_ms"),
)
_STORE_TOOL_CALL = (
    upsert(tool_calls)
    .from_select([*_CALLED, "created_at"], select(*_CALLED.values(), func.now()).select_from(HELD))
    .on_conflict_do_nothing()
    .returning(_t.step)
)
_STANDING = select(_c.answer).where(
    _c.turn_id == bindparam("this_turn"),
    _c.step == bindparam("this_step"),
    _c.status == "done",
    _c.attempt != bindparam("this_attempt"),
)


@cache
def _closing(*names: str) -> Update:
    """Of a call that was opened."""
    statement = update(completions).where(
        _c.turn_id == bindparam("this_turn"),
        _c.step == bindparam("this_step"),
        _c.attempt == bindparam("this_attempt"),
        _c.number == bindparam("this_number"),
        exists().select_from(HELD),
    )
    return statement.values(given(completions, *names)).returning(_c.id)


@cache
def _answering(*names: str) -> Update:
    """The same where no other execution's answer stands."""
    return _closing(*names).where(~exists(_STANDING.correlate(None)))


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
    connection: Connection,
    lease: Lease,
    key: JournalKey,
    step: int,
    *,
    provider: str,
    llm: str,
    tokens_in: int,
    number: int = 0,
    chain_step: str = "",
) -> None:
    """Before the call; `tokens_in` is our reckoning, which stays if the worker dies in the middle. `number` counts the
    tries of this execution at this step; `chain_step` names the step of a chain that asks."""
    values = {
        "id": new_id(),
        "tenant_id": key.tenant_id,
        "turn_id": key.turn_id,
        "step": step,
        "attempt": key.attempt,
        "number": number,
        "provider": provider,
        "llm_requested": llm,
        "tokens_in": tokens_in,
        "chain_step": chain_step,
    }
    write_under(connection, lease, _OPEN, newly(values))


def close_completion(
    connection: Connection, lease: Lease, key: JournalKey, step: int, values: Mapping[str, Any], number: int = 0
) -> dict[str, Any] | None:
    """Store the outcome. Returns the answer that stands if another execution had stored one before, else None."""
    place = {"this_turn": key.turn_id, "this_step": step, "this_attempt": key.attempt, "this_number": number}
    closing = _answering(*values) if values["status"] == "done" else _closing(*values)
    if find_under(connection, lease, closing, {**newly(values), **place}) is not None:
        return None
    check_lease(connection, lease)
    standing: dict[str, Any] = connection.execute(_STANDING, place).scalar_one()
    superseded = {**values, "status": "failed", "error_kind": "superseded", "answer": None}
    write_under(connection, lease, _closing(*superseded), {**newly(superseded), **place})
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
    step, number = place
    values = {
        "turn_id": key.turn_id,
        "step": step,
        "number": number,
        "tenant_id": key.tenant_id,
        "call_id": call_id,
        "name": name,
        "arguments": dict(stored.arguments),
        "result": dict(stored.result),
        "ok": stored.ok,
        "time_ms": time_ms,
    }
    if find_under(connection, lease, _STORE_TOOL_CALL, newly(values)) is not None:
        return stored
    check_lease(connection, lease)
    return find_tool_calls(connection, key.turn_id)[place]
