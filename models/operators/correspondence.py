"""What people read of conversations: the list of them, and what was said in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select, and_, case, desc, func, not_, or_, select

from models.columns import table_of
from models.conversation import conversations
from models.message import media, messages
from models.operators.notice import DUTY_CHANNELS, DUTY_PREFIX
from models.outbox import outbox
from models.tenant import ChannelAccount
from models.turn import turns

_accounts = table_of(ChannelAccount)

# How a turn's parts fared, the worst first: one word for all of them.
_WORST_FIRST = ("held", "failed", "rejected", "draft", "unknown", "sending", "pending", "sent", "delivered", "read")


@dataclass(frozen=True, slots=True)
class ListedConversation:
    """A conversation as a list shows it; `waiting` counts messages that no turn has yet."""

    id: UUID
    channel: str
    account: str
    sender: str
    sender_name: str
    held_by: str | None
    held_at: datetime | None
    wanted_at: datetime | None
    last_text: str
    last_at: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Line:
    """Something said, as a person reads it. `outcome` is how the turn it belongs to ended, `delivery` how far the
    least lucky part of an answer came, `files` what came with it: a transcript, or the kind of file. What waits has no
    turn yet."""

    at: datetime
    direction: str
    text: str
    outcome: str
    delivery: str
    files: str
    turn_id: UUID | None = None


def list_conversations(
    connection: Connection, tenant_id: UUID, *, only_wanted: bool = False, limit: int = 50
) -> list[ListedConversation]:
    """Those that a person is needed in first, then by the last word. Notices to the operator on duty are no talk."""
    c = conversations.c
    statement = _conversations(tenant_id).where(not_(_is_duty())).limit(limit)
    if only_wanted:
        statement = statement.where(or_(c.wanted_at.is_not(None), c.held_by.is_not(None)))
    return [ListedConversation(*row) for row in connection.execute(statement)]


def find_conversation(connection: Connection, tenant_id: UUID, conversation_id: UUID) -> ListedConversation | None:
    row = connection.execute(_conversations(tenant_id).where(conversations.c.id == conversation_id)).first()
    return ListedConversation(*row) if row else None


def find_conversation_ids(connection: Connection, tenant_id: UUID, first: UUID, last: UUID) -> Sequence[UUID]:
    """Up to five ids in that range, both ends included: what a shortened id may mean."""
    c = conversations.c
    statement = select(c.id).where(c.tenant_id == tenant_id, c.id.between(first, last)).order_by(c.id).limit(5)
    return connection.execute(statement).scalars().all()


def read_conversation(connection: Connection, tenant_id: UUID, conversation_id: UUID, *, limit: int = 50) -> list[Line]:
    """The last lines, oldest first."""
    m, t = messages.c, turns.c
    rows = connection.execute(
        select(m.received_at, m.direction, m.text, func.coalesce(t.outcome, ""))
        .add_columns(func.coalesce(_worst_delivery(), ""), func.coalesce(_files(), ""), m.turn_id)
        .select_from(messages.outerjoin(turns, t.id == m.turn_id))
        .where(m.conversation_id == conversation_id, m.tenant_id == tenant_id)
        .order_by(m.seq.desc())
        .limit(limit)
    ).all()
    return [Line(*row) for row in reversed(rows)]


def find_last_words(connection: Connection, conversation_id: UUID) -> str:
    """What the person said last, in writing or by voice; empty if there are no words."""
    m = messages.c
    spoken = select(media.c.transcript).where(media.c.message_id == m.id).order_by(media.c.number).limit(1)
    statement = (
        select(func.coalesce(func.nullif(m.text, ""), spoken.scalar_subquery(), ""))
        .where(m.conversation_id == conversation_id, m.direction == "in")
        .order_by(m.seq.desc())
        .limit(1)
    )
    return connection.execute(statement).scalar_one_or_none() or ""


def _is_duty() -> ColumnElement[bool]:
    c = conversations.c
    return and_(c.sender.startswith(DUTY_PREFIX), _accounts.c.channel.in_(DUTY_CHANNELS))


def _conversations(tenant_id: UUID) -> Select[Any]:
    c, m = conversations.c, messages.c
    last = (
        select(m.text, m.received_at)
        .where(m.conversation_id == c.id)
        .order_by(m.seq.desc())
        .limit(1)
        .lateral("last_word")
    )
    is_waiting = (m.conversation_id == c.id) & (m.direction == "in") & m.turn_id.is_(None) & (m.unanswerable == "")
    waiting = select(func.count()).select_from(messages).where(is_waiting).correlate(conversations).scalar_subquery()
    return (
        select(c.id, _accounts.c.channel, _accounts.c.name, c.sender, c.sender_name, c.held_by, c.held_at, c.wanted_at)
        .add_columns(func.coalesce(last.c.text, ""), last.c.received_at, waiting)
        .select_from(conversations.join(_accounts, _accounts.c.id == c.account_id).outerjoin(last, c.id.is_not(None)))
        .where(c.tenant_id == tenant_id)
        .order_by(c.wanted_at.is_(None), c.held_by.is_(None), desc(last.c.received_at))
    )


def _worst_delivery() -> ScalarSelect[str]:
    """Of the parts of a line's turn, those of an earlier reply left out where the turn was begun again. Nothing for
    what people said."""
    o, m = outbox.c, messages.c
    rank = case({status: number for number, status in enumerate(_WORST_FIRST)}, value=o.status)
    return (
        select(o.status)
        .where(o.turn_id == m.turn_id, m.direction == "out", o.created_at >= m.received_at)
        .order_by(rank)
        .limit(1)
        .correlate(messages)
        .scalar_subquery()
    )


def _files() -> ScalarSelect[str]:
    f, m = media.c, messages.c
    shown = func.coalesce(func.nullif(f.transcript, ""), func.nullif(f.name, ""), f.content_type)
    return (
        select(func.string_agg(shown, "; ").label("files"))
        .where(f.message_id == m.id)
        .correlate(messages)
        .scalar_subquery()
    )
