"""Turns that ended badly, begun again at a person's word: the same turn, whose finished steps stand in the journal, so
that nothing is paid or done a second time. What was said before stays on record, and the new answer follows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select, update

from models.agents.version import active_agents
from models.columns import table_of
from models.conversation import asker, asker_name, conversations
from models.errors import RecadoError
from models.faultpoint import faultpoint
from models.message import messages
from models.outbox import SETTLED, outbox
from models.privacy.expiry import GONE
from models.tenant import ChannelAccount
from models.turn import ENDED_BADLY, turns

Effect = Literal["reopened", "hastened", "admitted"]

_accounts = table_of(ChannelAccount)
_SERVING = (
    select(active_agents.c.version_id)
    .join(_accounts, (_accounts.c.tenant_id == active_agents.c.tenant_id) & (_accounts.c.agent == active_agents.c.name))
    .join(conversations, conversations.c.account_id == _accounts.c.id)
    .where(conversations.c.id == turns.c.conversation_id)
    .scalar_subquery()
)


class NotReplayable(RecadoError):
    """Nothing was changed; the message says why, and what to do instead."""


@dataclass(frozen=True, slots=True)
class FailedTurn:
    """A turn that ended badly or is put off, as a list shows it. `outcome` is empty while it is put off."""

    id: UUID
    conversation_id: UUID
    channel: str
    account: str
    sender: str
    sender_name: str
    asked_at: datetime
    outcome: str
    crashes: int
    error: str
    replays: int
    text: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was done, in a conversation that is to be rung: a turn begun again, one made due at once, or a message
    that nobody was to answer let in."""

    conversation_id: UUID
    effect: Effect


def list_failed_turns(
    connection: Connection, tenant_id: UUID, *, within: timedelta, limit: int = 200
) -> list[FailedTurn]:
    """Oldest first, as they would be replayed; those put off, which need nobody yet, among them."""
    t, c, m = turns.c, conversations.c, messages.c
    put_off = and_(t.status == "open", t.first_failed_at.is_not(None))
    statement = (
        select(t.id, t.conversation_id, _accounts.c.channel, _accounts.c.name, asker, asker_name, m.received_at)
        .add_columns(t.outcome, t.crashes, t.error, t.replays, m.text)
        .join(conversations, c.id == t.conversation_id)
        .join(_accounts, _accounts.c.id == c.account_id)
        .join(messages, m.id == t.id)  # a turn bears the id of its first message
        .where(t.tenant_id == tenant_id, t.frozen_at > func.now() - literal(within), or_(_ended_badly(), put_off))
        .order_by(t.frozen_at, t.id)
        .limit(limit)
    )
    return [FailedTurn(*row) for row in connection.execute(statement)]


def find_message_ids(connection: Connection, tenant_id: UUID, first: UUID, last: UUID) -> Sequence[UUID]:
    """Up to five ids of inbound messages in that range, both ends included; a turn's id is that of its first."""
    m = messages.c
    statement = select(m.id).where(m.tenant_id == tenant_id, m.direction == "in", m.id.between(first, last))
    return connection.execute(statement.order_by(m.id).limit(5)).scalars().all()


def find_messages_named(connection: Connection, tenant_id: UUID, name: str) -> Sequence[UUID]:
    """Up to five inbound messages that bear the platform's id or the trace id `name`, one for each turn."""
    m, a = messages.c, _accounts.c
    accounts = select(a.id).where(a.tenant_id == tenant_id)
    named = or_(and_(m.account_id.in_(accounts), m.external_id == name), m.trace_id == name)
    statement = (
        select(func.coalesce(m.turn_id, m.id).label("key"))
        .where(m.tenant_id == tenant_id, m.direction == "in", named)
        .distinct()
    )
    return connection.execute(statement.order_by("key").limit(5)).scalars().all()


def replay_message(connection: Connection, tenant_id: UUID, message_id: UUID, *, force: bool = False) -> Replayed:
    """Have the message answered (again). Raises NotReplayable where that would say a thing twice or out of order.

    `force` lets in a message that was kept from being answered, such as a machine's. Safe to repeat.
    """
    message = _lock_message(connection, tenant_id, message_id)
    if message.held_by is not None:
        raise NotReplayable(
            f"{message.held_by} answers in this conversation: hand it back first with "
            f"`python -m bot inbox release {message.conversation_id}`"
        )
    if message.turn_id is None:
        return _begin_first(connection, message, force=force)
    turn = connection.execute(select(turns).where(turns.c.id == message.turn_id)).one()
    if turn.status == "open":
        return _hasten(connection, message, turn)
    if turn.status == "answered":
        raise NotReplayable(_explain_delivery(connection, turn))
    if not (turn.outcome in ENDED_BADLY and (turn.outcome != "confirmed" or turn.error)):
        raise NotReplayable(_explain_end(connection, turn))
    _reopen(connection, turn)
    faultpoint("replay.reopened")
    return _wake(connection, turn.conversation_id, "reopened")


