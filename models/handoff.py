"""People behind the bot: a conversation taken over, answered by a person, given back; drafts approved or rejected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, desc, func, insert, select, update

from models.columns import table_of
from models.conversation import conversations
from models.ids import new_id
from models.message import messages
from models.outbox import outbox
from models.reply import RenderedPart
from models.tenant import ChannelAccount
from models.trace import new_trace_id
from models.turn import turns
from models.work import is_waiting

_accounts = table_of(ChannelAccount)


@dataclass(frozen=True, slots=True)
class ListedConversation:
    """A conversation as a list shows it; `waiting` counts messages that no turn has yet."""

    id: UUID
    channel: str
    account: str
    sender: str
    sender_name: str
    held_by: str | None
    wanted_at: datetime | None
    last_text: str
    last_at: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Line:
    """Something said, as a person reads it; `outcome` is how the turn it belongs to ended."""

    at: datetime
    direction: str
    text: str
    outcome: str


def take_conversation(connection: Connection, tenant_id: UUID, conversation_id: UUID, person: str) -> bool:
    """From now on the bot is silent there. False if somebody else holds it, or it is not the tenant's."""
    c = conversations.c
    free = c.held_by.is_(None) | (c.held_by == person)
    statement = update(conversations).where(c.id == conversation_id, c.tenant_id == tenant_id, free)
    taken = statement.values(held_by=person, held_at=func.now(), wanted_at=None).returning(c.id)
    return connection.execute(taken).first() is not None


def release_conversation(connection: Connection, tenant_id: UUID, conversation_id: UUID) -> bool:
    """The bot answers again, what was left unanswered first. False if nobody held it."""
    c = conversations.c
    statement = update(conversations).where(c.id == conversation_id, c.tenant_id == tenant_id, c.held_by.is_not(None))
    released = statement.values(held_by=None, held_at=None, due_at=func.now()).returning(c.id)
    return connection.execute(released).first() is not None


def want_person(connection: Connection, conversation_id: UUID) -> bool:
    """Note that a person is needed; False if that was noted before and nobody came yet."""
    c = conversations.c
    statement = update(conversations).where(c.id == conversation_id, c.wanted_at.is_(None), c.held_by.is_(None))
    return connection.execute(statement.values(wanted_at=func.now()).returning(c.id)).first() is not None


def say_as_person(
    connection: Connection, conversation_id: UUID, text: str, parts: Sequence[RenderedPart], *, outcome: str = "person"
) -> UUID:
    """A turn whose answer a person (or a rule of ours) wrote; what waits is answered by it. Returns the turn's id.

    The caller has made sure that no turn is unsettled there: the unique index refuses a second one.
    """
    c, m = conversations.c, messages.c
    conversation = connection.execute(
        update(conversations)
        .where(c.id == conversation_id)
        .values(next_seq=c.next_seq + 1, due_at=func.least(c.due_at, func.now()))
        .returning(c.tenant_id, c.account_id, c.reply_to, c.next_seq)
    ).one()
    seq = conversation.next_seq - 1
    waiting = connection.execute(select(m.id).where(is_waiting(conversation_id)).order_by(m.seq)).scalars().all()
    turn_id = waiting[0] if waiting else new_id()
    trace_id = new_trace_id()
    common = {"tenant_id": conversation.tenant_id, "conversation_id": conversation_id}
    answered = {"status": "answered", "outcome": outcome, "answered_at": func.now(), "trace_id": trace_id}
    connection.execute(insert(turns).values(id=turn_id, number=seq, **common, **answered))
    if waiting:
        connection.execute(update(messages).where(m.id.in_(waiting)).values(turn_id=turn_id))
    said = {"external_id": f"reply:{turn_id}", "seq": seq, "direction": "out", "text": text, "turn_id": turn_id}
    account = {"account_id": conversation.account_id, "trace_id": trace_id}
    connection.execute(insert(messages).values(id=new_id(), **common, **said, **account))
    rows = [
        {
            **common,
            "id": new_id(),
            "turn_id": turn_id,
            "number": number,
            "to_address": conversation.reply_to,
            "body": part.body,
            "extra": dict(part.extra) or None,
        }
        for number, part in enumerate(parts)
    ]
    connection.execute(insert(outbox), rows)
    return turn_id


def has_unsettled_turn(connection: Connection, conversation_id: UUID) -> bool:
    statement = select(turns.c.id).where(turns.c.conversation_id == conversation_id, turns.c.status != "settled")
    return connection.execute(statement).first() is not None


def list_conversations(
    connection: Connection, tenant_id: UUID, *, only_wanted: bool = False, limit: int = 50
) -> list[ListedConversation]:
    """Those that a person is needed in first, then by the last word."""
    c, m = conversations.c, messages.c
    last = (
        select(m.text, m.received_at)
        .where(m.conversation_id == c.id)
        .order_by(m.seq.desc())
        .limit(1)
        .lateral("last_word")
    )
    waiting = (
        select(func.count())
        .select_from(messages)
        .where(m.conversation_id == c.id, m.direction == "in", m.turn_id.is_(None), m.unanswerable == "")
        .scalar_subquery()
    )
    statement = (
        select(c.id, _accounts.c.channel, _accounts.c.name, c.sender, c.sender_name, c.held_by, c.wanted_at)
        .add_columns(func.coalesce(last.c.text, ""), last.c.received_at, waiting)
        .select_from(conversations.join(_accounts, _accounts.c.id == c.account_id).outerjoin(last, c.id.is_not(None)))
        .where(c.tenant_id == tenant_id)
        .order_by(c.wanted_at.is_(None), c.held_by.is_(None), desc(last.c.received_at))
        .limit(limit)
    )
    if only_wanted:
        statement = statement.where(c.wanted_at.is_not(None) | c.held_by.is_not(None))
    return [ListedConversation(*row) for row in connection.execute(statement)]


def read_conversation(connection: Connection, tenant_id: UUID, conversation_id: UUID, *, limit: int = 50) -> list[Line]:
    """The last lines, oldest first."""
    m, t = messages.c, turns.c
    rows = connection.execute(
        select(m.received_at, m.direction, m.text, func.coalesce(t.outcome, ""))
        .select_from(messages.outerjoin(turns, t.id == m.turn_id))
        .where(m.conversation_id == conversation_id, m.tenant_id == tenant_id)
        .order_by(m.seq.desc())
        .limit(limit)
    ).all()
    return [Line(*row) for row in reversed(rows)]
