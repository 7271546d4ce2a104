"""What people told that an LLM has not read yet: marked on the contact, held by whoever reads it, passed over once."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, func, insert, literal, or_, select, update

from models.columns import table_of
from models.ids import new_id
from models.memory.contact import contacts
from models.memory.remembered import SettledTurn, read_turns, remembered_turns
from models.run import completions
from models.tenant import AccountKey, ChannelAccount
from models.turn import turns

_accounts = table_of(ChannelAccount)


@dataclass(frozen=True, slots=True)
class Unread:
    """A contact with turns that were not read; `read_up_to` is the number of the last that was."""

    contact_id: UUID
    holder_id: UUID
    address: str
    account: AccountKey
    read_up_to: int


@dataclass(frozen=True, slots=True)
class UnreadTurn:
    number: int
    conversation_id: UUID
    turn: SettledTurn


def mark_unread(connection: Connection, contact_id: UUID) -> None:
    """Something new was taken in: it is read once nothing more has come for a while."""
    c = contacts.c
    connection.execute(update(contacts).where(c.id == contact_id).values(unread_since=func.now()))


def claim_unread(connection: Connection, *, quiet: timedelta, held: timedelta) -> Unread | None:
    """The one that waits longest, for nobody else while it is held."""
    c, a = contacts.c, _accounts.c
    is_quiet = c.unread_since <= func.now() - literal(quiet)
    due = select(c.id).where(is_quiet, or_(c.held_until.is_(None), c.held_until < func.now()))
    first = due.order_by(c.unread_since).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    claimed = (
        update(contacts)
        .where(c.id == first, a.id == c.account_id)
        .values(held_until=func.now() + literal(held))
        .returning(c.id, c.holder_id, c.address, c.read_up_to, a.id, c.tenant_id, a.channel, a.name)
    )
    row = connection.execute(claimed).first()
    return None if row is None else Unread(row[0], row[1], row[2], AccountKey(*row[4:]), row[3])


def find_unread_turns(connection: Connection, unread: Unread, limit: int) -> list[UnreadTurn]:
    """The next of them, in the order in which they were taken in."""
    r, t = remembered_turns.c, turns.c
    wanted = select(r.turn_id, r.number, t.conversation_id).join(turns, t.id == r.turn_id)
    wanted = wanted.where(r.contact_id == unread.contact_id, r.number > unread.read_up_to).order_by(r.number)
    rows = connection.execute(wanted.limit(limit)).all()
    read = {turn.id: turn for turn in read_turns(connection, [row.turn_id for row in rows])}
    return [UnreadTurn(row.number, row.conversation_id, read[row.turn_id]) for row in rows if row.turn_id in read]


def note_read(connection: Connection, unread: Unread, up_to: int) -> None:
    """Nothing is left if nothing came meanwhile; else the rest is due at once."""
    c, r = contacts.c, remembered_turns.c
    rest = select(r.number).where(r.contact_id == unread.contact_id, r.number > up_to).exists()
    left = select(func.now()).where(rest).scalar_subquery()
    ended = {"read_up_to": up_to, "held_until": None, "unread_since": left}
    connection.execute(update(contacts).where(c.id == unread.contact_id).values(**ended))


def put_back(connection: Connection, unread: Unread, wait: timedelta) -> None:
    """It is tried again after a while."""
    c = contacts.c
    later = update(contacts).where(c.id == unread.contact_id)
    connection.execute(later.values(held_until=func.now() + literal(wait)))


def record_reading(
    connection: Connection,
    tenant_id: UUID,
    turn_id: UUID,
    purpose: str,
    provider: str,
    llm: str,
    tokens: tuple[int, int],
    cost: Decimal | None,
    time_ms: int,
) -> None:
    """An LLM call beside those of the turn, like a transcription: such rows count down from step -1."""
    c = completions.c
    lowest = select(func.least(func.min(c.step), 0)).where(c.turn_id == turn_id).scalar_subquery()
    row = {
        "id": new_id(),
        "tenant_id": tenant_id,
        "turn_id": turn_id,
        "attempt": 1,
        "status": "done",
        "provider": provider,
        "llm_requested": llm,
        "llm_served": llm,
        "tokens_in": tokens[0],
        "tokens_out": tokens[1],
        "cost": cost,
        "cost_source": "unknown" if cost is None else "price_table",
        "tool_called": purpose,
        "time_ms": time_ms,
    }
    connection.execute(insert(completions).values(step=func.coalesce(lowest, 0) - 1, **row))
