"""Traces every claim of a draft to what is known: said by a tool or a person, or following from it by arithmetic."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Final

from agent.grounding.amounts import derive_amount, derive_count
from agent.grounding.binding import Anchor, Owners, bind
from agent.grounding.calendar import find_spans
from agent.grounding.claims import Claim, Derived, Known, Span
from agent.grounding.evidence import Evidence
from agent.grounding.folding import Sentences, fold_in_place
from agent.grounding.lexicon import OFFER, TOTAL
from agent.grounding.operands import Surroundings, is_of_one_unit
from agent.grounding.percentages import derive_multiple, derive_percent
from agent.grounding.reading import find_claims
from agent.grounding.report import Finding, GroundingReport, Reason

_CHANGES: Final = re.compile(r"(?:^|_)(?:change|difference|diff|growth|variation|delta)(?:_|$)")
_ITEM: Final = re.compile(r"^[ \t]*(?:[-*•+]|\d{1,3}[.)])[ \t]", re.MULTILINE)
_ROW: Final = re.compile(
    r"\s*(?:[-*•]\s|\d+[.)]\s|\|)\s*[*_]*"
    r"([A-ZÀ-Ý][\w'’.]*(?:\s+(?:d[aeo]s?\s+|e\s+|[&]\s+)?[A-ZÀ-Ý][\w'’.]*)+)[*_]*\s*(?:[:—–|(]|-\s)"
)
_SHORT_WORD: Final = 3
_OF_TWO: Final = frozenset({"difference", "change", "multiple"})
_MOST_NEAR: Final = 6
_MOST_PATHS: Final = 12
_MOST_NAMED: Final = 40


def check(draft: str, evidence: Evidence, *, is_spanish: bool = False) -> GroundingReport:
    """Pure; milliseconds."""
    return _Tracing(draft, evidence, is_spanish=is_spanish).run()


@dataclass(slots=True)
class _Trace:
    """A claim's fate: what it was found to be, or why it is nothing."""

    claim: Claim
    sentence: int
    owners: Owners = field(default_factory=Owners)
    found: list[Known] = field(default_factory=list)
    operation: str = ""
    reason: Reason = "unknown"

    def as_finding(self) -> Finding:
        claim = self.claim
        told = Finding(claim.text, claim.start, claim.end, claim.kind)
        if not self.operation:
            return Finding(told.text, told.start, told.end, told.kind, reason=self.reason)
        paths = tuple(dict.fromkeys(known.path for known in self.found))[:_MOST_PATHS]
        return Finding(told.text, told.start, told.end, told.kind, self.operation, paths)


