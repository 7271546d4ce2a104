"""What a reply may rest on: the turn's tool results, the person's words, the conversation, and what day it is."""

import re
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from agent.base import ToolUse, TurnInput
from agent.grounding.claims import Claim, Known, PartialDay, Span
from agent.grounding.flags import Flags
from agent.grounding.names import Mention, NameBook
from agent.grounding.reading import find_claims
from agent.grounding.results import HOME_CURRENCY, ToolReading, read_tool_use
from agent.grounding.tables import Tables
from agent.grounding.words.days import find_weekdays
from agent.grounding.words.entries import find_entries
from agent.grounding.words.folding import Sentences, fold_in_place
from agent.grounding.words.states import find_states
from agent.grounding.words.taken import Taken

_EPSILON = 1e-9  # floats only narrow the search; what matches is decided exactly
_SLASHED = re.compile(r"\d/\d")
_TERMS = re.compile(r"\d{1,3}(?:/\d{1,3}){2,}")
_CLAUSE_ENDS = re.compile(r"[,;:.!?\n\d]| e | and | y ")
_OTHERS = frozenset({"outsider", "third_party"})
_LEAST_AMOUNT = 100
_LONGEST_WORDS = 12_000  # characters of one message or passage; what lies beyond is not looked at
_MOST_FIGURES = 5_000  # of one turn; what lies beyond is not looked at


@dataclass(slots=True)
class Evidence:
    """Gathered once per draft. `texts` are all words of tools and people, folded, to find codes in."""

    today: date
    known: list[Known] = field(default_factory=list)
    days: set[date] = field(default_factory=set)
    spans: set[Span] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    subject: frozenset[str] = frozenset()  # whom all figures of the last result are of
    sources: list[str] = field(default_factory=list)  # of what third parties wrote
    currency: str = HOME_CURRENCY
    lengths: dict[str, int] = field(default_factory=dict)  # of lists, by their path
    names: NameBook = field(default_factory=NameBook)
    collections: dict[tuple[str, str], list[Known]] = field(default_factory=lambda: defaultdict(list))
    scopes: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    said: list[PartialDay] = field(default_factory=list)  # days that people named, as they named them
    question: str = ""  # folded
    states: dict[str, str] = field(default_factory=dict)  # that words lay a figure down for, by its path
    flags: Flags = field(default_factory=dict)
    results: int = 0
    _by_size: list[tuple[float, int]] = field(default_factory=list)

    def add(self, known: Iterable[Known]) -> None:
        for one in known:
            if len(self.known) >= _MOST_FIGURES:
                return
            insort(self._by_size, (abs(float(one.value)), len(self.known)))
            self.known.append(one)
            if one.collection:
                self.collections[one.collection, one.key].append(one)
            if one.scope:
                self.scopes[one.scope].append(one)

    def find_near(self, claim: Claim) -> list[Known]:
        """Those that the claim may match by their size, in the order in which they became known; no other can."""
        found: set[int] = set()
        for value, slack in zip(claim.values, claim.slack, strict=True):
            low, high = float(value - slack), float(value + slack)
            if claim.bound:
                low, high = min(low, float(value) * 0.95), max(high, float(value) * 2)
            first = bisect_left(self._by_size, (low * (1 - _EPSILON), -1))
            last = bisect_right(self._by_size, (high * (1 + _EPSILON), len(self.known)))
            found.update(place for _, place in self._by_size[first:last])
        return [self.known[place] for place in sorted(found)]


def gather_evidence(turn: TurnInput, tools: Sequence[ToolUse], *, with_history: bool = True) -> Evidence:
    """From a turn and the tool calls made in it. What the assistant said before counts: it was checked then."""
    today = turn.situation.today
    evidence = Evidence(today, days={today, today - timedelta(days=1)}, question=fold_in_place(turn.text))
    for number, use in enumerate(tools):
        _add_result(evidence, read_tool_use(use, number), is_foreign=use.is_foreign)
        evidence.sources += [use.name, str(use.result.get("source", ""))] if use.is_foreign else []
    situation = turn.situation
    evidence.texts += [situation.person_name, situation.salesperson or "", situation.customer or "", turn.company]
    _add_words(evidence, turn.text, "question", is_foreign=_are_others_words(turn))
    for line in turn.context:
        _add_words(evidence, line.content, "context", is_foreign=line.origin in _OTHERS)
    for line in turn.history if with_history else ():
        if line.role in ("user", "assistant"):
            _add_words(evidence, line.content, "conversation", is_foreign=line.origin in _OTHERS)
    return evidence


def _are_others_words(turn: TurnInput) -> bool:
    """What was forwarded; and what an outsider wrote into the conversation of somebody who is none."""
    is_staff = turn.situation.role in ("rep", "manager")
    return "forwarded" in turn.taint or (is_staff and "outsider" in turn.taint)


