"""What a draft says around a claim, as the arithmetic needs it."""

from collections.abc import Iterator, Sequence
from typing import Final

from agent.grounding.arithmetic.groups import find_groups
from agent.grounding.arithmetic.operands import Group, Surroundings
from agent.grounding.arithmetic.ranks import find_ranked
from agent.grounding.belongings import Belongings
from agent.grounding.binding import Anchor
from agent.grounding.claims import Known
from agent.grounding.draft import Draft, Trace
from agent.grounding.words.lexicon import CALLED_TOTAL, JOINED, MEANS, WEEKEND, WORKDAYS, WORKED
from agent.grounding.words.numerals import find_numerals

_AS_TOLD: Final = frozenset({"said", "supposed"})
_MOST_NEAR: Final = 6
_MOST_COUNTED: Final = 50
_WORDS_AFTER: Final = 24
_WORDS_BEFORE: Final = 40


def look_around(trace: Trace, draft: Draft, belongings: Belongings) -> Surroundings:
    """Of a claim that no single figure accounts for."""
    beside = [other for other in draft.figures_beside(trace) if other is not trace]
    beside.sort(key=lambda other: abs(other.claim.start - trace.claim.start))
    before = [other for other in draft.figures if other.sentence < trace.sentence]
    after = [other for other in draft.figures if other.sentence > trace.sentence]
    near = _near(before, after)
    start, end = draft.bounds(trace)
    sentence = draft.folded[start:end]
    days = [a for o in draft.beside(trace) if o.claim.kind == "date" for a in o.owners.days]
    days += relative if len(relative := draft.relative_days(trace)) > 1 else []
    names = trace.owners.all_names
    number = len({anchor.labels for anchor in names})
    named = belongings.of([*names, *days])
    is_worked = bool(WORKED.search(sentence))
    above = draft.above(trace)
    return Surroundings(
        sentence=sentence,
        beside=[known for other in beside if other.operation in _AS_TOLD for known in other.found[:2]],
        near=near,
        named=named,
        of_names=belongings.of(names),
        bound=list(_bound(trace, sentence, belongings)),
        counts=_counts(beside, sentence, is_spanish=draft.is_spanish),
        shown=[known for other in before for known in other.found[:1]],
        anchors=max(number, len(days)),
        names=number,
        compares=max(number, len(days)) > 1,
        items=draft.items,
        days=[day for other in draft.traces for day in other.claim.days if other.operation],
        reckoned=_reckoned(beside),
        asked=[known for known in belongings.told if known.value > 1],
        worked_out=[known for known in _reckoned(before)[-_MOST_NEAR:] if known.kind != "percent"],
        worked_later=_reckoned(after),
        context=belongings.of([*draft.hinted(trace), *([] if names else _heads(trace, draft))]),
        joined=[*find_ranked(sentence, draft.evidence), *(near if JOINED.search(sentence) else ())],
        steps=list(belongings.steps(known for known in named if known.collection)),
        supposed=[o.as_known() for o in beside if not o.operation and o.claim.kind == "count"] if is_worked else [],
        column=[other.as_known() for other in above] if all(other.operation for other in above) else [],
        after=sentence[trace.claim.end - start :][:_WORDS_AFTER],
        percents=[known for known in _reckoned(before) if known.kind == "percent"],
        below=[known for other in draft.below(trace) for known in other.found[:1]],
        has_mean=bool(MEANS.search(draft.folded, 0, end)),
        before=sentence[max(0, trace.claim.start - start - _WORDS_BEFORE) : trace.claim.start - start],
        ordered=list(_ordered(beside, draft, trace, belongings)) if trace.claim.kind == "money" else [],
        is_worked=is_worked,
        is_owned=bool(trace.owners.names),
        groups=_groups(trace, draft),
        is_total=bool(CALLED_TOTAL.search(sentence, 0, trace.claim.start - start)),
    )


def _groups(trace: Trace, draft: Draft) -> list[Group]:
    start, end = draft.bounds(trace)
    before = draft.folded[draft.sentences.bounds(trace.sentence - 1)[0] : start] if trace.sentence else ""
    claims = [other.claim for other in draft.figures_beside(trace)]
    return find_groups(draft.folded[start:end], start, claims, trace.owners.all_names, draft.evidence, before)


def _ordered(
    beside: Sequence[Trace], draft: Draft, trace: Trace, belongings: Belongings
) -> Iterator[tuple[Known, list[Known]]]:
    """Counts that come before the claim, each with the figures of the next thing that is named."""
    counts = sorted((o for o in beside if o.claim.kind == "count"), key=lambda other: other.claim.start)
    anchors = sorted((*trace.owners.all_names, *draft.hinted(trace)), key=lambda anchor: anchor.start)
    for at, count in enumerate(counts):
        stop = counts[at + 1].claim.start if at + 1 < len(counts) else trace.claim.start
        named = next((one for one in anchors if count.claim.end <= one.start < stop), None)
        if named is not None:
            yield count.as_known(), belongings.of_one(named)


def _heads(trace: Trace, draft: Draft) -> list[Anchor]:
    """Whom a sentence without a name may be about."""
    return draft.names_before(trace) or (draft.subject() if trace.claim.kind == "money" else [])


def _near(before: Sequence[Trace], after: Sequence[Trace]) -> list[Known]:
    traced = [trace for trace in before if trace.found][: -_MOST_NEAR - 1 : -1]
    near = [trace.found[0] for trace in (*traced, *[trace for trace in after if trace.found][:2])]
    return [known for known in near if known.scope or known.kind == "percent" or known.origin != "tool"]


def _reckoned(traces: Sequence[Trace]) -> list[Known]:
    return [trace.as_known() for trace in traces if trace.operation not in ("", "said")]


def _bound(trace: Trace, sentence: str, belongings: Belongings) -> Iterator[list[Known]]:
    if WORKDAYS.search(sentence) or WEEKEND.search(sentence):
        yield belongings.of_workdays(sentence)
    for anchor in (*trace.owners.names, *trace.owners.days):
        yield belongings.of_one(anchor)


def _counts(beside: Sequence[Trace], sentence: str, *, is_spanish: bool) -> list[int]:
    """Whole numbers of the sentence, those in words too: "os dois primeiros"."""
    digits = (int(value) for other in beside for value in other.claim.values if 1 < value < _MOST_COUNTED)
    words = (numeral.value for numeral in find_numerals(sentence, is_spanish=is_spanish))
    return [*digits, *(int(value) for value in words if value < _MOST_COUNTED)]
