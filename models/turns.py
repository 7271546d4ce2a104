"""Turns through their life: frozen, begun, answered or put off, settled.

Every step happens under the lease: it checks it first, or the transaction has done so in `hold_thread`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    Integer,
    Row,
    ScalarSelect,
    Text,
    Update,
    bindparam,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.types import TypeEngine

from models.agents.version import active_agents
from models.columns import given, newly, table_of
from models.conversation import conversations
from models.ids import new_id
from models.lease import IS_HELD, Lease, check_lease, write_under
from models.message import messages
from models.privacy.opt_out import HAS_OPTED_OUT
from models.rest import Resting, read_resting, resting_among
from models.run import completions, runs
from models.tenant import AccountKey, ChannelAccount, Tenant
from models.turn import turns
from models.work import is_waiting

_accounts, _tenants = table_of(ChannelAccount), table_of(Tenant)


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a conversation takes place; `company` and its IANA `timezone` are those of the tenant."""

    conversation_id: UUID
    account: AccountKey
    sender: str
    aliases: tuple[str, ...]
    sender_name: str
    reply_to: str
    memory_from_seq: int
    company: str
    timezone: str
    agent_version_id: UUID | None = None  # that serves the account now; None: the agent that the environment describes
    is_undelivered: bool = False  # a receipt took back what the platform had taken, and nobody was told yet


@dataclass(frozen=True, slots=True)
class BegunTurn:
    """A turn in execution; `attempt` counts from 1, `crashes` are executions that died or met a bug, `replays` how
    often a person had it begun again.

    `failing_for` is the time since the first of its failures, by the database's clock; `rests` are the providers that
    failed lately, for whichever turn, by their neighbour's name; `asker` and `asker_name` are of whoever wrote its
    first message.
    """

    id: UUID
    number: int
    attempt: int
    crashes: int
    trace_id: str
    failing_for: timedelta | None
    run_id: UUID
    asker: str
    asker_name: str
    replays: int = 0
    has_opted_out: bool = False
    rests: Mapping[str, Resting] = field(default_factory=dict)


_c = conversations.c
_THREAD = (
    select(_c.tenant_id, _c.sender, _c.aliases, _c.sender_name, _c.reply_to, _c.memory_from_seq, _c.account_id)
    .add_columns(_accounts.c.channel, _accounts.c.name, _tenants.c.name.label("company"), _tenants.c.timezone)
    .add_columns(active_agents.c.version_id, _c.undelivered_at.is_not(None).label("is_undelivered"))
    .join(_accounts, _accounts.c.id == _c.account_id)
    .join(_tenants, _tenants.c.id == _c.tenant_id)
    .outerjoin(active_agents, (active_agents.c.tenant_id == _c.tenant_id) & (active_agents.c.name == _accounts.c.agent))
)
_GET_THREAD = _THREAD.where(_c.id == bindparam("conversation"))
_HOLD_THREAD = _THREAD.where(IS_HELD).with_for_update(key_share=True, of=conversations)


def get_thread(connection: Connection, conversation_id: UUID) -> Thread:
    return _read_thread(conversation_id, connection.execute(_GET_THREAD, {"conversation": conversation_id}).one())


def hold_thread(connection: Connection, lease: Lease) -> Thread:
    """`check_lease`, and what is known of the conversation beside it. Raises LeaseLost."""
    return _read_thread(lease.conversation_id, write_under(connection, lease, _HOLD_THREAD, {}))


def _read_thread(conversation_id: UUID, row: Row[Any]) -> Thread:
    account = AccountKey(row.account_id, row.tenant_id, row.channel, row.name)
    aliases = tuple(alias for alias in row.aliases.split("\n") if alias)
    return Thread(
        conversation_id=conversation_id,
        account=account,
        sender=row.sender,
        aliases=aliases,
        sender_name=row.sender_name,
        reply_to=row.reply_to,
        memory_from_seq=row.memory_from_seq,
        company=row.company,
        timezone=row.timezone,
        agent_version_id=row.version_id,
        is_undelivered=row.is_undelivered,
    )


_MOST_MESSAGES = 200  # of a turn; what waits beyond them is the next one's


def _freeze() -> Update:
    """The pending messages, the first of them as a turn, and the mark on each; returns the turn's id with every row."""
    t, m = turns.c, messages.c
    pending = (
        select(m.id, m.seq, m.tenant_id, m.trace_id)
        .where(is_waiting(bindparam("conversation", type_=m.conversation_id.type)))
        .order_by(m.seq)
        .limit(bindparam("most", type_=Integer))
        .cte("pending")
    )
    p = pending.c
    first = select(p.id, p.tenant_id, bindparam("conversation", type_=m.conversation_id.type), p.seq, p.trace_id)
    made = (
        insert(turns)
        .from_select(["id", "tenant_id", "conversation_id", "number", "trace_id"], first.order_by(p.seq).limit(1))
        .returning(t.id)
        .cte("made")
    )
    marked = update(messages).where(m.id == p.id).values(turn_id=select(made.c.id).scalar_subquery())
    return marked.returning(m.turn_id)


