"""What is not kept for ever: raw events, once nothing needs them any more, and the books of days long gone."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CompoundSelect, Connection, delete, func, literal, select, union_all

from models.budget import books
from models.ids import first_id_at
from models.message import media, messages, raw_events
from models.turn import turns


def find_moment(connection: Connection, age: timedelta) -> datetime:
    """So long ago, by the database's clock."""
    moment: datetime = connection.execute(select(func.now() - literal(age))).scalar_one()
    return moment


def purge_raw_events(connection: Connection, before: datetime, after: UUID, limit: int) -> UUID | None:
    """Delete those among the next `limit` old ones that nothing needs; how far it came, None when that was the last.

    Ids grow with time, so the search runs along the primary key and never looks at what is younger.
    """
    e = raw_events.c
    old = select(e.id).where(e.id > after, e.id < first_id_at(before)).order_by(e.id).limit(limit)
    found = connection.execute(old).scalars().all()
    if found:
        unneeded = e.id.in_(found) & e.id.not_in(_needed().subquery().select())
        connection.execute(delete(raw_events).where(unneeded))
    return found[-1] if len(found) == limit else None


def _needed() -> CompoundSelect[tuple[UUID | None]]:
    """The events of messages that wait for an answer, and of files that lie in them and were not fetched yet. Few, and
    each found by an index of its own: no index leads from an event to its messages."""
    m, t, f = messages.c, turns.c, media.c
    waiting = select(m.raw_event_id).where(m.turn_id.is_(None), m.unanswerable == "", m.direction == "in")
    unsettled = select(m.raw_event_id).join(turns, t.id == m.turn_id).where(t.status != "settled")
    inside = select(m.raw_event_id).join(media, f.message_id == m.id)
    inside = inside.where(f.status == "pending", f.url == "", m.unanswerable == "")
    return union_all(*(which.where(m.raw_event_id.is_not(None)) for which in (waiting, unsettled, inside)))


def forget_old_books(connection: Connection, age: timedelta) -> None:
    """Of single persons and days; the months stay."""
    b = books.c
    begun = func.current_date() - literal(age)
    connection.execute(delete(books).where(b.kind != "month", b.begins_on < begun))
