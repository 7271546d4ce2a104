"""Arithmetic that no word announces: tried from the nearest figures outwards, no further than chance would go.

A figure of many digits is hardly ever the difference, product or quotient of two others by chance; one of two digits
nearly always is, somewhere. So each claim has its own number of tries: the coarser it is, the fewer.
"""

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, Decimal
from itertools import chain, islice, product
from math import ceil
from typing import Final

from agent.grounding.arithmetic.operands import (
    CHANGES,
    LEAST_AMOUNT,
    RATES,
    Surroundings,
    is_of_one_unit,
    is_of_words,
    is_total_key,
    totals,
)
from agent.grounding.claims import Claim, Derived, Known
from agent.grounding.evidence import Evidence
from agent.grounding.words.lexicon import DIFFERENCE, RATE, REST, TOTAL

_BY_CHANCE: Final = 0.15  # how likely a made-up figure may be to match one of the tries
_MOST_TRIES: Final = 1500
_FEWEST_TRIES: Final = 2  # of counts: the sum of some two small ones is any small one
_FEW_TRIES: Final = 20  # with so few, figures of the claim's own kind come first
_MOST_IN_THREES: Final = 6
_MOST_FIGURES: Final = 45

_TOLD: Final = frozenset({"tool", "reckoned"})
_IDLE: Final = {"count": (0, 1), "percent": (0, 100), "money": (0,)}

_WHOLE: Final = 100  # per cent: nothing is less by more than all of it
_PAIR: Final = 2
_ADDED: Final = frozenset({"sum", "difference"})  # a list has many parts, and each sum of some is no total

_Try = tuple[float, str, tuple[Known, ...]]


