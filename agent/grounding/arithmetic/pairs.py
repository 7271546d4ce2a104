"""What two figures may make together where no word announces it, and what that comes to."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import Final, TypeVar

from agent.grounding.arithmetic.operands import (
    LEAST_AMOUNT,
    RATES,
    Surroundings,
    is_change_key,
    is_of_one_unit,
    is_of_words,
    is_total_key,
)
from agent.grounding.claims import Claim, Known
from agent.grounding.words.lexicon import DIFFERENCE, RATE, REST, TOTAL

_WHOLE: Final = 100  # per cent: nothing is less by more than all of it
_PAIR: Final = 2
_ADDED: Final = ("difference", "sum")
_Number = TypeVar("_Number", float, Decimal)


class Pairing:
    """Of figures for one claim."""

    def __init__(self, claim: Claim, around: Surroundings) -> None:
        self._claim, self._around = claim, around
        self._is_bare = claim.kind == "count" and not claim.unit and not claim.noun
        self._is_rate = bool(RATE.search(around.sentence))
        of_kind = {"money": self._of_amounts, "count": self._of_amounts, "percent": self._of_percents}
        self.operations_in_time = of_kind.get(claim.kind, _of_multiples)  # of two that are known to belong together

    def operations(self, one: Known, other: Known) -> tuple[str, ...]:
        """Of a list, a sum and a difference only of some, since it has many parts, and each sum of some is no total."""
        found = self.operations_in_time(one, other)
        return () if found is _ADDED and not self._may_be_added(one, other) else found

    def _of_amounts(self, one: Known, other: Known) -> tuple[str, ...]:
        claim = self._claim
        if one.kind != other.kind:
            return self._of_factors(one, other) if one.kind == "money" else self._of_factors(other, one)
        if one.unit == other.unit and (one.kind == claim.kind or self._is_bare):
            return _ADDED if is_of_one_unit(claim, one) else ()
        if one.unit == other.unit:
            return ("quotient",) if claim.kind == "count" else ()
        is_rated = any(rate.key in RATES and is_of_one_unit(claim, rate) for rate in (one, other))
        return ("conversion",) if is_rated and one.kind == "money" else ()

    def _of_factors(self, money: Known, by: Known) -> tuple[str, ...]:
        claim = self._claim
        if money.kind != "money":
            return ()
        if by.kind == "count" and (claim.kind == "money" or not claim.unit):
            if not is_of_one_unit(claim, money):
                return ()
            return ("product", "mean") if claim.kind == "money" and not by.key.startswith("number") else ("mean",)
        if by.kind == "percent":
            return ("part", "less", "more") if by.value <= _WHOLE else ("part", "more")
        return ()

    def _of_percents(self, one: Known, other: Known) -> tuple[str, ...]:
        is_of_one_object = one.kind == "count" and one.scope == other.scope
        is_of_people = one.origin != "tool" or other.origin != "tool"
        is_alike = one.kind == other.kind and (one.unit == other.unit or is_of_one_object)
        is_of_percents = one.kind == other.kind == "percent"
        if not is_alike or is_of_percents or not (one.key == other.key or is_of_one_object or is_of_people):
            return ()
        if self._claim.direction:
            return ("change",)
        is_of_one_list = one.kind == "count" and bool(one.collection) and one.collection == other.collection
        is_rate = self._is_rate and (is_of_one_object or is_of_one_list) and one.value + other.value != 0
        return ("share", "change", "rate") if is_rate else ("share", "change")

    def _may_be_added(self, one: Known, other: Known) -> bool:
        """Two of a list only where the sentence speaks of these two; of a sum, nothing that it holds already."""
        around = self._around
        if around.is_total or one.path not in self._close or other.path not in self._close:
            return False
        if (one.origin == "reckoned") != (other.origin == "reckoned"):
            return False
        if is_change_key(one.key) or is_change_key(other.key):
            return False
        if is_of_words(one) and is_of_words(other) and not TOTAL.search(around.sentence):
            return self._says_difference
        if _is_part(one, other) or _is_part(other, one):
            return bool(REST.search(around.sentence))
        if one.kind == "count" and one.value < LEAST_AMOUNT and not self._says_difference:
            return one.scope == other.scope or {one.path, other.path} <= self._said
        return not one.collection or one.collection != other.collection or around.names <= _PAIR

    @cached_property
    def _says_difference(self) -> bool:
        return bool(DIFFERENCE.search(self._around.sentence))

    @cached_property
    def _said(self) -> frozenset[str]:
        return _paths(self._around.beside, self._around.reckoned)

    @cached_property
    def _close(self) -> frozenset[str]:
        around = self._around
        others = (around.named, around.context, around.joined, around.worked_out, *around.bound)
        return self._said | _paths(*others)


def _of_multiples(one: Known, other: Known) -> tuple[str, ...]:
    return ("quotient",) if one.kind == other.kind and one.unit == other.unit else ()


def _paths(*groups: Iterable[Known]) -> frozenset[str]:
    return frozenset(known.path for group in groups for known in group)


def _is_part(one: Known, whole: Known) -> bool:
    """Of a total that the same result tells."""
    if not one.collection or whole.collection or not is_total_key(whole.key) or whole.value < one.value:
        return False
    return one.path.partition(".")[0] == whole.path.partition(".")[0]


def is_factor(known: Known) -> bool:
    """Whether it is what an amount is multiplied with, or divided by."""
    return known.kind in {"percent", "count"}


def reckon(operation: str, one: _Number, other: _Number, *, is_factor_first: bool = False) -> _Number:
    amount, rate = (other, one) if is_factor_first else (one, other)
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
        case "rate":
            return one / (one + other) * 100
        case "change":
            return (one - other) / abs(other) * 100
    return one / other
