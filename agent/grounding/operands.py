"""The figures that arithmetic may take: those that the reply puts beside a claim, and the totals and lists of the turn.

Everything with everything would make any figure true by chance.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from agent.grounding.claims import Claim, Derived, Known, PartialDay
from agent.grounding.evidence import Evidence

MOST_PAIRED: Final = 14  # figures compared in pairs
MOST_LISTS: Final = 60
MOST_LOOKED_AT: Final = 400
CHANGES: Final = re.compile(r"(?:^|_)(?:change|difference|diff|growth|variation|delta)(?:_|$)")
RATES: Final = frozenset({"buy", "sell", "rate", "bid", "ask"})
_TOTALS: Final = frozenset({"total", "value", "achieved", "goal", "open_total"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the reply says around a claim.

    `beside` is in its sentence, `near` in others; `named` belongs to the names of the sentence, `bound` to each
    of those right beside the claim; `counts` are whole numbers said in it; `shown` are the figures before it.
    `worked_out` are figures of the lines before that follow from others.
    `context` belongs to the name in the lines before, where the sentence has none, and `steps` are figures of the times
    in it, each with the one before in its list.
    `reckoned` are figures of the sentence that follow from others, `supposed` counts in it that nobody told, of which a
    sentence that shows its working (`is_worked`) may make an amount; `column` is what stands above in a table.
    """

    sentence: str = ""
    beside: Sequence[Known] = ()
    near: Sequence[Known] = ()
    named: Sequence[Known] = ()
    bound: Sequence[Sequence[Known]] = ()
    counts: Sequence[int] = ()
    shown: Sequence[Known] = ()
    anchors: int = 0
    names: int = 0
    compares: bool = False  # the sentence names two names, or two times
    items: int = 0  # list items in the reply
    days: Sequence[PartialDay] = field(default=())
    reckoned: Sequence[Known] = ()
    worked_out: Sequence[Known] = ()
    context: Sequence[Known] = ()
    steps: Sequence[tuple[Known, Known]] = ()
    supposed: Sequence[Known] = ()
    column: Sequence[Known] = ()
    is_worked: bool = False


def is_of_one_unit(claim: Claim, known: Known) -> bool:
    """Whether the claim may be about a figure of that unit."""
    if claim.kind != known.kind:
        return claim.kind == "count" and not claim.unit and known.kind == "money"  # "vendeu 12.345,67"
    if claim.kind == "money":
        if claim.unit == "$":
            return known.unit not in {"BRL", "EUR", "GBP"} or known.origin != "tool"
        return not claim.unit or not known.unit or claim.unit == known.unit or known.unit == "$"
    if claim.kind == "count":
        return not claim.unit or not known.unit or claim.unit == known.unit
    return True


def is_alike(claim: Claim, known: Known) -> bool:
    return known.kind == claim.kind and is_of_one_unit(claim, known)


def totals(evidence: Evidence) -> Iterator[Known]:
    for known in evidence.known[:MOST_LOOKED_AT]:
        if not known.collection and known.key in _TOTALS and known.origin == "tool":
            yield known


def lists(claim: Claim, evidence: Evidence) -> Iterator[list[Known]]:
    for number, items in enumerate(evidence.collections.values()):
        if number >= MOST_LISTS:
            return
        if is_alike(claim, items[0]):
            yield items


def add_up(items: Sequence[Known], operation: str = "sum") -> Derived:
    return Derived(total_of(items), operation, tuple(items), tuple(items))


def total_of(items: Iterable[Known]) -> Decimal:
    return sum((item.value for item in items), Decimal(0))


def unique(known: Iterable[Known]) -> list[Known]:
    """Each figure once, though it was said twice."""
    return list({one.path: one for one in known}.values())
