"""Turns through their life: frozen, begun, answered or put off, settled. Every step checks the lease first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, func, insert, literal, select, update

from models.answer import announce_answer
from models.columns import table_of
from models.conversation import conversations
from models.ids import new_id
from models.lease import Lease, check_lease
from models.message import messages, reply_id
from models.outbox import next_number, outbox
from models.reply import RenderedPart
from models.run import completions, runs
from models.tenant import AccountKey, ChannelAccount
from models.turn import turns
from models.work import is_waiting

_accounts = table_of(ChannelAccount)


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a conversation takes place."""

    conversation_id: UUID
    account: AccountKey
    sender: str
    aliases: tuple[str, ...]
    sender_name: str
    reply_to: str
    memory_from_seq: int


@dataclass(frozen=True, slots=True)
class BegunTurn:
    """A turn in execution; `attempt` counts from 1, `crashes` are executions that died or met a bug, `replays` how
    often a person had it begun again.

    `failing_for` is the time since the first of its failures, by the database's clock.
    """

    id: UUID
    number: int
    attempt: int
    crashes: int
    trace_id: str
    failing_for: timedelta | None
    run_id: UUID
    replays: int = 0


def get_thread(connection: Connection, conversation_id: UUID) -> Thread:
    c = conversations.c
    row = connection.execute(
        select(c.tenant_id, c.sender, c.aliases, c.sender_name, c.reply_to, c.memory_from_seq, c.account_id)
        .add_columns(_accounts.c.channel, _accounts.c.name)
        .join(_accounts, _accounts.c.id == c.account_id)
        .where(c.id == conversation_id)
    ).one()
    account = AccountKey(row.account_id, row.tenant_id, row.channel, row.name)
    aliases = tuple(alias for alias in row.aliases.split("\n") if alias)
    return Thread(conversation_id, account, row.sender, aliases, row.sender_name, row.reply_to, row.memory_from_seq)


def get_trace_id(connection: Connection, turn_id: UUID) -> str:
    trace_id: str = connection.execute(select(turns.c.trace_id).where(turns.c.id == turn_id)).scalar_one()
    return trace_id


def freeze_turn(connection: Connection, lease: Lease, *, one_message: bool) -> UUID | None:
    """Make the pending messages (or only the first) a turn; it takes the first one's id. None if there are none."""
    check_lease(connection, lease)
    m = messages.c
    pending = select(m.id, m.seq, m.tenant_id, m.trace_id).where(is_waiting(lease.conversation_id))
    rows = connection.execute(pending.order_by(m.seq).limit(1 if one_message else 200)).all()
    if not rows:
        return None
    first = rows[0]
    connection.execute(
        insert(turns).values(
            id=first.id,
            tenant_id=first.tenant_id,
            conversation_id=lease.conversation_id,
            number=first.seq,
            trace_id=first.trace_id,
        )
    )
    connection.execute(update(messages).where(m.id.in_([row.id for row in rows])).values(turn_id=first.id))
    turn_id: UUID = first.id
    return turn_id


def begin_turn(connection: Connection, lease: Lease, turn_id: UUID, *, provider: str, engine: str) -> BegunTurn:
    """Count this execution, note the one before it as crashed if it never ended, and open its run."""
    check_lease(connection, lease)
    t = turns.c
    failing_for = (func.now() - t.first_failed_at).label("failing_for")
    row = connection.execute(
        update(turns)
        .where(t.id == turn_id)
        .values(tries=t.tries + 1, crashes=t.crashes + t.running, running=1)
        .returning(t.tenant_id, t.number, t.tries, t.crashes, t.trace_id, t.replays, failing_for)
    ).one()
    if row.tries > 1:
        close_executions(connection, turn_id, "the worker died")
    run_id = new_id()
    opened = {"id": run_id, "tenant_id": row.tenant_id, "turn_id": turn_id, "attempt": row.tries}
    connection.execute(insert(runs).values(**opened, provider=provider, engine=engine))
    return BegunTurn(
        id=turn_id,
        number=row.number,
        attempt=row.tries,
        crashes=row.crashes,
        trace_id=row.trace_id,
        failing_for=row.failing_for,
        run_id=run_id,
        replays=row.replays,
    )


