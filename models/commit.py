"""The commit of an answer: reply, run, turn and outbox, all of them or none, and only under the lease."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Text, Update, bindparam, exists, func, insert, literal, select, update

from models.answer import ANSWERED_CHANNEL
from models.columns import given, newly
from models.conversation import conversations
from models.ids import new_id
from models.lease import IS_HELD, Lease, write_under
from models.message import messages, reply_id
from models.outbox import next_number, outbox
from models.reply import RenderedPart
from models.run import runs
from models.turn import turns
from models.turns import BegunTurn, Thread

_REPLY = given(
    messages,
    *("id", "tenant_id", "conversation_id", "account_id", "external_id", "direction", "text", "turn_id", "trace_id"),
)


def commit_answer(
    connection: Connection,
    lease: Lease,
    thread: Thread,
    turn: BegunTurn,
    *,
    reply: str,
    parts: Sequence[RenderedPart],
    outcome: str,
    figures: Mapping[str, object],
    is_pulled: bool,
    is_draft: bool = False,
    error: str = "",
    taint: str = "",
) -> None:
    """In the caller's transaction; a pulled reply has no parts, settles the turn and wakes whoever waits for it.

    `figures` are columns of the run. Raises LeaseLost.
    """
    said = {
        "id": new_id(),
        "tenant_id": thread.account.tenant_id,
        "conversation_id": thread.conversation_id,
        "account_id": thread.account.id,
        "external_id": reply_id(turn.id, turn.replays),
        "direction": "out",
        "text": reply,
        "turn_id": turn.id,
        "trace_id": turn.trace_id,
    }
    ended = {
        "this_turn": turn.id,
        "this_run": turn.run_id,
        "turn_outcome": outcome,
        "turn_error": error,
        "turn_taint": taint,
        "forgotten": turn.number if outcome == "reset" else 0,
        "payload": str(turn.id),
    }
    write_under(connection, lease, _commit(*figures, is_pulled=is_pulled), {**newly({**said, **figures}), **ended})
    if parts:
        _insert_parts(connection, thread, turn, parts, "draft" if is_draft else "pending")


@cache
def _commit(*figures: str, is_pulled: bool) -> Update:
    """One statement: the conversation gives the reply its number, if the lease is held; the rest hangs on that."""
    c, t = conversations.c, turns.c
    forgotten = func.greatest(c.memory_from_seq, bindparam("forgotten", type_=BigInteger))  # a replay may be older
    place = (
        update(conversations)
        .where(IS_HELD)
        .values(next_seq=c.next_seq + 1, memory_from_seq=forgotten)
        .returning((c.next_seq - 1).label("seq"))
        .cte("place")
    )
    said = insert(messages).from_select([*_REPLY, "seq"], select(*_REPLY.values(), place.c.seq)).cte("said")
    is_placed = exists().select_from(place)
    ran = (
        update(runs)
        .where(runs.c.id == bindparam("this_run"), is_placed)
        .values(status="done", finished_at=func.now(), **given(runs, *figures))
        .cte("ran")
    )
    changed: dict[str, Any] = {"status": "answered", "answered_at": func.now(), "running": 0, "next_try_at": None}
    if is_pulled:
        changed |= {"status": "settled", "settled_at": func.now()}
    told = func.pg_notify(literal(ANSWERED_CHANNEL, Text), bindparam("payload", type_=Text)) if is_pulled else t.id
    return (
        update(turns)
        .where(t.id == bindparam("this_turn"), is_placed)
        .values(
            outcome=bindparam("turn_outcome"), error=bindparam("turn_error"), taint=bindparam("turn_taint"), **changed
        )
        .returning(told)
        .add_cte(said, ran)
    )


def _insert_parts(
    connection: Connection, thread: Thread, turn: BegunTurn, parts: Sequence[RenderedPart], status: str
) -> None:
    common = {
        "tenant_id": thread.account.tenant_id,
        "conversation_id": thread.conversation_id,
        "turn_id": turn.id,
        "to_address": thread.reply_to,
        "status": status,
    }
    first = next_number(connection, turn.id) if turn.replays else 0
    rows = [
        {**common, "id": new_id(), "number": number, "body": part.body, "extra": dict(part.extra) or None}
        for number, part in enumerate(parts, first)
    ]
    connection.execute(_INSERT_PARTS, rows)


_INSERT_PARTS = insert(outbox)
