"""Means of what is told, over things, months and days, and what a time that still runs comes to at that pace."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from agent.grounding.arithmetic.durations import passed_business_days
from agent.grounding.arithmetic.operands import (
    MOST_LISTS,
    Surroundings,
    by_key,
    is_alike,
    lists,
    total_of,
    totals,
    unique,
)
from agent.grounding.claims import Claim, Derived, Known
from agent.grounding.evidence import Evidence
from agent.grounding.flags import is_named
from agent.grounding.results import whole_month
from agent.grounding.words.lexicon import PER_MONTH, PER_WEEK, WORKDAYS
from models.sales.business_days import count_business_days


def derive_means(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    for known in around.belonging:
        if known.key == "mean" and is_alike(claim, known):
            yield Derived(known.value, "mean", (known,), (known,))
    for group in (around.shown, around.beside, around.of_names):
        for items in by_key(claim, unique(group)).values():
            if len(items) > 1:
                yield _mean(total_of(items), len(items), tuple(items), claim)
    for amount in around.beside:
        for count in around.reckoned if is_alike(claim, amount) else ():
            if count.unit == "days" and amount.kind != "count" and count.value:
                yield _mean(amount.value, count.value, (amount, count), claim)
    for listed in lists(claim, evidence):
        past = [known for known in listed if known.spans and known.spans[0][1] < evidence.today]
        for some in (past, [known for known in past if _is_told_whole(known, evidence)]):
            if 1 < len(some) < len(listed):
                yield _mean(total_of(some), len(some), tuple(some), claim)
    for items in lists(claim, evidence):
        yield _mean(total_of(items), len(items), tuple(items), claim)
    for (path, key), items in list(evidence.collections.items())[:MOST_LISTS]:
        for (other, which), counts in list(evidence.collections.items())[:MOST_LISTS]:
            number = total_of(counts) if other == path and which != key and counts[0].kind == "count" else 0
            if number and is_alike(claim, items[0]):
                yield _mean(total_of(items), number, (*items, *counts), claim)
    for scope in list(evidence.scopes.values())[:200]:
        counts = [known for known in scope if known.kind == "count" and known.value > 1]
        for amount in scope:
            if amount.kind != claim.kind and not (claim.kind == "count" and amount.kind == "count"):
                continue
            for count in counts:
                if count is not amount:
                    yield _mean(amount.value, count.value, (amount, count), claim)
            yield from _per_day(amount, claim, evidence.today, by_workdays=bool(WORKDAYS.search(around.sentence)))
            if is_alike(claim, amount):
                yield from _per_longer(amount, claim, around.after)


def is_of_more(derived: Derived, around: Surroundings, evidence: Evidence) -> bool:
    """A mean over more than the rows that the sentence speaks of: of the whole list, or of what all of it comes to,
    where it says "the mean of the open ones"."""
    if derived.operation != "mean" or not around.groups:
        return False
    some = [group for group in around.groups if group.is_said and group.length < evidence.lengths[group.path]]
    paths, rows = {group.path for group in some}, {row.scope for group in some for row in group.rows}
    wholes = {place for path in paths for place in (path.rpartition(".")[0], path.partition(".")[0])}
    return any(
        one.scope not in rows if one.collection in paths else not is_named("", one.key, around.sentence)
        for one in derived.operands
        if one.collection in paths or one.scope in wholes
    )


def _is_told_whole(known: Known, evidence: Evidence) -> bool:
    """Whether the month of a list lies within the period that its result tells of."""
    root = known.path.partition(".")[0]
    periods = [total.spans[0] for total in totals(evidence) if total.spans and total.path.partition(".")[0] == root]
    return any(first <= known.spans[0][0] and known.spans[0][1] <= last for first, last in periods[:1])


def _per_day(amount: Known, claim: Claim, today: date, *, by_workdays: bool) -> Iterator[Derived]:
    """Over the whole period, and over what has passed of it."""
    for start, end in amount.spans[:2]:
        for days in passed_business_days(start, end, today) if by_workdays else ():
            yield _mean(amount.value, days, (amount,), claim)
        for last in {end, min(end, today)}:
            if start < last:
                yield _mean(amount.value, (last - start).days + 1, (amount,), claim)
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        if months > 1 and start.day == 1:
            yield _mean(amount.value, months, (amount,), claim)


def _per_longer(amount: Known, claim: Claim, after: str) -> Iterator[Derived]:
    """ "4 por semana", "20 a month", over a time of many: what is about so many may have been cut off to it."""
    is_by_weeks, is_by_months = PER_WEEK.match(after), PER_MONTH.match(after)
    for start, end in amount.spans[:2] if is_by_weeks or is_by_months else ():
        days = (end - start).days + 1
        months = (end.year - start.year) * 12 + end.month - start.month
        is_whole = (end + timedelta(days=1)).day == start.day and start.day > 1  # from the 19th to the 18th
        number = Decimal(days) / 7 if is_by_weeks else Decimal(months if is_whole else 0)
        if number > 1:
            yield _mean(amount.value, number, (amount,), claim)
            if claim.bound == "about" and claim.kind == "count":
                yield Derived(amount.value // number, "mean", (amount,), (amount,))


def derive_projections(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """What a running time comes to if it goes on like this."""
    is_by_workdays = bool(WORKDAYS.search(around.sentence))
    named = (known for known in around.named if known.collection)  # the month of a list that runs
    for amount in (*totals(evidence), *named):
        for start, end in amount.spans[:2] if is_alike(claim, amount) else ():
            for days in passed_business_days(start, end, evidence.today) if is_by_workdays else ():
                value = amount.value / days * count_business_days(start, end)
                yield Derived(value, "projection", (amount,), (amount,))
            whole = (whole_month(start)[1] if start.day == 1 else end, end)
            for last in whole:
                passed = (min(evidence.today, end) - start).days + 1
                if 0 < passed < (last - start).days + 1:
                    value = amount.value / passed * ((last - start).days + 1)
                    yield Derived(value, "projection", (amount,), (amount,))


def _mean(total: Decimal, count: Decimal | int, operands: tuple[Known, ...], claim: Claim) -> Derived:
    mean = total / count
    is_whole = claim.kind == "count" and all(value == value.to_integral_value() for value in claim.values)
    return Derived(mean.quantize(Decimal(1)) if is_whole else mean, "mean", operands, operands[:1])
