"""Arithmetic that no word announces: tried from the nearest figures outwards, no further than chance would go.

A figure of many digits is hardly ever the difference, product or quotient of two others by chance; one of two digits
nearly always is, somewhere. So each claim has its own number of tries: the coarser it is, the fewer.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_CEILING, Decimal
from itertools import chain, islice, product
from math import ceil
from typing import Final

from agent.grounding.arithmetic.operands import Surroundings, is_change_key, is_of_one_unit, is_of_words, totals
from agent.grounding.arithmetic.pairs import Pairing, is_factor, reckon
from agent.grounding.claims import Claim, Derived, Known
from agent.grounding.evidence import Evidence

_BY_CHANCE: Final = 0.15  # how likely a made-up figure may be to match one of the tries
_MOST_TRIES: Final = 1500
_FEWEST_TRIES: Final = 2  # of counts: the sum of some two small ones is any small one
_FEW_TRIES: Final = 20  # with so few, figures of the claim's own kind come first
_MOST_IN_THREES: Final = 6
_MOST_FIGURES: Final = 45
_EPSILON: Final = 1e-6  # floats only narrow the search; what matches is decided exactly

_TOLD: Final = frozenset({"tool", "reckoned"})
_IDLE: Final = {"count": (0, 1), "percent": (0, 100), "money": (0,)}
_BOTH_WAYS: Final = frozenset({"change", "share", "quotient", "rate"})

_Try = tuple[float, str, tuple[Known, ...]]


def derive_unannounced(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """Only what comes near the claim: the others are as good as tried."""
    wanted = [
        (float(value - room) - _EPSILON, float(value + room) + _EPSILON, min(_MOST_TRIES, int(_BY_CHANCE / width)))
        for value, room, width in zip(map(abs, claim.values), claim.rooms(), claim.widths(), strict=True)
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
            value = ceil(value - _EPSILON)  # so many of them are needed
        for low, high, tries in wanted:
            if low <= abs(value) <= high and number < tries:
                yield _derived(claim, operation, operands, around)
                break


def _derived(claim: Claim, operation: str, operands: tuple[Known, ...], around: Surroundings) -> Derived:
    taken_up = [*around.joined, *(around.beside if operation == "product" and not around.is_owned else ())]
    whose = tuple(one for one in operands if _has_owner(one) and one not in taken_up)
    exact = _exactly(operation, operands)
    if operation == "quotient" and claim.kind == "count":
        exact = exact.to_integral_value(ROUND_CEILING)
    return Derived(exact, operation, operands, whose, is_change=operation == "change", is_by_size=True)


def _exactly(operation: str, operands: Sequence[Known]) -> Decimal:
    one, other, *percents = (known.value for known in operands)
    match operation:
        case "discounted product":
            return one * other * (1 - percents[0] / 100)
        case "discount":
            return one * other * percents[0] / 100
    return reckon(operation, one, other, is_factor_first=is_factor(operands[0]))


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
        pool = [one for one in pool if not is_change_key(one.key)]
    useful = (
        one
        for one in _by_value(known for known in pool if known.kind in wanted)
        if not _is_idle(one) and (not is_of_words(one) or _is_told(one, around))
    )
    return list(islice(useful, _MOST_FIGURES))


def _is_told(known: Known, around: Surroundings) -> bool:
    told = chain(around.beside, around.shown, around.near, around.reckoned)
    return any(one.kind == known.kind and one.value == known.value for one in told)


def _by_value(pool: Iterable[Known]) -> Iterable[Known]:
    """Each once, though several places tell it."""
    found: dict[tuple[object, ...], Known] = {}
    for one in pool:
        found.setdefault((one.value, one.kind, one.unit, one.labels), one)
    return found.values()


def _has_owner(known: Known) -> bool:
    """What people say is of whomever it is held against; what the reply reckoned, of the name beside it there."""
    return known.origin in _TOLD or bool(known.origin == "reply" and known.labels)


def _is_idle(known: Known) -> bool:
    """Nothing, one, or all of something: arithmetic with it tells nothing new."""
    return known.value in _IDLE.get(known.kind, ())


def _tries(claim: Claim, pool: Sequence[Known], around: Surroundings) -> Iterator[_Try]:
    """What went before in its list first, then any two."""
    pairing = Pairing(claim, around)
    for one, other in around.steps:
        for operation in pairing.operations_in_time(one, other):
            if operation == "difference" or (operation == "change" and other.value):
                yield reckon(operation, float(one.value), float(other.value)), operation, (one, other)
    sized = [(known, float(known.value)) for known in pool]
    for last, (one, size) in enumerate(sized):
        is_factor_first = is_factor(one)
        for other, other_size in sized[:last]:
            for operation in pairing.operations(one, other):
                yield reckon(operation, size, other_size, is_factor_first=is_factor_first), operation, (one, other)
                if operation in _BOTH_WAYS:
                    yield reckon(operation, other_size, size), operation, (other, one)


def _discounted(claim: Claim, pool: Sequence[Known]) -> Iterator[_Try]:
    """So many at that price less so much per cent, and what is saved by it."""
    if claim.kind != "money":
        return
    prices = [known for known in pool if known.kind == "money" and is_of_one_unit(claim, known)][:_MOST_IN_THREES]
    counts = [known for known in pool if known.kind == "count"][:_MOST_IN_THREES]
    percents = [known for known in pool if known.kind == "percent"][:_MOST_IN_THREES]
    for operands in product(prices, counts, percents):
        price, count, percent = (float(known.value) for known in operands)
        yield price * count * (1 - percent / 100), "discounted product", operands
        yield price * count * percent / 100, "discount", operands
