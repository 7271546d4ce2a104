"""Holds the days that a text names against those that are known."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from agent.grounding.binding import Anchor
from agent.grounding.claims import Claim, PartialDay, Span
from agent.grounding.evidence import Evidence
from agent.grounding.report import Reason
from agent.grounding.results import whole_month

_TO_FRIDAY, _TO_SUNDAY = 4, 6  # days from Monday


def find_spans(claim: Claim, evidence: Evidence) -> tuple[Anchor, ...] | Reason:
    """The days that the claim may mean, as an anchor for the figures beside it; or why it means none."""
    if claim.is_term:
        spans = tuple(_terms(claim, evidence))
        return (Anchor(claim.start, claim.end, spans=spans),) if spans else "unknown"
    if claim.is_weekday:
        return _weekdays(claim, evidence)
    days = [_resolve(day, evidence) for day in claim.days]
    if not all(days):
        return "unknown"
    if claim.weekday is not None and all(first.weekday() != claim.weekday for first, _ in days[0]):
        return "wrong_weekday"
    spans = tuple(days[0])
    if len(days) == 2:
        spans = tuple((one[0], other[1]) for one, other in zip(*days, strict=False) if one[0] <= other[1])
    if all(first > evidence.today and not _is_told(first, evidence) for first, _ in spans):
        return ()  # no figure is of a day to come
    return (Anchor(claim.start, claim.end, spans=spans),)


def is_coming_week(first: PartialDay, last: PartialDay, today: date) -> bool:
    """From Monday to Friday or Sunday of this week or the next: "semana que vem, de 23 a 27/11"."""
    monday = today - timedelta(days=today.weekday())
    return any(
        first.day is not None and first.fits(start) and last.day is not None and last.fits(start + timedelta(days=more))
        for start in (monday, monday + timedelta(days=7))
        for more in (_TO_FRIDAY, _TO_SUNDAY)
    )


def _is_told(day: date, evidence: Evidence) -> bool:
    return any(first <= day <= last for first, last in evidence.spans)


def _weekdays(claim: Claim, evidence: Evidence) -> tuple[Anchor, ...]:
    """Of the days that figures are told of one by one; none where no day has its own."""
    days = sorted({span for span in evidence.spans if span[0] == span[1] and span[0].weekday() == claim.weekday})
    return (Anchor(claim.start, claim.end, spans=tuple(days)),) if days else ()


def _terms(claim: Claim, evidence: Evidence) -> Iterator[Span]:
    """Of each year that it may be of, where anything is known of it."""
    first, last = claim.days
    assert first.month is not None
    assert last.month is not None
    for year in sorted({day.year for day in evidence.days}):
        span = date(year, first.month, 1), whole_month(date(year, last.month, 1))[1]
        if (first.year is None or first.year == year) and any(
            one[0] <= span[1] and span[0] <= one[1] for one in (*evidence.spans, (evidence.today, evidence.today))
        ):
            yield span


def _resolve(day: PartialDay, evidence: Evidence) -> Sequence[Span]:
    """Whole months and years where no day is said."""
    known = sorted(one for one in evidence.days if day.fits(one))
    if not known:
        return [(date.min, date.max)] if any(_says(said, day) for said in evidence.said) else []
    if day.day is not None:
        return [(one, one) for one in known]
    if day.month is not None:
        return sorted({whole_month(one) for one in known})
    return sorted({(date(one.year, 1, 1), date(one.year, 12, 31)) for one in known})


def _says(said: PartialDay, day: PartialDay) -> bool:
    """Whether what a person said is no less than that."""
    pairs = ((said.year, day.year), (said.month, day.month), (said.day, day.day))
    return all(theirs is None or theirs == own for own, theirs in pairs)