def _ended_badly() -> ColumnElement[bool]:
    t = turns.c
    return and_(t.outcome.in_(ENDED_BADLY), or_(t.outcome != "confirmed", t.error != ""))


def _lock_message(connection: Connection, tenant_id: UUID, message_id: UUID) -> Any:
    """The conversation is locked before anything is looked at, in the order of every stage."""
    m, c = messages.c, conversations.c
    mine = (m.id == message_id) & (m.tenant_id == tenant_id) & (m.direction == "in")
    conversation_id = connection.execute(select(m.conversation_id).where(mine)).scalar_one_or_none()
    if conversation_id is None:
        raise NotReplayable(f"there is no message {message_id}")
    connection.execute(select(c.id).where(c.id == conversation_id).with_for_update(key_share=True))
    is_leased = and_(c.lease_owner.is_not(None), c.lease_until > func.now()).label("is_leased")
    columns = (m.id, m.turn_id, m.unanswerable, m.conversation_id, c.held_by, is_leased)
    return connection.execute(select(*columns).join(conversations, c.id == m.conversation_id).where(mine)).one()


def _begin_first(connection: Connection, message: Any, *, force: bool) -> Replayed:
    """It never became a turn: its turn has not come yet, or nobody was to answer it."""
    if not message.unanswerable:
        return _wake(connection, message.conversation_id, "hastened")
    if not force:
        raise NotReplayable(
            f"nobody was to answer this message ({message.unanswerable}), so it never had an answer that could fail: "
            "add --force to have it answered all the same"
        )
    connection.execute(update(messages).where(messages.c.id == message.id).values(unanswerable=""))
    return _wake(connection, message.conversation_id, "admitted")


def _hasten(connection: Connection, message: Any, turn: Any) -> Replayed:
    """Its waiting ends, and the patience with it begins anew."""
    if turn.running and message.is_leased:
        raise NotReplayable("it is being answered at this moment")
    _begin_anew(connection, turn.id, {})
    return _wake(connection, turn.conversation_id, "hastened")


def _reopen(connection: Connection, turn: Any) -> None:
    """A conversation works on one turn at a time. What was not delivered of the old reply never will be."""
    t, o = turns.c, outbox.c
    others = (t.conversation_id == turn.conversation_id) & (t.status != "settled")
    if connection.execute(select(t.id).where(others)).first() is not None:
        raise NotReplayable(
            "another answer is under way in this conversation, and must not be overtaken: try again when it is "
            "delivered, or decide on its draft (`python -m bot outbox list`)"
        )
    undelivered = update(outbox).where(o.turn_id == turn.id, o.status.in_(("failed", "held")))
    connection.execute(undelivered.values(status="rejected", error="replayed; before that: " + o.error))
    reopened = {"status": "open", "outcome": "", "error": "", "answered_at": None, "settled_at": None}
    _begin_anew(connection, turn.id, {**reopened, "replays": turn.replays + 1})


def _begin_anew(connection: Connection, turn_id: UUID, values: dict[str, object]) -> None:
    """By the agent that serves the account now: whoever asks for it may have mended that one."""
    fresh = {"crashes": 0, "running": 0, "first_failed_at": None, "next_try_at": None, "agent_version_id": _SERVING}
    connection.execute(update(turns).where(turns.c.id == turn_id).values(**fresh, **values))


def _explain_delivery(connection: Connection, turn: Any) -> str:
    o = outbox.c
    first = select(o.id, o.status).where(o.turn_id == turn.id, o.status.not_in(SETTLED)).order_by(o.number).limit(1)
    part = connection.execute(first).one_or_none()
    if part is not None and part.status == "draft":
        return f"its answer waits for approval: `python -m bot outbox approve {part.id}`"
    return "its answer is on its way: `python -m bot outbox list` shows how far it is"


def _explain_end(connection: Connection, turn: Any) -> str:
    if turn.outcome == GONE:
        return "what was said in it is no longer kept: `python -m bot retention show`"
    o = outbox.c
    lost = select(o.id, o.status).where(o.turn_id == turn.id, o.status.in_(("failed", "held"))).order_by(o.number)
    part = connection.execute(lost.limit(1)).one_or_none()
    if part is not None:
        anyway = " --anyway" if part.status == "held" else ""
        return (
            f"it was answered, but a part of the answer is {part.status}: nothing needs to be answered again, "
            f"`python -m bot outbox retry {part.id}{anyway}` sends that part"
        )
    if turn.outcome == "rejected":
        return (
            "a person rejected its answer, and a second try would say the same: answer in person with "
            f"`python -m bot inbox reply {turn.conversation_id} TEXT`"
        )
    return "it was answered by a person" if turn.outcome == "person" else "it was answered"


def _wake(connection: Connection, conversation_id: UUID, effect: Effect) -> Replayed:
    """Somebody came: nobody needs to be called for it any more, and is called anew if it fails again."""
    c = conversations.c
    changed = {"due_at": func.least(c.due_at, func.now()), "wanted_at": None}
    connection.execute(update(conversations).where(c.id == conversation_id).values(**changed))
    return Replayed(conversation_id, effect)
