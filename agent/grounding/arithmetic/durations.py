"""How long something takes or took: lengths of periods, days between days, and what is left of the month."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Final

from agent.grounding.arithmetic.operands import Surroundings
from agent.grounding.claims import Claim, Derived
from agent.grounding.evidence import Evidence
from agent.grounding.results import whole_month
from agent.grounding.words.lexicon import AHEAD, IN_A_ROW, PASSED, WORKDAYS
from models.sales.business_days import count_business_days

_DAYS_OF: Final = {"days": 1, "weeks": 7, "months": 30, "years": 365}
_FRIDAY: Final = 4
_CALLED_WORKDAYS: Final = re.compile(rf"{WORKDAYS.pattern}[^.;:,\n\d]*[*_]*: ?[*_]*$")  # "dias úteis restantes: 7"
_LONGEST: Final = 100  # days, of a time whose working days anybody counts


def derive_duration(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """Of a count of days, weeks, months or years, or of one that does not say what it counts."""
    if not claim.unit and _CALLED_WORKDAYS.search(around.before):
        claim = claim._replace(unit="days")
    if claim.unit in _DAYS_OF:
        is_work = bool(WORKDAYS.match(around.after.lstrip(" *_")) or _CALLED_WORKDAYS.search(around.before))
        is_ahead = bool(AHEAD.search(around.sentence))
        if WORKDAYS.search(around.sentence) and (not is_ahead or PASSED.search(around.sentence)):
            month = whole_month(evidence.today)
            for passed in passed_business_days(*month, evidence.today) if claim.unit == "days" else ():
                yield Derived(Decimal(passed), f"working days since {month[0]}", ())
            if claim.unit == "days":
                yield Derived(Decimal(count_business_days(*month)), f"working days of {month[0]}/{month[1]}", ())
        if is_ahead:
            yield from _left(claim.unit, evidence.today, is_work=is_work)
        if not is_work:
            yield from _lengths(claim.unit, evidence)
        elif not is_ahead:
            yield from _workdays(evidence)
        if is_work:
            yield from _workdays_told(around, evidence)
        if is_work:
            return
    is_in_a_row = bool(IN_A_ROW.search(around.sentence))  # both ends belong, and today has no part in it
    if claim.unit == "months":
        months = sorted({day.month for day in around.days if day.month})
        for first, last in combinations(months, 2):
            ways = (1,) if is_in_a_row else (0, 1)
            yield from (Derived(Decimal(last - first + more), f"months {first} to {last}", ()) for more in ways)
    if (claim.unit in _DAYS_OF or not (claim.unit or claim.noun)) and not is_in_a_row:
        for days in _days_between(around, evidence):
            yield days._replace(value=Decimal(round(days.value / _DAYS_OF.get(claim.unit, 1))))


def _lengths(unit: str, evidence: Evidence) -> Iterator[Derived]:
    yield Derived(Decimal(len(evidence.spans)), "number of periods", ())
    for start, end in sorted(evidence.spans):
        yield Derived(_length(start, end, unit), f"length of {start}/{end}", ())
        if start <= evidence.today < end:
            yield Derived(_length(start, evidence.today, unit), f"length of {start} up to today", ())


def _workdays(evidence: Evidence) -> Iterator[Derived]:
    for start, end in sorted(evidence.spans):
        if (end - start).days <= _LONGEST:
            yield Derived(Decimal(_working(start, end)), f"working days of {start}/{end}", ())
            yield Derived(Decimal(_working(start, min(end, evidence.today))), f"working days since {start}", ())


def _workdays_told(around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """ "5 dias úteis, de 23 a 27/11": of a time that the reply itself names."""
    for first, last in pairwise(around.days):
        if first.month and first.day and last.month and last.day:
            with suppress(ValueError):
                start = date(first.year or evidence.today.year, first.month, first.day)
                end = date(last.year or start.year, last.month, last.day)
                if 0 < (end - start).days <= _LONGEST:
                    yield Derived(Decimal(count_business_days(start, end)), f"working days of {start}/{end}", ())


@lru_cache(maxsize=256)
def passed_business_days(start: date, end: date, today: date) -> frozenset[int]:
    """Of a time that runs: with today and without it, national holidays left out."""
    if not start < today <= end or (end - start).days > _LONGEST:
        return frozenset()
    counts = count_business_days(start, today), count_business_days(start, today - timedelta(days=1))
    return frozenset(counts) - {0}


def _working(start: date, end: date) -> int:
    return sum((start + timedelta(days=n)).weekday() <= _FRIDAY for n in range((end - start).days + 1))


def _length(start: date, end: date, unit: str) -> Decimal:
    if unit == "months":
        return Decimal((end.year - start.year) * 12 + end.month - start.month + (1 if start.day <= end.day else 0))
    return Decimal(((end - start).days + 1) // _DAYS_OF[unit])


def _left(unit: str, today: date, *, is_work: bool) -> Iterator[Derived]:
    """To the end of the week, the month, the quarter, the year: with today and without it, working days as well."""
    friday = today + timedelta(days=max(0, _FRIDAY - today.weekday()))
    quarter = whole_month(date(today.year, (today.month + 2) // 3 * 3, 1))[1]
    for end in (friday, whole_month(today)[1], quarter, date(today.year, 12, 31)):
        days = (end - today).days
        working = _working(today + timedelta(days=1), end)
        for left in {working, working + 1} if is_work else {days, days + 1, working, working + 1}:
            yield Derived(Decimal(left if unit == "days" else round(left / _DAYS_OF[unit])), f"left until {end}", ())


def _days_between(around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    if any(known.unit == "days" for known in around.named):
        return
    for day in sorted(evidence.days)[:60]:
        between = abs((evidence.today - day).days)
        yield Derived(Decimal(between), f"days from {day} to {evidence.today}", ())
    exact = sorted({d for d in evidence.days for said in around.days if said.fits(d)})[:6]
    for one, other in combinations(exact, 2):
        yield Derived(Decimal((other - one).days), f"days from {one} to {other}", ())
        yield Derived(Decimal((other - one).days + 1), f"days from {one} to {other}", ())
