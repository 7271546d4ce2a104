"""What a rule of the grammar makes of the words it matched."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from re import Match, Pattern
from typing import Literal

from agent.periods.days import is_whole, latest
from models.period import Period

Kind = Literal[
    "day",  # one day, or a few named together
    "named",  # a month, quarter or feast called by its name
    "unit",  # a calendar unit counted from today: last week, this year
    "rolling",  # the last N days
    "range",  # from ... to ...
    "previous",  # the unit before another period
    "before",  # the N days before another period
    "same",  # another period once more: "no mesmo mês"
    "same_in_year",  # another period, in the year named
    "same_last_year",  # another period, one year back
    "weak",  # a month or weekday only if another one stands beside it
    "begin",  # the first day of something: only a range's end
    "end",  # the last day of something: only a range's end
    "to_now",  # "so far": cuts what it stands beside
    "skip",  # words of time that name no period: "by month"
]


@dataclass(frozen=True, slots=True)
class Reading:
    """`recur` gives the latest such period begun on a day, for words without a year; None if the words are fixed."""

    kind: Kind
    period: Period | None = None
    recur: Callable[[date], Period] | None = None
    cycle: Literal["", "year", "month", "week"] = ""  # how often `recur` comes round
    unit: str = ""
    count: int = 0
    within: Callable[[Period], Period] | None = None  # the same thing in another year or month; ValueError if none is


Builder = Callable[[Match[str], date], Reading]


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern over concepts parted by single spaces, and what it means. The longest match at a place wins."""

    pattern: Pattern[str]
    build: Builder


def recurring(kind: Kind, recur: Callable[[date], Period], today: date, cycle: Literal["year", "month"]) -> Reading:
    return Reading(kind, recur(today), recur, cycle)


def yearly(
    build: Callable[[int], Period], year: int | None, today: date, kind: Kind = "named", unit: str = ""
) -> Reading:
    """What comes once a year: that of the year named, else the latest that has begun."""

    def within(larger: Period) -> Period:
        if not is_whole(larger, "YEAR"):
            raise ValueError("it comes once a year")
        return build(larger.start.year)

    if year is not None:
        return Reading(kind, build(year), unit=unit, within=within)
    reading = recurring(kind, lambda day: latest(build, day), today, "year")
    return replace(reading, unit=unit, within=within)
