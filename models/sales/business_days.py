"""Which days count as working days in Brazil: Monday to Friday without the national holidays."""

from datetime import date, timedelta
from functools import lru_cache

_FIXED_HOLIDAYS = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25))
_BLACK_AWARENESS_SINCE = 2024  # Law 14.759/2023 made 20 November a national holiday


@lru_cache(maxsize=64)
def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap_centuries, rest = divmod(century, 4)
    shift = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leap_centuries - shift + 15) % 30
    leap_years, left = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * leap_years - moon - left) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def national_holidays(year: int) -> frozenset[date]:
    """Carnival and Corpus Christi are not among them: they are days off by custom, not by federal law."""
    days = {date(year, month, day) for month, day in _FIXED_HOLIDAYS}
    days.add(easter(year) - timedelta(days=2))
    if year >= _BLACK_AWARENESS_SINCE:
        days.add(date(year, 11, 20))
    return frozenset(days)


def is_business_day(day: date) -> bool:
    return day.weekday() < 5 and day not in national_holidays(day.year)


def count_business_days(start: date, end: date) -> int:
    """Both ends belong; 0 when `end` is before `start`."""
    return sum(is_business_day(start + timedelta(days=n)) for n in range((end - start).days + 1))
