"""What is no day is named with what makes one of it."""

from datetime import UTC, date, datetime

import pytest

from models.sales.days import why_no_day


@pytest.mark.parametrize(
    ("value", "dialect", "stored_in"),
    [
        (date(2026, 3, 1), "postgresql", "local"),
        (datetime(2026, 3, 1, 8, tzinfo=UTC), "mysql", "UTC"),
        ("2026-03-01", "mysql", "local"),
        (20260301, "postgresql", "YYYYMMDD"),
        ("20260301", "mysql", "YYYYMMDD"),
        (None, "postgresql", "local"),
        ("        ", "postgresql", "YYYYMMDD"),
        (0, "mysql", "YYYYMMDD"),
        ("00000000", "mysql", "local"),
        ("0000-00-00", "mysql", "local"),
    ],
)
def test_a_day_is_none_of_its_business(value: object, dialect: str, stored_in: str) -> None:
    assert why_no_day(value, "x", dialect, stored_in) is None


@pytest.mark.parametrize(
    ("value", "dialect", "stored_in", "cure"),
    [
        (20260301, "mysql", "local", "stored_in: YYYYMMDD"),
        (20260301, "mysql", None, "STR_TO_DATE(x, '%Y%m%d')"),
        (202603, "mysql", None, "STR_TO_DATE(concat(x, '01'), '%Y%m%d')"),
        (202603, "postgresql", None, "to_date(concat(x, '01'), 'YYYYMMDD')"),
        (3, "postgresql", None, "make_date(year, x, 1)"),
        ("01/03/2026", "postgresql", "local", "to_date(x, 'DD/MM/YYYY')"),
        ("2026-03-01", "postgresql", "local", "CAST(x AS timestamp)"),
        (1772323200, "mysql", "local", "FROM_UNIXTIME(x)"),
        ("mar/26", "mysql", "local", "an expression that makes one"),
        (20260230, "postgresql", "YYYYMMDD", "no calendar"),
        (date(2026, 3, 1), "mysql", "YYYYMMDD", "eight digits"),
    ],
)
def test_what_is_none_is_told_with_its_cure(value: object, dialect: str, stored_in: str | None, cure: str) -> None:
    assert cure in (why_no_day(value, "x", dialect, stored_in) or "")
