"""People behind the bot: a conversation taken over, answered by a person, given back."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from models.answer import announce_answer
from models.conversation import conversations
from models.ids import new_id
from models.message import messages, reply_id
from models.money.budget import settle_lost
from models.outbox import SETTLED, next_number, outbox
from models.privacy.opt_out import wants_no_messages
from models.reply import Question, RenderedPart
from models.trace import new_trace_id
from models.turn import turns
from models.turns import close_executions
from models.work import is_waiting

Obstacle = Literal["draft", "delivering", "nobody waits", "opted out"]


def take_conversation(connection: Connection, tenant_id: UUID, conversation_id: UUID, person: str) -> bool:
    """From now on the bot is silent there. False if somebody else holds it, or it is not the tenant's.

    An answer that is being written is stopped: the worker's next write finds the lease gone, and nothing is changed.
    """
    c = conversations.c
    free = c.held_by.is_(None) | (c.held_by == person)
    statement = update(conversations).where(c.id == conversation_id, c.tenant_id == tenant_id, free)
    taken = statement.values(held_by=person, held_at=func.now(), wanted_at=None).returning(c.id)
    if connection.execute(taken).first() is None:
        return False
    t = turns.c
    is_open = (t.conversation_id == conversation_id) & (t.status == "open")
    if connection.execute(update(turns).where(is_open).values(running=0).returning(t.id)).first() is not None:
        stopped = {"fence": c.fence + 1, "lease_owner": None, "lease_until": None}
        connection.execute(update(conversations).where(c.id == conversation_id).values(**stopped))
    return True


def release_conversation(connection: Connection, tenant_id: UUID, conversation_id: UUID) -> bool:
    """The bot answers again, what was left unanswered first. False if nobody held it."""
    c = conversations.c
    statement = update(conversations).where(c.id == conversation_id, c.tenant_id == tenant_id, c.held_by.is_not(None))
    released = statement.values(held_by=None, held_at=None, due_at=func.now()).returning(c.id)
    return connection.execute(released).first() is not None


def want_person(connection: Connection, conversation_id: UUID) -> bool:
    """Note that a person is needed; False if that was noted before and nobody came yet, or somebody is there."""
    c = conversations.c
    statement = update(conversations).where(c.id == conversation_id, c.wanted_at.is_(None), c.held_by.is_(None))
    return connection.execute(statement.values(wanted_at=func.now()).returning(c.id)).first() is not None


def take_undelivered(connection: Connection, conversation_id: UUID) -> bool:
    """Whether it was noted that a part did not arrive after all, and nobody was told; now somebody is."""
    c = conversations.c
    statement = update(conversations).where(c.id == conversation_id, c.undelivered_at.is_not(None))
    return connection.execute(statement.values(undelivered_at=None).returning(c.id)).first() is not None


def is_held(connection: Connection, conversation_id: UUID) -> bool:
    """Whether a person answers there instead of the bot."""
    c = conversations.c
    statement = select(c.held_by.is_not(None)).where(c.id == conversation_id)
    return bool(connection.execute(statement).scalar_one())


def find_obstacle(connection: Connection, conversation_id: UUID, *, is_pulled: bool = False) -> Obstacle | None:
    """Why a person cannot answer just now, under the lock of whoever took the conversation in this transaction.

    A turn whose answer is still owed is none: she answers it. A pulled answer needs somebody who asks for it.
    """
    t, o = turns.c, outbox.c
    turn = connection.execute(
        select(t.id, t.status).where(t.conversation_id == conversation_id, t.status != "settled")
    ).first()
    if turn is not None and turn.status == "answered":
        first = select(o.status).where(o.turn_id == turn.id, o.status.not_in(SETTLED)).order_by(o.number).limit(1)
        return "draft" if connection.execute(first).scalar_one_or_none() == "draft" else "delivering"
    if wants_no_messages(connection, conversation_id):
        return "opted out"
    if is_pulled and turn is None:
        waiting = select(messages.c.id).where(is_waiting(conversation_id)).limit(1)
        return None if connection.execute(waiting).first() else "nobody waits"
    return None


def find_question(connection: Connection, conversation_id: UUID) -> Question | None:
    """The person's last message, for channels whose replies quote it or hang on it; None if she never wrote."""
    m, c = messages.c, conversations.c
    row = connection.execute(
        select(m.text, m.external_id, m.follows, m.subject, m.received_at, c.reply_to, c.sender_name)
        .join(conversations, c.id == m.conversation_id)
        .where(m.conversation_id == conversation_id, m.direction == "in")
        .order_by(m.seq.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Question(
        text=row.text,
        external_id=row.external_id,
        follows=tuple(row.follows or ()),
        subject=row.subject,
        sender=row.reply_to,
        sender_name=row.sender_name,
        asked_at=row.received_at,
    )


def say_as_person(
    connection: Connection,
    conversation_id: UUID,
    text: str,
    parts: Sequence[RenderedPart],
    *,
    outcome: str = "person",
    is_pulled: bool = False,
) -> UUID:
    """A turn whose answer a person (or a rule of ours) wrote; what waits is answered by it. Returns the turn's id.

    The caller has made sure that no answer is under way there: the unique index refuses a second one. A pulled answer
    has no parts, settles its turn and wakes whoever waits for it.
    """
    c = conversations.c
    conversation = connection.execute(
        update(conversations)
        .where(c.id == conversation_id)
        .values(next_seq=c.next_seq + 1, due_at=func.least(c.due_at, func.now()))
        .returning(c.tenant_id, c.account_id, c.reply_to, c.next_seq)
    ).one()
    seq = conversation.next_seq - 1
    common = {"tenant_id": conversation.tenant_id, "conversation_id": conversation_id}
    trace_id = new_trace_id()
    turn_id, external_id = _answer(connection, common, seq, outcome, trace_id, is_pulled=is_pulled)
    said = {"external_id": external_id, "seq": seq, "direction": "out", "text": text, "turn_id": turn_id}
    account = {"account_id": conversation.account_id, "trace_id": trace_id}
    connection.execute(insert(messages).values(id=new_id(), **common, **said, **account))
    if not is_pulled:
        to = {"turn_id": turn_id, "to_address": conversation.reply_to}
        _insert_parts(connection, {**common, **to}, parts, next_number(connection, turn_id))
    return turn_id


def _answer(
    connection: Connection, common: dict[str, UUID], seq: int, outcome: str, trace_id: str, *, is_pulled: bool
) -> tuple[UUID, str]:
    """The turn that the answer belongs to: the one whose answer is owed, or a new one, with all that waits in it.
    Beside its id what the answer is stored under."""
    t, m = turns.c, messages.c
    conversation_id = common["conversation_id"]
    waiting = connection.execute(select(m.id).where(is_waiting(conversation_id)).order_by(m.seq)).scalars().all()
    values = {"status": "answered", "outcome": outcome, "answered_at": func.now(), "next_try_at": None}
    if is_pulled:
        values |= {"status": "settled", "settled_at": func.now()}
    owed = update(turns).where(t.conversation_id == conversation_id, t.status == "open")
    row = connection.execute(owed.values(running=0, **values).returning(t.id, t.replays)).one_or_none()
    turn_id: UUID
    turn_id, replays = row or (waiting[0] if waiting else new_id(), 0)
    if row is None:
        connection.execute(insert(turns).values(id=turn_id, number=seq, trace_id=trace_id, **common, **values))
    else:
        close_executions(connection, turn_id, "a person answered")
        settle_lost(connection, turn_id)
    if waiting:
        connection.execute(update(messages).where(m.id.in_(waiting)).values(turn_id=turn_id))
    if is_pulled:
        for message_id in {turn_id, *waiting}:
            announce_answer(connection, message_id)
    return turn_id, reply_id(turn_id, replays)


def _insert_parts(connection: Connection, common: dict[str, object], parts: Sequence[RenderedPart], first: int) -> None:
    rows = [
        {**common, "id": new_id(), "number": number, "body": part.body, "extra": dict(part.extra) or None}
        for number, part in enumerate(parts, first)
    ]
    connection.execute(insert(outbox), rows)
