"""When people buy what: the shape of a week, a year and the years, for each kind of goods."""

from datetime import date, timedelta
from functools import lru_cache

from models.demo.dice import fingerprint
from models.sales.business_days import easter, national_holidays

_ORDERS_A_DAY = 34.5  # at the anchor; growth carries it past 40
_ANCHOR = date(2023, 1, 1)
_GROWTH_A_YEAR = 0.06
_WEEK = (1.12, 1.06, 1.0, 1.0, 0.88, 0.13, 0.0)
_YEAR = (0.82, 0.86, 0.97, 1.0, 1.02, 0.99, 0.97, 1.0, 1.03, 1.08, 1.2, 1.3)
_CARNIVAL = {-48: 0.2, -47: 0.0, -46: 0.5}  # Monday, Tuesday, Ash Wednesday, in days from Easter

# How a category's share of the month's sales moves from January to December.
_SUMMER = (1.4, 1.35, 1.15, 0.95, 0.8, 0.75, 0.75, 0.85, 0.95, 1.05, 1.2, 1.45)
_WINTER = (0.75, 0.75, 0.9, 1.0, 1.2, 1.35, 1.35, 1.2, 1.0, 0.9, 0.85, 0.85)
_FESTIVE = (0.75, 0.75, 1.1, 1.15, 0.9, 1.05, 0.85, 0.85, 0.95, 1.1, 1.25, 1.6)
_SCHOOL = (1.1, 1.25, 1.15, 1.0, 1.0, 0.9, 0.85, 1.1, 1.0, 1.0, 0.9, 0.8)
_STEADY = (1.05, 1.0, 1.0, 1.0, 1.0, 0.98, 1.0, 1.0, 1.0, 1.0, 0.98, 0.97)
_PROFILES = (_SUMMER, _WINTER, _FESTIVE, _SCHOOL, _STEADY)
_KNOWN = {
    "bebidas": _SUMMER,
    "mercearia": _STEADY,
    "laticínios": _WINTER,
    "café e matinais": _WINTER,
    "doces e biscoitos": _FESTIVE,
    "limpeza": _SCHOOL,
    "higiene": _STEADY,
    "conservas e molhos": _WINTER,
}


@lru_cache(maxsize=256)
def black_friday(year: int) -> date:
    """The Friday after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def expected_orders(day: date) -> float:
    """How many orders that day brings on average; 0 on Sundays and national holidays."""
    if day in national_holidays(day.year):
        return 0.0
    carnival = _CARNIVAL.get((day - easter(day.year)).days, 1.0)
    growth = max(0.5, 1 + _GROWTH_A_YEAR * (day - _ANCHOR).days / 365)
    return _ORDERS_A_DAY * _WEEK[day.weekday()] * _YEAR[day.month - 1] * carnival * growth * _year_end_rush(day)


def _year_end_rush(day: date) -> float:
    before = (black_friday(day.year) - day).days
    if before == 0:
        return 1.7
    if 0 < before < 5:
        return 1.2
    if day.month == 12:
        return 1.15 if 8 <= day.day <= 21 else 0.9 if day.day < 26 else 0.55
    return 0.75 if (day.month, day.day) < (1, 8) else 1.0


@lru_cache(maxsize=65_536)
def category_weight(category: str, month: int) -> float:
    """The category's share against its own average; a category we do not know gets a season by its name."""
    profile = _KNOWN.get(category.casefold()) or _PROFILES[fingerprint("season", category) % len(_PROFILES)]
    return profile[month - 1]


def price_index(year: int) -> int:
    """Per mille of the 2026 price list that was charged in `year`."""
    return max(500, 1000 + 42 * (year - 2026))
