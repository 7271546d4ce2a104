"""Calendar arithmetic: weeks, months, quarters, feasts. Pure; outside it ValueError or OverflowError."""

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal

from models.period import Period

Unit = Literal["DAY", "WEEK", "MONTH", "QUARTER", "HALF", "YEAR", "FORT", "WKND"]
_MONTHS_IN = {"MONTH": 1, "QUARTER": 3, "HALF": 6, "YEAR": 12}


def plus_days(day: date, count: int) -> date:
    return day + timedelta(days=count)


def plus_months(day: date, count: int) -> date:
    """The same day of the month, or the month's last where it is shorter."""
    index = day.year * 12 + day.month - 1 + count
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_of(year: int, month: int) -> Period:
    return Period(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def months_from(start: date, count: int) -> Period:
    """`count` whole months from the first day of the month of `start`."""
    first = start.replace(day=1)
    return Period(first, plus_days(plus_months(first, count), -1))


def fortnight(year: int, month: int, number: int) -> Period:
    """Days 1-15, or 16 to the end."""
    whole = month_of(year, month)
    middle = date(year, month, 15)
    return Period(whole.start, middle) if number == 1 else Period(plus_days(middle, 1), whole.end)


def unit_holding(day: date, unit: str, offset: int = 0) -> Period:
    """The whole calendar unit that holds the day, `offset` units later (negative: earlier)."""
    if unit == "DAY":
        return Period(plus_days(day, offset), plus_days(day, offset))
    if unit == "WEEK":
        monday = plus_days(day, 7 * offset - day.weekday())
        return Period(monday, plus_days(monday, 6))
    if unit == "WKND":
        saturday = plus_days(day, 7 * offset - (day.weekday() - 5) % 7)
        return Period(saturday, plus_days(saturday, 1))
    if unit == "FORT":
        index = (day.year * 12 + day.month - 1) * 2 + (day.day > 15) + offset
        return fortnight(index // 24, index // 2 % 12 + 1, index % 2 + 1)
    size = _MONTHS_IN[unit]
    first = day.replace(day=1, month=(day.month - 1) // size * size + 1)
    return months_from(plus_months(first, size * offset), size)


def last_units(today: date, unit: str, count: int) -> Period:
    """The last N days, weeks or months ending today, today included."""
    if count < 1:
        raise ValueError("a period holds at least one unit")
    if unit in _MONTHS_IN:
        return Period(plus_days(plus_months(today, -count * _MONTHS_IN[unit]), 1), today)
    days = {"DAY": 1, "WEEK": 7, "FORT": 15}[unit] * count
    return Period(plus_days(today, 1 - days), today)


def days_before(anchor: Period, count: int) -> Period:
    """The `count` days just before the anchor begins."""
    if count < 1:
        raise ValueError("a period holds at least one day")
    return Period(plus_days(anchor.start, -count), plus_days(anchor.start, -1))


def is_whole(period: Period, unit: str) -> bool:
    """Whether the period is a whole calendar unit, such as the YEAR."""
    whole = unit_holding(period.start, unit)
    return (whole.start, whole.end) == (period.start, period.end)


def period_before(anchor: Period) -> Period:
    """The calendar unit before, if the anchor is a whole one; else as many days just before it."""
    for unit in ("MONTH", "WEEK", "QUARTER", "HALF", "YEAR", "FORT"):
        if is_whole(anchor, unit):
            return unit_holding(anchor.start, unit, -1)
    return days_before(anchor, anchor.days)


def year_before(period: Period) -> Period:
    """Both ends one year back; 29 February becomes 28."""
    return Period(plus_months(period.start, -12), plus_months(period.end, -12))


def in_year(period: Period, year: int) -> Period:
    """Both ends in that year; a last day of a month stays one, other days keep their number where they can."""
    shift = 12 * (year - period.start.year)
    start, end = plus_months(period.start, shift), plus_months(period.end, shift)
    if plus_days(period.end, 1).day == 1:
        end = month_of(end.year, end.month).end
    return Period(start, end)


def latest(build: Callable[[int], Period], today: date) -> Period:
    """Of the yearly periods that `build` makes, the latest that has begun; skips years it does not exist in."""
    for year in range(today.year + 1, today.year - 9, -1):
        try:
            period = build(year)
        except ValueError:
            continue
        if period.start <= today:
            return period
    raise ValueError("no such period")


def latest_day_numbered(number: int, today: date) -> date:
    """The latest day with that number on or before today."""
    for back in range(4):
        month = plus_months(today.replace(day=1), -back)
        if number <= calendar.monthrange(month.year, month.month)[1]:
            day = month.replace(day=number)
            if day <= today:
                return day
    raise ValueError("no month has such a day")


def weekday_before(today: date, weekday: int) -> date:
    """The latest such weekday strictly before today."""
    return plus_days(today, -((today.weekday() - weekday - 1) % 7 + 1))


def easter(year: int) -> date:
    """Gregorian Easter Sunday, by the anonymous (Meeus) algorithm."""
    golden, century = year % 19, year // 100
    skipped = century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15
    moon = skipped % 30
    moon -= moon // 28 * (1 - 29 // (moon + 1) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    offset = moon - weekday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))


def carnival(year: int) -> Period:
    """Saturday to Tuesday."""
    return Period(plus_days(easter(year), -50), plus_days(easter(year), -47))


def carnival_week(year: int) -> Period:
    return unit_holding(carnival(year).end, "WEEK")


def black_friday(year: int) -> Period:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    friday = plus_days(first, (3 - first.weekday()) % 7 + 22)
    return Period(friday, friday)


def black_friday_week(year: int) -> Period:
    return unit_holding(black_friday(year).start, "WEEK")