def derive_unannounced(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """Only what comes near the claim: the others are as good as tried."""
    wanted = [
        (abs(float(value)), float(room) + 1e-9, min(_MOST_TRIES, int(_BY_CHANCE / width)))
        for value, room, width in zip(claim.values, claim.rooms(), claim.widths(), strict=True)
    ]
    if claim.kind == "count":
        wanted = [one for one in wanted if one[2] >= _FEWEST_TRIES]
    most = max((tries for _, _, tries in wanted), default=0)
    pool = _pool(claim, around, evidence) if most else []
    if most < _FEW_TRIES:
        pool.sort(key=lambda known: known.kind != claim.kind)
    tries_made = islice(chain(_tries(claim, pool, around), _discounted(claim, pool)), most)
    for number, (value, operation, operands) in enumerate(tries_made):
        if operation == "quotient" and claim.kind == "count":
            value = ceil(value)  # so many of them are needed
        if any(abs(abs(value) - size) <= room and number < tries for size, room, tries in wanted):
            taken_up = [*around.joined, *(around.beside if operation == "product" and not around.is_owned else ())]
            whose = tuple(one for one in operands if _has_owner(one) and one not in taken_up)
            is_change = operation == "change"
            exact = _exactly(operation, operands)
            if operation == "quotient" and claim.kind == "count":
                exact = exact.to_integral_value(ROUND_CEILING)
            yield Derived(exact, operation, operands, whose, is_change=is_change, is_by_size=True)


def _pool(claim: Claim, around: Surroundings, evidence: Evidence) -> list[Known]:
    """Nearest first: said beside, of the names right beside, of all names of the sentence, said before."""
    own = [known for group in around.bound for known in group]
    pool = [
        *around.reckoned,
        *around.beside,
        *around.supposed,
        *around.joined,
        *own,
        *around.worked_out,
        *around.named,
        *around.context,
        *around.asked,
    ]
    if claim.kind == "percent":
        pool += around.near
    if claim.kind == "money":
        pool += [*around.near, *totals(evidence), *evidence.known[:_MOST_FIGURES]]
    kinds = {"money": {"money", "count", "percent"}, "count": {"count"}, "multiple": {"money", "count"}}
    wanted = kinds.get(claim.kind, {"money", "count", "percent"})
    if claim.kind == "count" and (around.is_worked or not claim.unit):
        wanted = {"count", "money"}
    if claim.kind in {"percent", "multiple"}:
        pool = [one for one in pool if not CHANGES.search(one.key)]
    told = {(known.value, known.kind) for known in (*around.beside, *around.shown, *around.near, *around.reckoned)}
    useful = (
        one
        for one in _by_value(pool)
        if one.kind in wanted and not _is_idle(one) and (not is_of_words(one) or (one.value, one.kind) in told)
    )
    return list(islice(useful, _MOST_FIGURES))


def _by_value(pool: Sequence[Known]) -> list[Known]:
    """Each once, though several places tell it."""
    found: dict[tuple[object, ...], Known] = {}
    for one in pool:
        found.setdefault((one.value, one.kind, one.unit, one.labels), one)
    return list(found.values())


def _has_owner(known: Known) -> bool:
    """What people say is of whomever it is held against; what the reply reckoned, of the name beside it there."""
    return known.origin in _TOLD or bool(known.origin == "reply" and known.labels)


def _is_idle(known: Known) -> bool:
    """Nothing, one, or all of something: arithmetic with it tells nothing new."""
    return known.value in _IDLE.get(known.kind, ())


def _tries(claim: Claim, pool: Sequence[Known], around: Surroundings) -> Iterator[_Try]:
    """What went before in its list first, then any two."""
    for one, other in around.steps:
        for operation in {"difference", "change"} & set(_operations(claim, one, other)):
            yield _value(operation, one, other), operation, (one, other)
    is_rate = bool(RATE.search(around.sentence))
    close = {
        known.path
        for known in (
            *around.beside,
            *around.reckoned,
            *around.named,
            *around.context,
            *around.joined,
            *around.worked_out,
        )
    }
    close |= {known.path for group in around.bound for known in group}
    for last, one in enumerate(pool):
        for other in pool[:last]:
            is_close = one.path in close and other.path in close
            for operation in _operations(claim, one, other, is_rate=is_rate):
                if operation in _ADDED and not (is_close and not around.is_total and _may_be_added(one, other, around)):
                    continue
                yield _value(operation, one, other), operation, (one, other)
                if operation in {"change", "share", "quotient", "rate"}:
                    yield _value(operation, other, one), operation, (other, one)


def _discounted(claim: Claim, pool: Sequence[Known]) -> Iterator[_Try]:
    """So many at that price less so much per cent, and what is saved by it."""
    if claim.kind != "money":
        return
    prices = [known for known in pool if known.kind == "money" and is_of_one_unit(claim, known)][:_MOST_IN_THREES]
    counts = [known for known in pool if known.kind == "count"][:_MOST_IN_THREES]
    percents = [known for known in pool if known.kind == "percent"][:_MOST_IN_THREES]
    for operands in product(prices, counts, percents):
        for operation in ("discounted product", "discount"):
            yield float(_exactly(operation, operands)), operation, operands


def _may_be_added(one: Known, other: Known, around: Surroundings) -> bool:
    """Two of a list only where the sentence speaks of these two; of a sum, nothing that it holds already."""
    if (one.origin == "reckoned") != (other.origin == "reckoned") or any(CHANGES.search(k.key) for k in (one, other)):
        return False
    if is_of_words(one) and is_of_words(other) and not TOTAL.search(around.sentence):
        return bool(DIFFERENCE.search(around.sentence))
    if _is_part(one, other) or _is_part(other, one):
        return bool(REST.search(around.sentence))
    if one.kind == "count" and one.value < LEAST_AMOUNT and not DIFFERENCE.search(around.sentence):
        said = {known.path for known in (*around.beside, *around.reckoned)}
        return one.scope == other.scope or {one.path, other.path} <= said
    return not one.collection or one.collection != other.collection or around.names <= _PAIR


def _is_part(one: Known, whole: Known) -> bool:
    """Of a total that the same result tells."""
    is_of_one_result = one.path.partition(".")[0] == whole.path.partition(".")[0]
    is_whole = not whole.collection and is_total_key(whole.key) and whole.value >= one.value
    return bool(one.collection) and is_whole and is_of_one_result


def _operations(claim: Claim, one: Known, other: Known, *, is_rate: bool = False) -> tuple[str, ...]:
    kinds = {one.kind, other.kind}
    is_alike = one.kind == other.kind and one.unit == other.unit
    match claim.kind:
        case "money" | "count":
            is_bare = claim.kind == "count" and not claim.unit and not claim.noun
            if is_alike and (one.kind == claim.kind or is_bare):
                fits = is_of_one_unit(claim, one)
                return ("difference", "sum") if fits else ()
            if is_alike and claim.kind == "count":
                return ("quotient",)
            if kinds == {"money", "count"} and (claim.kind == "money" or is_bare or claim.unit == ""):
                money = one if one.kind == "money" else other
                if not is_of_one_unit(claim, money):
                    return ()
                count = other if money is one else one
                return (
                    ("product", "mean") if claim.kind == "money" and not count.key.startswith("number") else ("mean",)
                )
            if kinds == {"money", "percent"}:
                percent = one if one.kind == "percent" else other
                return ("part", "less", "more") if percent.value <= _WHOLE else ("part", "more")
            if kinds == {"money"} and any(rate.key in RATES and is_of_one_unit(claim, rate) for rate in (one, other)):
                return ("conversion",)
            return ()
        case "percent":
            is_of_one_object = one.kind == "count" and one.scope == other.scope
            is_of_one_list = one.kind == "count" and bool(one.collection) and one.collection == other.collection
            is_of_people = one.origin != "tool" or other.origin != "tool"
            is_alike = is_alike or (is_of_one_object and other.kind == "count")
            if not is_alike or kinds == {"percent"} or not (one.key == other.key or is_of_one_object or is_of_people):
                return ()
            if claim.direction:
                return ("change",)
            return (
                ("share", "change", "rate") if is_rate and (is_of_one_object or is_of_one_list) else ("share", "change")
            )
    return ("quotient",) if is_alike else ()


def _value(operation: str, one: Known, other: Known) -> float:
    return float(_exactly(operation, (one, other)))


def _exactly(operation: str, operands: tuple[Known, ...]) -> Decimal:
    one, other = operands[0].value, operands[1].value
    amount, rate = (other, one) if operands[0].kind == "percent" or operands[0].kind == "count" else (one, other)
    match operation:
        case "discounted product":
            return one * other * (1 - operands[2].value / 100)
        case "discount":
            return one * other * operands[2].value / 100
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
        case "rate":
            return one / (one + other) * 100
        case "change":
            return (one - other) / abs(other) * 100
    return one / other