class _Tracing:
    """Of one draft."""

    def __init__(self, draft: str, evidence: Evidence, *, is_spanish: bool) -> None:
        self.draft, self.folded, self.evidence = draft, fold_in_place(draft), evidence
        self.mentions = evidence.names.find(draft)
        masks = [(mention.start, mention.end) for mention in self.mentions]
        self.sentences = Sentences(draft)
        self._owned: dict[tuple[frozenset[str], tuple[Span, ...]], list[Known]] = {}
        self.items = len(_ITEM.findall(draft))
        claims = find_claims(draft, masks, is_spanish=is_spanish)
        self.traces = [_Trace(claim, self.sentences.index(claim.start)) for claim in claims]
        self.figures = [trace for trace in self.traces if trace.claim.values]

    def run(self) -> GroundingReport:
        for trace in self.traces:
            if trace.claim.kind == "date":
                self._trace_day(trace)
            elif trace.claim.kind == "code":
                self._trace_code(trace)
        for trace in self.figures:
            self._bind(trace)
            self._trace_figure(trace)
        for trace in self.figures:
            if not trace.operation:
                self._derive(trace)
        return GroundingReport(tuple(trace.as_finding() for trace in self.traces))

    def _trace_day(self, trace: _Trace) -> None:
        found = find_spans(trace.claim, self.evidence)
        if found == "unknown" and self._is_offered(trace):
            trace.operation = "offered"
        elif isinstance(found, str):
            trace.reason = found
        else:
            trace.operation, trace.owners = "said", Owners(days=found)

    def _is_offered(self, trace: _Trace) -> bool:
        """ "Shall I compare it with January?" says nothing of January yet."""
        start, end = self.sentences.bounds(trace.sentence)
        return bool(OFFER.search(self.folded, start, end)) and not self._in_sentence(trace, self.figures)

    def _trace_code(self, trace: _Trace) -> None:
        code = re.escape(fold_in_place(trace.claim.text))
        pattern = re.compile(rf"(?<![a-z0-9]){code}(?![a-z0-9])")
        if any(pattern.search(fold_in_place(text)) for text in self.evidence.texts):
            trace.operation = "said"

    def _in_sentence(self, trace: _Trace, traces: Iterable[_Trace]) -> list[_Trace]:
        return [other for other in traces if other.sentence == trace.sentence]

    def _bind(self, trace: _Trace) -> None:
        beside = self._in_sentence(trace, self.traces)
        everywhere = [(other.claim.start, other.claim.end) for other in beside if other.claim.values]
        start, end = self._clause(trace, everywhere)
        figures = [place for place in everywhere if start <= place[0] < end]
        first, last = self.sentences.bounds(trace.sentence)
        names = [Anchor(m.start, m.end, m.labels) for m in self.mentions if first <= m.start < last]
        days = [anchor for other in beside if other.claim.kind == "date" for anchor in other.owners.days]
        owners = []
        for anchors in (names, days):
            within = [anchor for anchor in anchors if start <= anchor.start < end]
            here = figures if within else everywhere
            owners.append(bind(self.folded, (trace.claim.start, trace.claim.end), here, within or anchors))
        trace.owners = Owners(owners[0], owners[1], tuple(names))

    def _clause(self, trace: _Trace, figures: Sequence[tuple[int, int]]) -> tuple[int, int]:
        """The sentence, or its side of a colon that has figures on both: "10 in all: 4 of Ana, 6 of Bia"."""
        start, end = self.sentences.bounds(trace.sentence)
        for colon in re.finditer(r":\s", self.folded[start:end]):
            at = start + colon.start()
            if any(place[1] <= at for place in figures) and any(place[0] > at for place in figures):
                if trace.claim.start > at:
                    start = at + 1
                else:
                    end = min(end, at)
        return start, end

    def _trace_figure(self, trace: _Trace) -> None:
        claim, totals = trace.claim, []
        if claim.kind == "money" and claim.unit not in {"BRL", ""} and claim.values == (Decimal(1),):
            trace.operation = "one of a currency"
            return
        for known in self.evidence.find_near(claim):
            if not claim.matches(known.value):
                continue
            fault = self._find_fault(trace, known)
            is_total = fault is None and known.origin == "tool" and trace.owners.are_unknown_to(known)
            if is_total or (fault == "other_name" and self._is_of_the_whole(trace, known)):
                totals.append(known)
            elif fault is None:
                trace.found.append(known)
            elif trace.reason == "unknown":
                trace.reason = fault
        if totals and not trace.found:
            if self._may_be_total(trace, totals[0]):
                trace.found = totals
            else:
                trace.reason = "other_name"
        if trace.found and all(known.labels for known in trace.found) and self._is_strangers(trace):
            trace.found, trace.reason = [], "other_name"
        trace.operation = "said" if trace.found else ""

    def _is_of_the_whole(self, trace: _Trace, known: Known) -> bool:
        """Whether it belongs to what the named thing is a part of: the customer's figure beside one of its products."""
        named = self._of(trace.owners.names)
        return bool(known.labels and named) and all(known.labels < one.labels for one in named)

    def _is_strangers(self, trace: _Trace) -> bool:
        """Whether the figure stands in the row of a name that nobody has ever told of."""
        if trace.owners.names:
            return False
        start, end = self.sentences.bounds(trace.sentence)
        row = _ROW.match(self.draft, start, end)
        if row is None:
            return False
        told = " ".join(map(fold_in_place, self.evidence.texts))
        return not any(word in told for word in fold_in_place(row[1]).split() if len(word) > _SHORT_WORD)

    def _find_fault(self, trace: _Trace, known: Known) -> Reason | None:
        """Why a figure of that size is not the one that the claim may be about."""
        claim = trace.claim
        if not is_of_one_unit(claim, known):
            return "other_unit" if known.kind == claim.kind else "unknown"
        if claim.direction and _CHANGES.search(known.key) and known.value * claim.direction < 0:
            return "other_direction"
        if not trace.owners.fit_names(known):
            return "other_name"
        return None if trace.owners.fit_days(known) else "other_period"

    def _may_be_total(self, trace: _Trace, known: Known) -> bool:
        """Beside a name, a figure that has none is the name's own unless the words or the other figures say not so."""
        start, end = self.sentences.bounds(trace.sentence)
        if TOTAL.search(self.folded, start, end):
            return True
        root = known.path.partition(".")[0]
        rivals = (k for k in self.evidence.known if k.kind == known.kind and k.path.startswith(root))
        if not any(trace.owners.fit(rival) and rival.labels for rival in rivals):
            return True
        return any(
            other.found and any(anchor.fits(one) for anchor in trace.owners.names for one in other.found)
            for other in self._in_sentence(trace, self.figures)
            if other.claim.kind == trace.claim.kind
        )

    def _derive(self, trace: _Trace) -> None:
        around = self._look_around(trace)
        for derived in _derive(trace.claim, around, self.evidence):
            if trace.claim.matches(derived.value) and self._may_be(trace, derived):
                trace.operation, trace.found = derived.operation, list(derived.operands)
                return

    def _may_be(self, trace: _Trace, derived: Derived) -> bool:
        if derived.is_change and trace.claim.direction and derived.value * trace.claim.direction < 0:
            return False
        whose = derived.whose
        if derived.operation in _OF_TWO and len(trace.owners.all_names) > 1:
            named = Owners(names=trace.owners.all_names)
            if not all(named.fit_names(one) for one in whose):
                return False
        return not whose or any(trace.owners.fit_names(one) for one in whose)

    def _look_around(self, trace: _Trace) -> Surroundings:
        beside = self._in_sentence(trace, self.figures)
        said = [known for other in beside if other is not trace for known in other.found[:2]]
        before = [other for other in self.figures if other.sentence < trace.sentence and other.found]
        after = [other for other in self.figures if other.sentence > trace.sentence and other.found]
        near = [known for other in before[: -_MOST_NEAR - 1 : -1] + after[:2] for known in other.found[:1]]
        start, end = self.sentences.bounds(trace.sentence)
        days = [a for o in self._in_sentence(trace, self.traces) if o.claim.kind == "date" for a in o.owners.days]
        return Surroundings(
            sentence=self.folded[start:end],
            beside=said,
            near=near,
            named=self._of([*trace.owners.all_names, *days]),
            bound=[self._of([anchor]) for anchor in (*trace.owners.names, *trace.owners.days)],
            counts=[int(value) for other in beside for value in other.claim.values if 1 < value < 50],
            shown=[known for other in before for known in other.found[:1]],
            anchors=len(trace.owners.all_names) + len(days),
            compares=max(len(trace.owners.all_names), len(days)) > 1,
            items=self.items,
            days=[day for other in self.traces for day in other.claim.days if other.operation],
        )

    def _of(self, anchors: Iterable[Anchor]) -> list[Known]:
        """What belongs to one of them, each anchor's own first."""
        found = (known for anchor in anchors for known in self._owned_by(anchor))
        return list(islice(dict.fromkeys(found), _MOST_NAMED))

    def _owned_by(self, anchor: Anchor) -> list[Known]:
        key = (anchor.labels, anchor.spans)
        if key not in self._owned:
            known = (one for one in self.evidence.known if one.origin != "question" and anchor.fits(one))
            self._owned[key] = list(islice(known, _MOST_NAMED))
        return self._owned[key]


def _derive(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    match claim.kind:
        case "money":
            return derive_amount(claim, around, evidence)
        case "count":
            return derive_count(claim, around, evidence)
        case "percent":
            return derive_percent(claim, around, evidence)
    return derive_multiple(around, evidence)
