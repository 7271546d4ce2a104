"""Brazil's calendar of working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sales.business_days import count_business_days, easter, is_business_day, national_holidays


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2000, date(2000, 4, 23)),
        (2008, date(2008, 3, 23)),
        (2023, date(2023, 4, 9)),
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_falls_where_the_almanac_says(year: int, day: date) -> None:
    assert easter(year) == day


@given(st.integers(1900, 2200))
def test_easter_is_a_sunday_between_22_march_and_25_april(year: int) -> None:
    assert easter(year).weekday() == 6
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


def test_black_awareness_day_is_national_since_2024() -> None:
    assert date(2023, 11, 20) not in national_holidays(2023)
    assert date(2024, 11, 20) in national_holidays(2024)


def test_good_friday_is_a_holiday_and_carnival_is_not() -> None:
    assert date(2026, 4, 3) in national_holidays(2026)
    assert is_business_day(date(2026, 2, 17))


def test_november_2026_has_nineteen_working_days() -> None:
    # 21 weekdays, less All Souls (Monday 2nd) and Black Awareness (Friday 20th); the 15th is a Sunday.
    assert count_business_days(date(2026, 11, 1), date(2026, 11, 30)) == 19


def test_a_span_that_ends_before_it_starts_has_no_days() -> None:
    assert count_business_days(date(2026, 11, 5), date(2026, 11, 1)) == 0


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60), st.integers(1, 60))
def test_two_spans_end_to_end_count_as_one(start: date, first: int, second: int) -> None:
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    whole = count_business_days(start, end)
    assert whole == count_business_days(start, middle) + count_business_days(middle + timedelta(days=1), end)
