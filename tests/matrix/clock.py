"""Time in the world of a run: it goes on by itself, and jumps when the run says so."""

import time
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, text

from models.session import session_scope


class WorldClock:
    """The clock of every simulated process. `now` stays the machine's: the past moves instead (`StoredTimes`)."""

    def __init__(self) -> None:
        self.passed = 0.0  # seconds that the run let pass at once

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic() + self.passed

    def today(self, timezone: str) -> date:
        return self.now().astimezone(ZoneInfo(timezone)).date()


class StoredTimes:
    """Every time that the database holds. Nobody can move PostgreSQL's clock, so what is stored moves into the past."""

    def __init__(self, engine: Engine) -> None:
        with session_scope(engine) as connection:
            self._statements = ";".join(_shifts(connection))
        self._engine = engine

    def shift(self, seconds: float) -> None:
        with session_scope(self._engine) as connection:
            connection.exec_driver_sql(self._statements.replace(":by", f"interval '{seconds:.3f} seconds'"))


_OLDER = (
    "WITH older AS (SELECT id, (lpad(to_hex(('x' || substr(id::text, 1, 8) || substr(id::text, 10, 4))::bit(48)::bigint"
    " - {ms}), 12, '0') || substr(replace(id::text, '-', ''), 13))::uuid AS older_id FROM raw_event"
    " WHERE account_id IN (SELECT a.id FROM channel_account a JOIN tenant t ON t.id = a.tenant_id"
    " WHERE t.slug = 'default')),"
    " renamed AS (UPDATE message m SET raw_event_id = older_id FROM older WHERE m.raw_event_id = older.id)"
    " UPDATE raw_event e SET id = older_id FROM older WHERE e.id = older.id"
)


def age_raw_events(engine: Engine, seconds: float) -> None:
    """Ids tell the time too, and the retention reads it there."""
    with session_scope(engine) as connection:
        connection.exec_driver_sql(_OLDER.format(ms=int(seconds * 1000)))


def _shifts(connection: Connection) -> list[str]:
    found: dict[str, list[str]] = {}
    rows: Any = connection.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            " AND data_type = 'timestamp with time zone' ORDER BY 1, 2"
        )
    )
    for table, column in rows:
        found.setdefault(table, []).append(f"{column} = {column} - :by")
    return [f"UPDATE {table} SET {', '.join(changes)}" for table, changes in found.items()]
