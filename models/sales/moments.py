"""The company's days in the zone that its times are stored in: where a period begins, and what day a moment was."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, literal_column

from models.period import Period
from models.sales.dialects import Dialect

DIGITS: Final = "YYYYMMDD"
FIRST_DAY: Final = date(1900, 1, 1)  # what lies before it stands for no day: blanks, zeros, the first day of year one
_MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class Moments:
    """`stored` is None for dates, and for times of the company's own zone; DIGITS for days such as 20261121."""

    local: str
    stored: str | None

    def bounds(self, period: Period) -> tuple[Any, Any]:
        """The first moment of the period and the first one after it, to be compared with the stored time."""
        after = period.end + timedelta(days=1)
        if self.stored == DIGITS:  # a literal of no type yet, which is a number to a number and a text to a text
            return literal_column(f"'{period.start:%Y%m%d}'"), literal_column(f"'{after:%Y%m%d}'")
        if self.stored is None:
            return period.start, after
        return self._stored_midnight(period.start), self._stored_midnight(after)

    def is_day(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """True of a stored time, unknown of none, and false of what stands for none; an index on it serves."""
        first, _ = self.bounds(Period(FIRST_DAY, FIRST_DAY))
        is_day: ColumnElement[bool] = column >= first
        return is_day

    def local_sql(self, sql: str, period: Period, dialect: Dialect) -> str:
        """The stored time as the company's clocks showed it; right for moments of the period alone."""
        if self.stored is None:
            return sql
        if self.stored == DIGITS:
            return dialect.date_of_digits(sql)
        first, *others = _offsets(self.local, self.stored, period.start, period.end)
        if not others:
            return dialect.later(sql, first[1])
        cases = [first, *others]
        whens = " ".join(
            f"WHEN {sql} < {dialect.moment(until)} THEN {dialect.later(sql, minutes)}"
            for (_, minutes), (until, _) in zip(cases, others, strict=False)
        )
        return f"CASE {whens} ELSE {dialect.later(sql, cases[-1][1])} END"

    def local_date(self, value: object) -> date | None:
        """The day of one stored time, as the driver gave it; None for what is none, such as 0 or a 30 February."""
        try:
            day = self._day_of(value)
        except (ValueError, OverflowError):  # the last moments that a datetime holds are in no zone further east
            return None
        return day if day >= FIRST_DAY else None

    def _day_of(self, value: object) -> date:
        if isinstance(value, datetime):
            if value.tzinfo is None and self.stored not in (None, DIGITS):
                value = value.replace(tzinfo=ZoneInfo(self.stored or self.local))
            return (value.astimezone(ZoneInfo(self.local)) if value.tzinfo else value).date()
        if isinstance(value, date):
            return value
        return date.fromisoformat(str(value)[: 8 if self.stored == DIGITS else 10])

    def _stored_midnight(self, day: date) -> datetime:
        local = datetime.combine(day, _MIDNIGHT, ZoneInfo(self.local))
        return local.astimezone(UTC).astimezone(ZoneInfo(self.stored or self.local)).replace(tzinfo=None)


@lru_cache(maxsize=256)
def _offsets(local: str, stored: str, start: date, end: date) -> tuple[tuple[str, int], ...]:
    """From when on (in the stored zone) local clocks were how many minutes ahead of stored ones."""
    here, there = ZoneInfo(local), ZoneInfo(stored)

    def ahead(moment: datetime) -> int:
        difference = _offset(moment, here) - _offset(moment, there)
        return int(difference.total_seconds() // 60)

    moment = datetime.combine(start, _MIDNIGHT, UTC) - timedelta(days=1)
    last = datetime.combine(end, _MIDNIGHT, UTC) + timedelta(days=2)
    found = [("", ahead(moment))]
    while moment < last:
        after = moment + timedelta(days=1)
        if ahead(after) != found[-1][1]:
            changed = _first_change(moment, after, ahead)
            found.append((changed.astimezone(there).strftime("%Y-%m-%d %H:%M:%S"), ahead(after)))
        moment = after
    return tuple(found)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _first_change(before: datetime, after: datetime, ahead: Callable[[datetime], int]) -> datetime:
    """To the minute, between two moments whose offsets differ."""
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // 2
        middle = middle.replace(second=0, microsecond=0)
        if ahead(middle) == ahead(before):
            before = middle
        else:
            after = middle
    return after
