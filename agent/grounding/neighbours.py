"""What a draft says around a claim, as the arithmetic needs it."""

from typing import Final

from agent.grounding.belongings import Belongings
from agent.grounding.draft import Draft, Trace
from agent.grounding.lexicon import WORKED
from agent.grounding.numerals import find_numerals
from agent.grounding.operands import Surroundings

_MOST_NEAR: Final = 6
_MOST_COUNTED: Final = 50


def look_around(trace: Trace, draft: Draft, belongings: Belongings) -> Surroundings:
    """Of a claim that no single figure accounts for."""
    beside = [other for other in draft.beside(trace, draft.figures) if other is not trace]
    before = [other for other in draft.figures if other.sentence < trace.sentence and other.found]
    after = [other for other in draft.figures if other.sentence > trace.sentence and other.found]
    near = [known for other in before[: -_MOST_NEAR - 1 : -1] + after[:2] for known in other.found[:1]]
    start, end = draft.bounds(trace)
    sentence = draft.folded[start:end]
    days = [a for o in draft.beside(trace) if o.claim.kind == "date" for a in o.owners.days]
    is_worked = bool(WORKED.search(sentence))
    above = draft.above(trace)
    named = belongings.of([*trace.owners.all_names, *days])
    earlier = [
        other for other in draft.figures if other.sentence < trace.sentence and other.operation not in ("", "said")
    ]
    return Surroundings(
        sentence=sentence,
        beside=[known for other in beside for known in other.found[:2]],
        near=near,
        named=named,
        bound=[belongings.of_one(anchor) for anchor in (*trace.owners.names, *trace.owners.days)],
        counts=[
            *(int(value) for other in beside for value in other.claim.values if 1 < value < _MOST_COUNTED),
            *(
                int(numeral.value)
                for numeral in find_numerals(sentence, is_spanish=draft.is_spanish)
                if numeral.value < _MOST_COUNTED
            ),
        ],
        shown=[known for other in before for known in other.found[:1]],
        anchors=max(len(trace.owners.all_names), len(days)),
        names=len(trace.owners.all_names),
        compares=max(len(trace.owners.all_names), len(days)) > 1,
        items=draft.items,
        days=[day for other in draft.traces for day in other.claim.days if other.operation],
        reckoned=[other.as_known() for other in beside if other.operation not in ("", "said")],
        worked_out=[other.as_known() for other in earlier[-_MOST_NEAR:]],
        context=belongings.of(draft.names_before(trace)) if not trace.owners.all_names else (),
        steps=list(belongings.steps(known for known in named if known.collection)),
        supposed=[o.as_known() for o in beside if not o.operation and o.claim.kind == "count"] if is_worked else [],
        column=[other.as_known() for other in above] if all(other.operation for other in above) else [],
        is_worked=is_worked,
    )
