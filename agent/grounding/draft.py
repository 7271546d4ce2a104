"""A draft as it is looked at: its claims with their fates, the names in it, its sentences and tables."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Final

from agent.grounding.binding import Anchor, Owners, bind
from agent.grounding.claims import Claim, Known
from agent.grounding.evidence import Evidence
from agent.grounding.figures import HOURS_UNIT
from agent.grounding.reading import find_claims
from agent.grounding.report import Finding, Reason
from agent.grounding.tables import Tables
from agent.grounding.words.days import RELATIVE_DAY, RELATIVE_DAYS, find_weekdays
from agent.grounding.words.folding import Sentences, fold_in_place
from agent.grounding.words.taken import Taken

_ITEM: Final = re.compile(r"^[ \t]*(?:[-*•+]|\d{1,3}[.)])[ \t]", re.MULTILINE)
_LINES: Final = re.compile(r"[^\n]+|\n")
_DOTS: Final = re.compile(r" [·•] ")  # between the items of a line
_BEFORE_DAY: Final = 9  # letters, in which the weekday of a day stands
_LONGEST_MONTH: Final = 31  # days
_MOST_PATHS: Final = 12


@dataclass(slots=True)
class Trace:
    """A claim's fate: what it was found to be, or why it is nothing."""

    claim: Claim
    sentence: int
    owners: Owners = field(default_factory=Owners)
    found: list[Known] = field(default_factory=list)
    operation: str = ""
    reason: Reason = "unknown"
    exact: Decimal | None = None

    def as_finding(self) -> Finding:
        claim = self.claim
        if not self.operation:
            return Finding(claim.text, claim.start, claim.end, claim.kind, reason=self.reason)
        paths = tuple(dict.fromkeys(known.path for known in self.found))[:_MOST_PATHS]
        return Finding(claim.text, claim.start, claim.end, claim.kind, self.operation, paths)

    def as_known(self) -> Known:
        """The figure for arithmetic over what the reply itself says: as exact as it is known, else as it is printed."""
        claim = self.claim
        labels = frozenset(label for anchor in self.owners.names for label in anchor.labels)
        value = claim.values[0] if self.exact is None else abs(self.exact)
        path = f"reply: {claim.text}"
        return Known(value, claim.kind, claim.unit, path, labels, key=self.operation, origin="reply")


