"""Arithmetic that no word announces: tried from the nearest figures outwards, no further than chance would go.

A figure of many digits is hardly ever the difference, product or quotient of two others by chance; one of two digits
nearly always is, somewhere. So each claim has its own number of tries: the coarser it is, the fewer.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Final

from agent.grounding.claims import Claim, Derived, Known
from agent.grounding.evidence import Evidence
from agent.grounding.operands import CHANGES, RATES, Surroundings, is_of_one_unit, totals, unique

_BY_CHANCE: Final = 0.15  # how likely a made-up figure may be to match one of the tries
_MOST_TRIES: Final = 1500
_MOST_FIGURES: Final = 45

_IDLE: Final = {"count": (0, 1), "percent": (0, 100), "money": (0,)}

_PAIR: Final = 2
_ADDED: Final = frozenset({"sum", "difference"})  # a list has many parts, and each sum of some is no total

_Try = tuple[float, str, tuple[Known, ...]]


def derive_unannounced(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """Only what comes near the claim: the others are as good as tried."""
    wanted = [
        (abs(float(value)), float(slack) + 1e-9, min(_MOST_TRIES, int(_BY_CHANCE / width)))
        for value, slack, width in zip(claim.values, claim.slack, claim.widths(), strict=True)
    ]
    most = max((tries for _, _, tries in wanted), default=0)
    pool = _pool(claim, around, evidence) if most else []
    for number, (value, operation, operands) in enumerate(islice(_tries(claim, pool, around), most)):
        if any(abs(abs(value) - size) <= room and number < tries for size, room, tries in wanted):
            whose = tuple(one for one in operands if one.origin != "reply")
            is_change = operation == "change"
            exact = _exactly(operation, operands)
            yield Derived(exact, operation, operands, whose, is_change=is_change, is_by_size=True)


def _pool(claim: Claim, around: Surroundings, evidence: Evidence) -> list[Known]:
    """Nearest first: said beside, of the names right beside, of all names of the sentence, said before."""
    worked_out = around.worked_out if around.is_worked else ()
    own = [known for group in around.bound for known in group]
    pool = [*around.beside, *around.reckoned, *around.supposed, *worked_out, *own, *around.named, *around.context]
    if claim.kind == "money":
        pool += [*around.near, *totals(evidence), *evidence.known[:_MOST_FIGURES]]
    kinds = {"money": {"money", "count", "percent"}, "count": {"count"}, "multiple": {"money", "count"}}
    wanted = kinds.get(claim.kind, {"money", "count", "percent"})
    if claim.kind == "count" and around.is_worked:
        wanted = {"count", "money"}
    useful = (one for one in unique(pool) if one.kind in wanted and not _is_idle(one) and not CHANGES.search(one.key))
    return list(islice(useful, _MOST_FIGURES))


def _is_idle(known: Known) -> bool:
    """Nothing, one, or all of something: arithmetic with it tells nothing new."""
    return known.value in _IDLE.get(known.kind, ())


def _tries(claim: Claim, pool: Sequence[Known], around: Surroundings) -> Iterator[_Try]:
    """What went before in its list first, then any two."""
    for one, other in around.steps:
        for operation in {"difference", "change"} & set(_operations(claim, one, other)):
            yield _value(operation, one, other), operation, (one, other)
    close = {known.path for known in (*around.beside, *around.reckoned, *around.named, *around.context)}
    close |= {known.path for group in around.bound for known in group}
    for last, one in enumerate(pool):
        for other in pool[:last]:
            is_close = one.path in close and other.path in close
            for operation in _operations(claim, one, other):
                if operation in _ADDED and not (is_close and _may_be_added(one, other, around)):
                    continue
                yield _value(operation, one, other), operation, (one, other)
                if operation in {"change", "share", "quotient"}:
                    yield _value(operation, other, one), operation, (other, one)


def _may_be_added(one: Known, other: Known, around: Surroundings) -> bool:
    """Two of a list only where the sentence speaks of these two; of a sum, nothing that it holds already."""
    if (one.origin == "reckoned") != (other.origin == "reckoned"):
        return False
    return not one.collection or one.collection != other.collection or around.names <= _PAIR


def _operations(claim: Claim, one: Known, other: Known) -> tuple[str, ...]:
    kinds = {one.kind, other.kind}
    is_alike = one.kind == other.kind and one.unit == other.unit
    match claim.kind:
        case "money" | "count":
            if is_alike and one.kind == claim.kind:
                fits = is_of_one_unit(claim, one)
                return ("difference", "sum", *(("quotient",) if claim.kind == "count" else ())) if fits else ()
            if is_alike and claim.kind == "count":
                return ("quotient",)
            if kinds == {"money", "count"}:
                money = one if one.kind == "money" else other
                return ("product", "mean") if is_of_one_unit(claim, money) else ()
            if kinds == {"money", "percent"}:
                return ("part", "less", "more")
            if kinds == {"money"} and (one.key in RATES or other.key in RATES):
                return ("conversion",)
            return ()
        case "percent":
            if not is_alike or kinds == {"percent"} or one.key != other.key:
                return ()
            return ("change",) if claim.direction else ("share", "change")
    return ("quotient",) if is_alike else ()


def _value(operation: str, one: Known, other: Known) -> float:
    return float(_exactly(operation, (one, other)))


def _exactly(operation: str, operands: tuple[Known, ...]) -> Decimal:
    one, other = operands[0].value, operands[1].value
    amount, rate = (other, one) if operands[0].kind == "percent" or operands[0].kind == "count" else (one, other)
    match operation:
        case "difference":
            return one - other
        case "sum":
            return one + other
        case "product" | "conversion":
            return one * other
        case "mean":
            return amount / rate
        case "part":
            return amount * rate / 100
        case "less":
            return amount * (1 - rate / 100)
        case "more":
            return amount * (1 + rate / 100)
        case "share":
            return one / other * 100
        case "change":
            return (one - other) / abs(other) * 100
    return one / other
