"""What is old, found along ids, which grow with time; raw events that nothing needs, books of days long gone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CompoundSelect, Connection, Select, delete, func, literal, select, true, union_all

from models.columns import table_of
from models.ids import first_id_at
from models.message import media, messages, raw_events
from models.money.budget import books
from models.tables import metadata
from models.tenant import ChannelAccount
from models.turn import turns

_accounts = table_of(ChannelAccount)


def find_moment(connection: Connection, age: timedelta) -> datetime:
    """So long ago, by the database's clock."""
    moment: datetime = connection.execute(select(func.now() - literal(age))).scalar_one()
    return moment


def find_old(connection: Connection, table: str, before: datetime, after: UUID, limit: int) -> Sequence[UUID]:
    """The next ids of rows made before that moment, of all companies.

    Ids grow with time, so the search runs along the primary key and never looks at what is younger.
    """
    i = metadata.tables[table].c.id
    old = select(i).where(i > after, i < first_id_at(before)).order_by(i).limit(limit)
    return connection.execute(old).scalars().all()


def find_old_events(
    connection: Connection, tenant_id: UUID, before: datetime, after: UUID, limit: int
) -> Sequence[UUID]:
    """The next ids of the company's raw events made before that moment; others' are not passed on the way, however many
    are kept."""
    e, a = raw_events.c, _accounts.c
    old = select(e.id).where(e.account_id == a.id, e.id > after, e.id < first_id_at(before)).order_by(e.id).limit(limit)
    each = old.correlate(_accounts).lateral()
    mine = select(each.c.id).select_from(_accounts.join(each, true())).where(a.tenant_id == tenant_id)
    return connection.execute(mine.order_by(each.c.id).limit(limit)).scalars().all()


def count_old(connection: Connection, table: str, tenant_id: UUID, before: datetime, after: UUID) -> int:
    """How many rows of the company's stand there."""
    columns = metadata.tables[table].c
    whose = columns.account_id.in_(_accounts_of(tenant_id)) if table == "raw_event" else columns.tenant_id == tenant_id
    counted = select(func.count()).where(columns.id > after, columns.id < first_id_at(before), whose)
    return int(connection.execute(counted).scalar_one())


def purge_raw_events(connection: Connection, tenant_id: UUID, ids: Sequence[UUID]) -> Sequence[UUID]:
    """Delete those of the company's that nothing needs; those that had to stay."""
    e = raw_events.c
    mine = e.id.in_(ids) & e.account_id.in_(_accounts_of(tenant_id))
    connection.execute(delete(raw_events).where(mine, e.id.not_in(needed_events().subquery().select())))
    return connection.execute(select(e.id).where(mine)).scalars().all()


def _accounts_of(tenant_id: UUID) -> Select[tuple[UUID]]:
    return select(_accounts.c.id).where(_accounts.c.tenant_id == tenant_id)


def needed_events() -> CompoundSelect[tuple[UUID | None]]:
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