_FREEZE = _freeze()


def freeze_turn(connection: Connection, conversation_id: UUID, *, one_message: bool) -> UUID | None:
    """Make the pending messages (or only the first) a turn; it takes the first one's id. None if there are none."""
    values = {"conversation": conversation_id, "most": 1 if one_message else _MOST_MESSAGES}
    row = connection.execute(_FREEZE, values).first()
    return None if row is None else row.turn_id


def _first_message(column: Column[str]) -> ScalarSelect[str]:
    """Of the turn, which bears its id."""
    return select(column).where(messages.c.id == turns.c.id).scalar_subquery()


_NAMES: TypeEngine[Any] = ARRAY(Text)
_BEGIN = (
    update(turns)
    .where(turns.c.id == bindparam("this_turn"))
    .values(tries=turns.c.tries + 1, crashes=turns.c.crashes + turns.c.running, running=1)
    .values(agent_version_id=bindparam("agent_version", type_=turns.c.agent_version_id.type))
    .returning(turns.c.tenant_id, turns.c.number, turns.c.tries, turns.c.crashes, turns.c.trace_id, turns.c.replays)
    .returning((func.now() - turns.c.first_failed_at).label("failing_for"))
    .returning(*(_first_message(column).label(column.name) for column in (messages.c.sender, messages.c.sender_name)))
    .returning(HAS_OPTED_OUT.label("has_opted_out"))
    .returning(resting_among(bindparam("neighbours", type_=_NAMES)))
)
_OPEN_RUN = insert(runs).values(
    given(runs, "id", "tenant_id", "turn_id", "attempt", "agent_version_id", "provider", "engine")
)


def begin_turn(
    connection: Connection,
    turn_id: UUID,
    *,
    provider: str,
    engine: str,
    neighbours: Sequence[str] = (),
    agent_version_id: UUID | None = None,
) -> BegunTurn:
    """Count this execution, note the one before it as crashed if it never ended, and open its run. `neighbours` are
    the providers that it may ask."""
    values = {"this_turn": turn_id, "neighbours": list(neighbours), "agent_version": agent_version_id}
    row = connection.execute(_BEGIN, values).one()
    if row.tries > 1:
        close_executions(connection, turn_id, "the worker died")
    run_id = new_id()
    opened = {"id": run_id, "tenant_id": row.tenant_id, "turn_id": turn_id, "attempt": row.tries}
    chosen = {"agent_version_id": agent_version_id, "provider": provider, "engine": engine}
    connection.execute(_OPEN_RUN, newly({**opened, **chosen}))
    return BegunTurn(
        id=turn_id,
        number=row.number,
        attempt=row.tries,
        crashes=row.crashes,
        trace_id=row.trace_id,
        failing_for=row.failing_for,
        run_id=run_id,
        asker=row.sender,
        asker_name=row.sender_name,
        replays=row.replays,
        has_opted_out=row.has_opted_out,
        rests=read_resting(row.resting),
    )


def as_asked(thread: Thread, turn: BegunTurn) -> Thread:
    """The thread as whoever asked stands in it: several people may write in one, and another may have written since,
    whose role must not answer this question. Pure."""
    if turn.asker in {"", thread.sender}:  # empty: stored by an earlier release
        return thread
    return replace(thread, sender=turn.asker, sender_name=turn.asker_name, aliases=())


def close_executions(connection: Connection, turn_id: UUID, error: str) -> None:
    """Of a turn on which nobody works any more. A call that began and never ended may have been billed: what was
    reckoned before it stands as an estimate."""
    c, r = completions.c, runs.c
    connection.execute(
        update(completions).where(c.turn_id == turn_id, c.status == "started").values(status="estimated")
    )
    ended = {"status": "failed", "error": error, "finished_at": func.now()}
    connection.execute(update(runs).where(r.turn_id == turn_id, r.status == "started").values(**ended))


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


_SETTLE = (
    update(turns)
    .where(turns.c.id == bindparam("this_turn"))
    .values(status="settled", settled_at=func.now(), next_try_at=None)
)


def settle_turn(connection: Connection, turn_id: UUID) -> None:
    """Every part is sent or given up: the next turn may begin."""
    connection.execute(_SETTLE, {"this_turn": turn_id})