def close_executions(connection: Connection, turn_id: UUID, error: str) -> None:
    """Of a turn on which nobody works any more. A call that began and never ended may have been billed: what was
    reckoned before it stands as an estimate."""
    c, r = completions.c, runs.c
    connection.execute(
        update(completions).where(c.turn_id == turn_id, c.status == "started").values(status="estimated")
    )
    ended = {"status": "failed", "error": error, "finished_at": func.now()}
    connection.execute(update(runs).where(r.turn_id == turn_id, r.status == "started").values(**ended))


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
) -> None:
    """Reply, run, turn and outbox in the caller's transaction; a pulled reply has no parts and settles the turn.

    `figures` are columns of the run.
    """
    check_lease(connection, lease)
    _insert_reply(connection, thread, turn, reply)
    if parts:
        _insert_parts(connection, thread, turn, parts, "draft" if is_draft else "pending")
    connection.execute(
        update(runs).where(runs.c.id == turn.run_id).values(status="done", finished_at=func.now(), **figures)
    )
    changed = {"status": "answered", "outcome": outcome, "answered_at": func.now(), "running": 0, "error": error}
    if is_pulled:
        changed |= {"status": "settled", "settled_at": func.now()}
        announce_answer(connection, turn.id)
    connection.execute(update(turns).where(turns.c.id == turn.id).values(**changed, next_try_at=None))
    if outcome == "reset":
        c = conversations.c
        connection.execute(
            update(conversations)
            .where(c.id == lease.conversation_id)
            .values(memory_from_seq=func.greatest(c.memory_from_seq, turn.number))  # a replayed one may be the older
        )


def _insert_reply(connection: Connection, thread: Thread, turn: BegunTurn, reply: str) -> None:
    c = conversations.c
    seq = connection.execute(
        update(conversations)
        .where(c.id == thread.conversation_id)
        .values(next_seq=c.next_seq + 1)
        .returning(c.next_seq - 1)
    ).scalar_one()
    connection.execute(
        insert(messages).values(
            id=new_id(),
            tenant_id=thread.account.tenant_id,
            conversation_id=thread.conversation_id,
            account_id=thread.account.id,
            external_id=reply_id(turn.id, turn.replays),
            seq=seq,
            direction="out",
            text=reply,
            turn_id=turn.id,
            trace_id=turn.trace_id,
        )
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
    connection.execute(insert(outbox), rows)


def close_turn(connection: Connection, lease: Lease, turn: BegunTurn, *, outcome: str, error: str = "") -> None:
    """Done, and nothing is to be said."""
    check_lease(connection, lease)
    done = {"status": "settled", "outcome": outcome, "running": 0, "error": error, "next_try_at": None}
    times = {"answered_at": func.now(), "settled_at": func.now()}
    connection.execute(update(turns).where(turns.c.id == turn.id).values(**done, **times))
    closed = {"status": "done", "error": error, "finished_at": func.now()}
    connection.execute(update(runs).where(runs.c.id == turn.run_id).values(**closed))


def put_off_turn(
    connection: Connection, lease: Lease, turn: BegunTurn, *, wait: timedelta, error: str, is_crash: bool = False
) -> None:
    """Try again after `wait`: the run failed in a way that may pass, or met a bug (`is_crash`). Safe to repeat."""
    check_lease(connection, lease)
    t = turns.c
    connection.execute(
        update(turns)
        .where(t.id == turn.id, t.status == "open")  # a commit may have arrived though its connection died
        .values(
            running=0,
            crashes=turn.crashes + is_crash,
            error=error,
            first_failed_at=func.coalesce(t.first_failed_at, func.now()),
            next_try_at=func.now() + literal(wait),
        )
    )
    connection.execute(
        update(runs)
        .where(runs.c.id == turn.run_id, runs.c.status == "started")
        .values(status="failed", error=error, finished_at=func.now())
    )


def settle_turn(connection: Connection, lease: Lease, turn_id: UUID) -> None:
    """Every part is sent or given up: the next turn may begin."""
    check_lease(connection, lease)
    connection.execute(
        update(turns).where(turns.c.id == turn_id).values(status="settled", settled_at=func.now(), next_try_at=None)
    )