def _add_result(evidence: Evidence, reading: ToolReading, *, is_foreign: bool) -> None:
    evidence.results += 1
    evidence.add(reading.known)
    evidence.spans.update(reading.spans)
    evidence.days.update(reading.days)
    for start, end in reading.spans:
        evidence.days.update((start, end))
    evidence.texts += reading.texts
    evidence.said += reading.said
    evidence.currency = next((one.unit for one in reading.known if one.kind == "money"), evidence.currency)
    evidence.lengths |= reading.lengths
    evidence.flags |= reading.flags
    evidence.names.add(label for one in reading.known for label in one.labels)
    for text in reading.texts:
        if _SLASHED.search(text):  # a week that calls itself "07/12 a 11/12"
            evidence.said += [day for claim in find_claims(text) if claim.kind == "date" for day in claim.days]
    subjects = [one.labels for one in reading.known if one.labels]
    evidence.subject = frozenset.intersection(*subjects) if subjects else frozenset()
    for text, path in reading.passages:
        _add_words(evidence, text, "tool", path, is_foreign=is_foreign)


def _add_words(evidence: Evidence, text: str, origin: str, path: str = "", *, is_foreign: bool = False) -> None:
    """A figure in words belongs to whoever and whenever its sentence names."""
    text = text[:_LONGEST_WORDS]
    claims, folded = find_claims(text), fold_in_place(text)
    sentences, tables = Sentences(text), Tables(folded)
    entries = find_entries(text) if origin == "tool" else ()
    evidence.names.add(entry.name for entry in entries)
    mentions = evidence.names.find(text)
    where = path or origin
    for claim in claims:
        if claim.kind == "date":
            evidence.said += claim.days
            evidence.days.update(_exact(claim.days))
    if origin != "tool":
        for claim in find_weekdays(folded, Taken(len(folded))):
            ahead = ((claim.weekday or 0) - evidence.today.weekday()) % 7  # "a reunião de sexta"
            evidence.days.add(evidence.today + timedelta(days=ahead))
    claims += [part for claim in claims if claim.kind == "code" for part in _slashed(claim)]
    owners: dict[int, tuple[tuple[Span, ...], frozenset[str]]] = {}  # of each sentence
    for claim in claims:
        if not claim.values:
            continue
        if (index := sentences.index(claim.start)) not in owners:
            near = [c for c in claims if sentences.index(c.start) == index]
            labels = _labels_of(m for m in mentions if sentences.index(m.start) == index)
            owners[index] = _spans_of(evidence, near, origin), labels
        spans, named = owners[index]
        if origin == "conversation" and (cell := tables.find(claim.start)) is not None:
            heads = [c for c in claims if c.kind == "date" and fold_in_place(c.text) in cell.heading]
            spans = (*spans, *_spans_of(evidence, heads, origin))
        labels = frozenset(entry.name for entry in entries if entry.start <= claim.start < entry.end) or named
        known = Known(claim.values[0], claim.kind, claim.unit, f"{where}: {claim.text}", labels, spans, origin=origin)
        known = known._replace(is_foreign=is_foreign)
        if path and (states := find_states(folded, claim.end, _end_of_clause(folded, claim.end))):
            evidence.states[known.path] = min(states)
        evidence.add(known._replace(value=value) for value in claim.values)
        if claim.kind == "count" and not claim.unit and claim.values[0] >= _LEAST_AMOUNT:  # "my goal is 400 mil"
            evidence.add([known._replace(kind="money", unit=evidence.currency, path=f"{known.path} (money)")])
    evidence.texts.append(text)


def _end_of_clause(folded: str, start: int) -> int:
    end = _CLAUSE_ENDS.search(folded, start)
    return end.start() if end else len(folded)


def _slashed(code: Claim) -> Iterable[Claim]:
    """ "28/42/56 dias": three terms."""
    if _TERMS.fullmatch(code.text):
        for days in code.text.split("/"):
            yield code._replace(text=days, kind="count", values=(Decimal(days),), slack=(Decimal(0),), unit="days")


def _exact(days: Iterable[PartialDay]) -> Iterable[date]:
    for day in days:
        if day.year and day.month and day.day:
            try:
                yield date(day.year, day.month, day.day)
            except ValueError:
                continue


def _labels_of(mentions: Iterable[Mention]) -> frozenset[str]:
    return frozenset(label for mention in mentions for label in mention.labels)


def _with_year(day: PartialDay, evidence: Evidence) -> PartialDay:
    """The only one in which that day, or month, is known."""
    years = {one.year for one in evidence.days if day.month and day.fits(one)}
    return day if day.year or len(years) != 1 else day._replace(year=min(years))


def _spans_of(evidence: Evidence, claims: Iterable[Claim], origin: str) -> tuple[Span, ...]:
    """Of whole months and days that the sentence names with their year; what the assistant said before was about days
    that it knew."""
    found: list[Span] = []
    for claim in claims:
        for said in claim.days:
            day = _with_year(said, evidence) if origin == "conversation" else said
            if day.year and day.month:
                first = date(day.year, day.month, 1)
                last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
                found += [(one, one) for one in _exact([day])] or [(first, last)]
    evidence.spans.update(found)
    return tuple(found)
