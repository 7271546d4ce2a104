"""Traces every claim of a draft to what is known: said by a tool or a person, or following from it by arithmetic."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from agent.grounding.arithmetic.amounts import derive_amount, derive_count
from agent.grounding.arithmetic.operands import Surroundings, is_change_key, is_of_one_unit, is_total_key
from agent.grounding.arithmetic.orders import SUM_OF_PRODUCTS
from agent.grounding.arithmetic.percentages import derive_multiple, derive_percent
from agent.grounding.attribution import Attribution
from agent.grounding.belongings import Belongings
from agent.grounding.binding import Owners
from agent.grounding.calendar import find_spans, is_coming_week
from agent.grounding.claims import Claim, Derived, Known
from agent.grounding.draft import Draft, Trace
from agent.grounding.evidence import Evidence
from agent.grounding.neighbours import look_around
from agent.grounding.plausible import may_be
from agent.grounding.report import GroundingReport, Reason
from agent.grounding.results import whole_month
from agent.grounding.words.folding import fold_in_place
from agent.grounding.words.lexicon import (
    AHEAD,
    EXAMPLE,
    HOLIDAY,
    IF,
    PACE,
    PER_DAY,
    PLACE,
    SUPPOSING,
    TOMORROW,
    TOTAL,
    WHOLE_OF,
    WITHOUT,
    WORKED,
)
from agent.grounding.words.states import find_states
from agent.grounding.words.talk import is_talk
from models.sales.business_days import national_holidays

_ROW: Final = re.compile(
    r"\s*(?:[-*•]\s|\d+[.)]\s|\|)\s*[*_]*"
    r"([A-ZÀ-Ý][\w'’.]*(?:\s+(?:d[aeo]s?\s+|e\s+|[&]\s+)?[A-ZÀ-Ý][\w'’.]*)+)[*_]*\s*(?:[:—–|(]|-\s)"
)
_IN_PLACE: Final = re.compile(r"\.place\.\w+$")
_SHORT_WORD: Final = 3
_PAUSE: Final = re.compile(r", (?!por exemplo|por ejemplo|for example|say\b|digamos)")
_ROUND: Final = 2  # digits before the noughts of what is supposed for an example


def check(draft: str, evidence: Evidence, *, is_spanish: bool = False) -> GroundingReport:
    """Pure; milliseconds."""
    return _Tracing(Draft(draft, evidence, is_spanish=is_spanish), evidence).run()


class _Tracing:
    """Of one draft."""

    def __init__(self, draft: Draft, evidence: Evidence) -> None:
        self.draft, self.evidence = draft, evidence
        self.belongings = Belongings(evidence)
        self.attribution = Attribution(draft.folded, map(fold_in_place, evidence.sources))

    def run(self) -> GroundingReport:
        for trace in self.draft.traces:
            if trace.claim.kind == "date":
                self._trace_day(trace)
            elif trace.claim.kind == "code":
                self._trace_code(trace)
        for trace in self.draft.figures:
            self.draft.bind(trace)
            self._trace_figure(trace)
        self._derive_all()
        for trace in self.draft.traces:
            if not trace.operation:
                self._set_aside(trace)
        said = (trace for trace in self.draft.traces if not trace.claim.is_weekday)
        return GroundingReport(tuple(trace.as_finding() for trace in said))

    def _trace_day(self, trace: Trace) -> None:
        found = find_spans(trace.claim, self.evidence)
        if found == "unknown" and self._is_of_the_calendar(trace):
            trace.operation = "of the calendar"
        elif isinstance(found, str):
            trace.reason = found
        else:
            trace.operation, trace.owners = "said", Owners(days=found)

    def _is_of_the_calendar(self, trace: Trace) -> bool:
        """ "Falta pouco até 31/05", "amanhã, 21/05", "o feriado de 02/11": no tool need tell when the month ends, or
        what day is tomorrow."""
        today = self.evidence.today
        [first, *others] = trace.claim.days
        if len(others) == 1 and is_coming_week(first, others[0], today):
            return True
        if others or first.day is None:
            return False
        place = self.draft.folded, *self.draft.bounds(trace)
        if HOLIDAY.search(*place) and any(map(first.fits, national_holidays(first.year or today.year))):
            return True
        if first.fits(whole_month(today)[1]):
            return bool(AHEAD.search(*place) or PACE.search(*place))
        return first.fits(today + timedelta(days=1)) and bool(TOMORROW.search(*place))

    def _trace_code(self, trace: Trace) -> None:
        code = re.escape(fold_in_place(trace.claim.text))
        pattern = re.compile(rf"(?<![a-z0-9]){code}(?![a-z0-9])")
        if any(pattern.search(fold_in_place(text)) for text in self.evidence.texts):
            trace.operation = "said"

    def _trace_figure(self, trace: Trace) -> None:
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
        if trace.found and not self._are_attributed(trace, trace.found):
            own = [known for known in trace.found if not known.is_foreign]
            trace.found, trace.reason = own, trace.reason if own else "third_party"
        if claim.bound:
            trace.found.sort(key=lambda known: abs(abs(known.value) - claim.values[0]))
        trace.operation = "said" if trace.found else ""
        if not trace.found and self._is_supposed(trace):
            trace.operation, trace.found = "supposed", [trace.as_known()]

    def _are_attributed(self, trace: Trace, known: Sequence[Known]) -> bool:
        """Whether the sentence says whose words they are, if they are a third party's."""
        place = trace.claim.start
        return not any(one.is_foreign for one in known) or self.attribution.covers(place, self.draft.bounds(trace))

    def _is_of_the_whole(self, trace: Trace, known: Known) -> bool:
        """Whether it belongs to what the named thing is a part of: the customer's figure beside one of its products."""
        named = self.belongings.of(trace.owners.names)
        return bool(known.labels and named) and all(known.labels < one.labels for one in named)

    def _is_strangers(self, trace: Trace) -> bool:
        """Whether the figure stands in the row of a name that nobody has ever told of."""
        if trace.owners.names:
            return False
        row = _ROW.match(self.draft.text, *self.draft.bounds(trace))
        if row is None:
            return False
        told = " ".join(map(fold_in_place, self.evidence.texts))
        return not any(word in told for word in fold_in_place(row[1]).split() if len(word) > _SHORT_WORD)

    def _is_supposed(self, trace: Trace) -> bool:
        """ "If an order is of R$ 5.000": a round figure after an if."""
        claim, start = trace.claim, self.draft.bounds(trace)[0]
        if claim.kind not in {"money", "percent"} or trace.reason != "unknown":
            return False
        is_round = len(claim.values[0].normalize().as_tuple().digits) <= _ROUND
        cue = (
            (SUPPOSING if claim.kind == "money" else IF).search(self.draft.folded, start, claim.start)
            if is_round
            else None
        )
        if is_round and claim.kind == "money" and EXAMPLE.match(self.draft.folded, claim.end):
            return True
        beside = self.draft.figures_beside(trace)
        if cue is not None and IF.fullmatch(cue[0]) and _PAUSE.search(self.draft.folded, cue.end(), claim.start):
            return False  # what follows from the "if" is no supposition any more
        return cue is not None and not any(
            cue.end() <= other.claim.start < claim.start and other.claim.kind == claim.kind for other in beside
        )

    def _find_fault(self, trace: Trace, known: Known) -> Reason | None:
        """Why a figure of that size is not the one that the claim may be about."""
        claim = trace.claim
        if not is_of_one_unit(claim, known):
            return "other_unit" if known.kind == claim.kind else "unknown"
        if _IN_PLACE.search(known.path) and not PLACE.search(self.draft.folded, *self.draft.bounds(trace)):
            return "unknown"  # where a document says something is no figure of it
        if (state := self.evidence.states.get(known.path)) and not self._may_be_of(state, trace):
            return "other_name"
        if claim.direction and is_change_key(known.key) and known.value * claim.direction < 0:
            return "other_direction"
        if is_total_key(known.key) and not _is_of_a_day(known) and PER_DAY.match(self.draft.folded, claim.end):
            return "other_period"
        if not trace.owners.fit_names(known) and not self._is_nobodys(known, trace):
            return "other_name"
        return None if trace.owners.fit_days(known) else "other_period"

    def _may_be_of(self, state: str, trace: Trace) -> bool:
        """What is laid down for one state holds for no other."""
        named = find_states(self.draft.folded, *self.draft.bounds(trace))
        return not named or state in named

    def _is_nobodys(self, known: Known, trace: Trace) -> bool:
        """ "R$ 10 without a salesperson": the row whose name is a dash."""
        is_nameless = not any(letter.isalnum() for label in known.labels for letter in label)
        return is_nameless and bool(WITHOUT.search(self.draft.folded, *self.draft.bounds(trace)))

    def _may_be_total(self, trace: Trace, known: Known) -> bool:
        """Beside a name, a figure that has none is the name's own unless the words or the other figures say not so."""
        start, end = self.draft.bounds(trace)
        if TOTAL.search(self.draft.folded, start, end) or WHOLE_OF.search(self.draft.folded, start, trace.claim.start):
            return True
        root = known.path.partition(".")[0]
        rivals = (k for k in self.evidence.known if k.kind == known.kind and k.path.startswith(root))
        if not any(trace.owners.fit(rival) and rival.labels for rival in rivals):
            return True
        return any(
            other.found and any(anchor.fits(one) for anchor in trace.owners.names for one in other.found)
            for other in self.draft.figures_beside(trace)
            if other.claim.kind == trace.claim.kind
        )

    def _derive_all(self) -> None:
        """Twice, since what comes first may follow from what comes after: where something was derived meanwhile."""
        derived, tried = 0, dict[int, int]()
        figures = [(at, trace) for at, trace in enumerate(self.draft.figures) if not trace.operation]
        for at, trace in (*figures, *figures):
            if not trace.operation and tried.get(at) != derived:
                tried[at] = derived
                derived += self._derive(trace)

    def _derive(self, trace: Trace) -> bool:
        around = look_around(trace, self.draft, self.belongings)
        for derived in _derive(trace.claim, around, self.evidence):
            if (
                trace.claim.matches(derived.value)
                and may_be(trace, derived, self.draft)
                and self._are_attributed(trace, derived.operands)
            ):
                trace.operation, trace.found, trace.exact = derived.operation, list(derived.operands), derived.value
                return True
        return False

    def _set_aside(self, trace: Trace) -> None:
        """What makes no claim after all: offered, a part of a name, or supposed to reckon with."""
        claim, beside = trace.claim, self.draft.beside(trace)
        others = [other.claim for other in beside if other is not trace]
        if trace.reason == "unknown" and is_talk(claim, self.draft.folded, self.draft.bounds(trace), others):
            trace.operation = "offered"
        elif claim.kind == "count" and self._is_reckoned_with(trace):
            trace.operation = "supposed"
        elif claim.kind == "count" and any(
            claim.text in label.split() for anchor in trace.owners.all_names for label in anchor.labels
        ):
            trace.operation = "part of a name"

    def _is_reckoned_with(self, trace: Trace) -> bool:
        """ "10 boxes come to R$ 385,00": a count that nobody told, and that the amount follows from."""
        path, is_worked = trace.as_known().path, bool(WORKED.search(self.draft.folded, *self.draft.bounds(trace)))
        following = (other for other in self.draft.beside(trace) if is_worked or other.operation == SUM_OF_PRODUCTS)
        return any(known.path == path for other in following for known in other.found)


def _is_of_a_day(known: Known) -> bool:
    return not known.spans or any(first == last for first, last in known.spans)


def _derive(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    match claim.kind:
        case "money":
            return derive_amount(claim, around, evidence)
        case "count":
            return derive_count(claim, around, evidence)
        case "percent":
            return derive_percent(claim, around, evidence)
    return derive_multiple(claim, around, evidence)
