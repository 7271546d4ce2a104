"""Days of the company in times that are stored in another zone, summer time included."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from models.period import Period
from models.sales.dialects import DIALECTS
from models.sales.moments import Moments
from models.sales.source import SalesSource

NEW_YORK = ZoneInfo("America/New_York")


def stored_at(*parts: int) -> datetime:
    """A time as the database keeps it: in UTC, without saying so."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type, misc]


def test_a_period_begins_at_the_companys_midnight() -> None:
    moments = Moments("America/Sao_Paulo", "UTC")
    start, after = moments.bounds(Period(date(2026, 2, 1), date(2026, 2, 28)))
    assert (start, after) == (stored_at(2026, 2, 1, 3), stored_at(2026, 3, 1, 3))
    assert Moments("America/Sao_Paulo", None).bounds(Period(date(2026, 2, 1), date(2026, 2, 1))) == (
        date(2026, 2, 1),
        date(2026, 2, 2),
    )


def test_the_day_of_a_moment_is_the_companys() -> None:
    moments = Moments("America/Sao_Paulo", "UTC")
    assert moments.local_date(stored_at(2026, 3, 1, 1, 30)) == date(2026, 2, 28)
    assert moments.local_date(datetime(2026, 3, 1, 1, 30, tzinfo=UTC)) == date(2026, 2, 28)
    assert Moments("America/Sao_Paulo", None).local_date(date(2026, 3, 1)) == date(2026, 3, 1)


@pytest.mark.parametrize("stored", ["YYYYMMDD", "UTC", None])
@pytest.mark.parametrize(
    "value",
    [None, 0, "        ", "00000000", "20260230", "0000-00-00", stored_at(1, 1, 1), date(1, 1, 1)],
    ids=str,
)
def test_what_is_no_day_has_none(value: object, stored: str | None) -> None:
    assert Moments("America/Sao_Paulo", stored).local_date(value) is None


def test_the_last_moment_of_all_is_no_day_further_east() -> None:
    assert Moments("Asia/Tokyo", "UTC").local_date(stored_at(9999, 12, 31, 23, 59)) is None
    assert Moments("America/Sao_Paulo", "YYYYMMDD").local_date(20260301) == date(2026, 3, 1)


@pytest.fixture(scope="module")
def connection(source: SalesSource) -> object:
    with source.reading() as opened:
        yield opened


@settings(deadline=None, max_examples=60)
@given(st.datetimes(stored_at(2024, 1, 1), stored_at(2026, 12, 31)))
def test_sql_tells_the_same_local_day_as_the_clock_did_through_summer_time(
    connection: Connection, stored: datetime
) -> None:
    local = stored.replace(tzinfo=UTC).astimezone(NEW_YORK)
    period = Period(local.date() - timedelta(days=200), local.date() + timedelta(days=200))
    dialect = DIALECTS["postgresql"]
    written = f"TIMESTAMP '{stored.isoformat(sep=' ')}'"
    shown = dialect.day(Moments("America/New_York", "UTC").local_sql(written, period, dialect))
    assert connection.execute(text("SELECT " + shown.replace(":", "\\:"))).scalar_one() == f"{local:%Y-%m-%d}"
