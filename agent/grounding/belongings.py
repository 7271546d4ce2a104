"""What belongs to a name or a time that a reply names: its own figures, and what those of a longer time come to."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Final

from agent.grounding.binding import Anchor
from agent.grounding.claims import Known, Span
from agent.grounding.evidence import Evidence
from agent.grounding.words.lexicon import WEEKEND, WORKDAYS

MOST_NAMED: Final = 40
_PEOPLE: Final = frozenset({"question", "context", "conversation"})
_MOST_TOLD: Final = 12
_SATURDAY: Final = 5
_LONGEST: Final = 400  # days, of a time whose parts are added up


class Belongings:
    """Looked up once for each name and each time."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self.told = [one for one in evidence.known if one.origin in _PEOPLE][:_MOST_TOLD]
        self._found: dict[tuple[frozenset[str], tuple[Span, ...]], list[Known]] = {}

    def of_workdays(self, sentence: str) -> list[Known]:
        """What the working days come to, and what the weekend, where days are told one by one."""
        found = list[Known]()
        for items in self._evidence.collections.values():
            single = [one for one in items if len(one.spans) == 1 and one.spans[0][0] == one.spans[0][1]]
            for pattern, is_weekend in ((WORKDAYS, False), (WEEKEND, True)):
                chosen = [one for one in single if (one.spans[0][0].weekday() >= _SATURDAY) == is_weekend]
                if pattern.search(sentence) and len(single) == len(items) and len(chosen) > 1:
                    found += _sum_and_mean(chosen, chosen[0].spans[0])
        return found

    def of(self, anchors: Iterable[Anchor]) -> list[Known]:
        """What belongs to one of them, each anchor's own first."""
        found = (known for anchor in anchors for known in self.of_one(anchor))
        return list(islice(dict.fromkeys(found), MOST_NAMED))

    def of_one(self, anchor: Anchor) -> list[Known]:
        key = (anchor.labels, anchor.spans)
        if key not in self._found:
            known = (one for one in self._evidence.known if one.origin != "question" and anchor.fits(one))
            self._found[key] = list(islice((*self._of_whole_times(anchor), *known), MOST_NAMED))
        return self._found[key]

    def steps(self, known: Iterable[Known]) -> Iterator[tuple[Known, Known]]:
        """Each figure of a time with the one before it in its list: month by month, day by day."""
        for one in known:
            items = self._evidence.collections.get((one.collection, one.key), ())
            at = items.index(one) if one.spans and one in items else 0
            if at and items[at - 1].spans and items[at - 1].spans != one.spans:
                yield one, items[at - 1]

    def _of_whole_times(self, anchor: Anchor) -> Iterator[Known]:
        """Sums and means of lists over the time, and over the time before it, where its parts are told."""
        if anchor.labels:
            return
        for first, last in anchor.spans:
            if last == date.max or not 1 < (last - first).days <= _LONGEST:
                continue
            before = first - timedelta(days=1)
            for span in ((first, last), (_months_back(first, last), before)):
                for items in self._evidence.collections.values():
                    yield from _reckon(items, span)


def _months_back(first: date, last: date) -> date:
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    at = first.year * 12 + first.month - 1 - months
    return date(at // 12, at % 12 + 1, 1)


def _reckon(items: list[Known], span: Span) -> Iterator[Known]:
    if items[0].kind not in {"money", "count"}:
        return
    within = [one for one in items if one.spans and all(span[0] <= day[0] and day[1] <= span[1] for day in one.spans)]
    if len({one.spans for one in within}) > 1:  # parts of the time, not things that are all of it
        yield from _sum_and_mean(within, span)


def _sum_and_mean(within: list[Known], span: Span) -> Iterator[Known]:
    total = sum((one.value for one in within), Decimal(0))
    labels = frozenset.intersection(*(one.labels for one in within))
    path = f"{within[0].path} to {within[-1].path}"
    whole = within[0]._replace(
        value=total,
        path=f"{path}: sum",
        labels=labels,
        spans=(span,),
        collection="",
        key="sum",
        scope="",
        origin="reckoned",
    )
    yield whole
    yield whole._replace(value=total / len(within), path=f"{path}: mean", key="mean")