class Draft:
    """Read once; its traces are filled in by `agent.grounding.tracing`."""

    def __init__(self, text: str, evidence: Evidence, *, is_spanish: bool) -> None:
        self.text, self.folded, self.is_spanish = text, fold_in_place(text), is_spanish
        self.evidence = evidence
        self.mentions = evidence.names.find(text)
        self.hints = evidence.names.find_heads(text, self.folded)
        masks = [(mention.start, mention.end) for mention in self.mentions]
        masks += evidence.names.find_measures(self.folded)
        self.sentences, self.tables = Sentences(text), Tables(self.folded)
        self.items = len(_ITEM.findall(text))
        claims = find_claims(text, masks, is_spanish=is_spanish)
        if not any(known.unit == HOURS_UNIT for known in evidence.known):
            claims = [claim for claim in claims if claim.unit != HOURS_UNIT]
        taken = Taken(len(text), masks)
        taken.update((claim.start - _BEFORE_DAY, claim.end) for claim in claims if claim.kind == "date")
        claims = sorted([*claims, *find_weekdays(self.folded, taken)], key=lambda claim: claim.start)
        self.traces = [Trace(claim, self.sentences.index(claim.start)) for claim in claims]
        self.figures = [trace for trace in self.traces if trace.claim.values]
        self._beside = _by_sentence(self.traces)
        self._figures_beside = _by_sentence(self.figures)

    def bounds(self, trace: Trace) -> tuple[int, int]:
        return self.sentences.bounds(trace.sentence)

    def beside(self, trace: Trace) -> Sequence[Trace]:
        """Those of its sentence, itself among them."""
        return self._beside[trace.sentence]

    def figures_beside(self, trace: Trace) -> Sequence[Trace]:
        return self._figures_beside.get(trace.sentence, ())

    def hinted(self, trace: Trace) -> list[Anchor]:
        """What lower-case words of its sentence may name."""
        start, end = self.bounds(trace)
        return [Anchor(m.start, m.end, m.labels) for m in self.hints if start <= m.start < end]

    def subject(self) -> list[Anchor]:
        """Whom the turn is about, where all that was found out is about one."""
        return [Anchor(0, 0, self.evidence.subject)] if self.evidence.subject else []

    def names_before(self, trace: Trace) -> list[Anchor]:
        """Of the line that heads the lines that it stands in."""
        start, _ = self.bounds(trace)
        paragraph = self.text.rfind("\n\n", 0, start) + 1
        before = [mention for mention in self.mentions if paragraph <= mention.start < start]
        if not before:
            return []
        last = self.sentences.index(before[-1].start)
        heads = [Anchor(m.start, m.end, m.labels) for m in before if self.sentences.index(m.start) == last]
        return heads if len(heads) == 1 else []

    def above(self, trace: Trace) -> list[Trace]:
        """The figures over it in its column of a table."""
        cell = self.tables.find(trace.claim.start)
        if cell is None:
            return []
        found = []
        for other in self.figures:
            if other.claim.start >= trace.claim.start or other.claim.kind != trace.claim.kind:
                continue
            there = self.tables.find(other.claim.start)
            if there is not None and (there.table, there.column) == (cell.table, cell.column) and there.row < cell.row:
                found.append(other)
        return found

    def days_beside(self, trace: Trace) -> list[Anchor]:
        """The days and times that its sentence names, yesterday and today among them."""
        said = [anchor for other in self.beside(trace) if other.claim.kind == "date" for anchor in other.owners.days]
        return [*said, *self.relative_days(trace)]

    def relative_days(self, trace: Trace) -> list[Anchor]:
        """Today and yesterday, where its sentence speaks of them."""
        found = []
        for word in RELATIVE_DAY.finditer(self.folded, *self.bounds(trace)):
            day = self.evidence.today - timedelta(days=RELATIVE_DAYS[word[0]])
            found.append(Anchor(word.start(), word.end(), spans=((day, day),)))
        return found

    def below(self, trace: Trace) -> list[Trace]:
        """The first figure of its kind of each item of the list that its sentence heads."""
        end = self.bounds(trace)[1]
        found = []
        if self.text[:end].rstrip(" *_\n").endswith(":"):
            for line in _LINES.finditer(self.text, end):
                if line[0].strip() and not _ITEM.match(line[0]):
                    break
                within = (one for one in self.figures if line.start() <= one.claim.start < line.end())
                found += [one for one in within if one.claim.kind == trace.claim.kind][:1]
        return found

    def bind(self, trace: Trace) -> None:
        """Finds the names and days that the figure stands beside."""
        beside = self.beside(trace)
        everywhere = [(other.claim.start, other.claim.end) for other in beside if other.claim.values]
        start, end = self._clause(trace, everywhere)
        figures = [place for place in everywhere if start <= place[0] < end]
        first, last = self.bounds(trace)
        names = [Anchor(m.start, m.end, m.labels) for m in self.mentions if first <= m.start < last]
        days = [anchor for other in beside if other.claim.kind == "date" for anchor in other.owners.days]
        owners = []
        for anchors in (names, days):
            within = [anchor for anchor in anchors if start <= anchor.start < end]
            here = figures if within else everywhere
            within = [anchor for anchor in within if not _holds_another(anchor, within)]
            owners.append(bind(self.folded, (trace.claim.start, trace.claim.end), here, within or anchors))
        trace.owners = Owners(owners[0], owners[1], tuple(names))

    def _clause(self, trace: Trace, figures: Sequence[tuple[int, int]]) -> tuple[int, int]:
        """The sentence, or its side of a colon that has figures on both: "10 in all: 4 of Ana, 6 of Bia"."""
        start, end = self.bounds(trace)
        if not figures:
            return start, end
        for dot in _DOTS.finditer(self.folded, start, end):
            if dot.start() < trace.claim.start:
                start = dot.end()
            else:
                end = dot.start()
                break
        figures = [place for place in figures if start <= place[0] < end]
        first, last = min(place[1] for place in figures), max(place[0] for place in figures)
        for colon in re.finditer(r"[:;]\s", self.folded[start:end]):
            at = start + colon.start()
            if first <= at < last:
                if trace.claim.start > at:
                    start = at + 1
                else:
                    end = min(end, at)
        return start, end


def _by_sentence(traces: Iterable[Trace]) -> dict[int, list[Trace]]:
    found: dict[int, list[Trace]] = {}
    for trace in traces:
        found.setdefault(trace.sentence, []).append(trace)
    return found


def _holds_another(anchor: Anchor, others: Sequence[Anchor]) -> bool:
    """ "The best day of October was the 22nd": the figure is of the day."""
    if any((last - first).days > _LONGEST_MONTH for first, last in anchor.spans):
        return False
    return any(
        other is not anchor and _is_day(other) and not _is_day(anchor) and _is_within(other, anchor) for other in others
    )


def _is_day(anchor: Anchor) -> bool:
    return bool(anchor.spans) and all(first == last for first, last in anchor.spans)


def _is_within(day: Anchor, time: Anchor) -> bool:
    return any(first <= one <= last for one, _ in day.spans for first, last in time.spans)
