"""Parts of the outbox that need a person: drafts approved or rejected, and what did not arrive sent again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from models.columns import table_of
from models.conversation import conversations
from models.errors import RecadoError
from models.outbox import outbox
from models.tenant import ChannelAccount
from models.turn import turns

UNDECIDED = ("draft", "held", "failed")

_accounts = table_of(ChannelAccount)


class NotDecidable(RecadoError):
    """What was asked of a part cannot be done; the message says why, and what to do instead."""


@dataclass(frozen=True, slots=True)
class ListedPart:
    """A part as a list shows it. `number` counts from 0 within the reply; `error` says why it did not arrive."""

    id: UUID
    conversation_id: UUID
    channel: str
    account: str
    to_address: str
    sender_name: str
    number: int
    status: str
    body: str
    error_code: str
    error: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What changed: `parts` of one reply, in a conversation that is to be rung."""

    conversation_id: UUID
    parts: int


def list_parts(connection: Connection, tenant_id: UUID, statuses: Sequence[str], limit: int = 50) -> list[ListedPart]:
    """The newest replies first, the parts of each in reading order."""
    o, c = outbox.c, conversations.c
    statement = (
        select(o.id, o.conversation_id, _accounts.c.channel, _accounts.c.name, o.to_address, c.sender_name, o.number)
        .add_columns(o.status, o.body, o.error_code, o.error, o.created_at)
        .join(conversations, c.id == o.conversation_id)
        .join(_accounts, _accounts.c.id == c.account_id)
        .where(o.tenant_id == tenant_id, o.status.in_(statuses))
        .order_by(o.created_at.desc(), o.turn_id, o.number)
        .limit(limit)
    )
    return [ListedPart(*row) for row in connection.execute(statement)]


def find_part_ids(connection: Connection, tenant_id: UUID, first: UUID, last: UUID) -> Sequence[UUID]:
    """Up to five ids in that range, both ends included: what a shortened id may mean."""
    o = outbox.c
    statement = select(o.id).where(o.tenant_id == tenant_id, o.id.between(first, last)).order_by(o.id).limit(5)
    return connection.execute(statement).scalars().all()


def approve_draft(connection: Connection, tenant_id: UUID, part_id: UUID) -> Decision:
    """The whole reply that the part belongs to goes out. Raises NotDecidable unless the part is a draft."""
    part = _lock_draft(connection, tenant_id, part_id)
    o = outbox.c
    drafts = update(outbox).where(o.turn_id == part.turn_id, o.status == "draft")
    # The patience with the platform begins now: a draft may have waited for longer than a reply ever would.
    approved = connection.execute(drafts.values(status="pending", created_at=func.now()).returning(o.id)).all()
    return _decided(connection, part.conversation_id, len(approved))


def reject_draft(connection: Connection, tenant_id: UUID, part_id: UUID) -> Decision:
    """The part and those after it are never sent. Raises NotDecidable unless the part is a draft."""
    part = _lock_draft(connection, tenant_id, part_id)
    o, t = outbox.c, turns.c
    drafts = update(outbox).where(o.turn_id == part.turn_id, o.number >= part.number, o.status == "draft")
    rejected = connection.execute(drafts.values(status="rejected", settled_at=func.now()).returning(o.id)).all()
    if part.number == 0:  # nothing of the reply was said, so it is no memory of the conversation either
        connection.execute(update(turns).where(t.id == part.turn_id).values(outcome="rejected"))
    return _decided(connection, part.conversation_id, len(rejected))


def retry_part(connection: Connection, tenant_id: UUID, part_id: UUID, *, anyway: bool = False) -> Decision:
    """Send it once more, and then what was given up because of it. Raises NotDecidable where that could say a thing
    twice, unless `anyway`, or could change the order of what is said."""
    part = _lock_part(connection, tenant_id, part_id)
    if part.status == "held" and not anyway:
        raise NotDecidable(
            "nobody knows whether this part arrived: sending it again may say it twice. Ask the person, or look at the "
            "platform's own log; add --anyway to send it all the same"
        )
    if part.status not in {"failed", "held"}:
        raise NotDecidable(f"this part is {part.status}: only what failed, or is held, can be sent again")
    _check_order(connection, part)
    _reopen_turn(connection, part)
    o = outbox.c
    dragged_along = (o.number > part.number) & (o.status == "failed") & o.attempted_at.is_(None)
    again = update(outbox).where(o.turn_id == part.turn_id, (o.id == part.id) | dragged_along)
    fresh = {"status": "pending", "tries": 0, "asked": 0, "error_code": "", "error": "", "provider_id": None}
    timeless = {"attempted_at": None, "next_try_at": None, "settled_at": None}
    # Its patience begins anew. It keeps its id, so what the platform still says about the first try finds it.
    revived = again.values(**fresh, **timeless, created_at=func.now())
    return _decided(connection, part.conversation_id, len(connection.execute(revived.returning(o.id)).all()))


def _lock_draft(connection: Connection, tenant_id: UUID, part_id: UUID) -> Any:
    part = _lock_part(connection, tenant_id, part_id)
    if part.status != "draft":
        raise NotDecidable(f"this part is no draft: it is {part.status}")
    return part


def _lock_part(connection: Connection, tenant_id: UUID, part_id: UUID) -> Any:
    """The conversation is locked before its part, in the order of every stage."""
    o, c = outbox.c, conversations.c
    where = (o.id == part_id) & (o.tenant_id == tenant_id)
    conversation_id = connection.execute(select(o.conversation_id).where(where)).scalar_one_or_none()
    if conversation_id is None:
        raise NotDecidable(f"there is no part {part_id}")
    connection.execute(select(c.id).where(c.id == conversation_id).with_for_update(key_share=True))
    return connection.execute(select(outbox).where(where)).one()


def _check_order(connection: Connection, part: Any) -> None:
    """What was never tried, because an earlier part did not arrive, waits for that one."""
    o = outbox.c
    earlier = (o.turn_id == part.turn_id) & (o.number < part.number) & o.status.in_(("failed", "held"))
    before = connection.execute(select(o.id).where(earlier).order_by(o.number).limit(1)).scalar_one_or_none()
    if before is not None and part.attempted_at is None:
        raise NotDecidable(f"an earlier part of the same reply comes first: retry {before}, and this one follows it")


def _reopen_turn(connection: Connection, part: Any) -> None:
    """A conversation works on one turn at a time."""
    t = turns.c
    is_open = (t.id == part.turn_id) & (t.status == "open")
    if connection.execute(select(t.id).where(is_open)).first() is not None:
        raise NotDecidable("its turn was begun again by `replay`: the new answer takes this part's place")
    others = (t.conversation_id == part.conversation_id) & (t.status != "settled") & (t.id != part.turn_id)
    if connection.execute(select(t.id).where(others)).first() is not None:
        raise NotDecidable(
            "another answer is under way in this conversation: decide on its draft, or try again when it is delivered"
        )
    connection.execute(update(turns).where(t.id == part.turn_id).values(status="answered", settled_at=None))


def _decided(connection: Connection, conversation_id: UUID, parts: int) -> Decision:
    """Somebody came: nobody needs to be called for it any more."""
    c = conversations.c
    changed = {"due_at": func.least(c.due_at, func.now()), "wanted_at": None}
    connection.execute(update(conversations).where(c.id == conversation_id).values(**changed))
    return Decision(conversation_id, parts)
