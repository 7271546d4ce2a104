"""The figures that arithmetic may take: those that the reply puts beside a claim, and the totals and lists of the turn.

Everything with everything would make any figure true by chance.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Final

from agent.grounding.claims import Claim, Derived, Known, PartialDay
from agent.grounding.evidence import Evidence
from agent.grounding.words.lexicon import TIME_SPANS

MOST_PAIRED: Final = 14  # figures compared in pairs
MOST_LISTS: Final = 60
MOST_LOOKED_AT: Final = 400
_CHANGES: Final = re.compile(r"(?:^|_)(?:change|difference|diff|growth|variation|delta)(?:_|$)")
RATES: Final = frozenset({"buy", "sell", "rate", "bid", "ask"})
LEAST_AMOUNT: Final = 100
_TOTALS: Final = re.compile(r"value|achieved|goal|(?:\w+_)?total(?:_\w+)?")


@dataclass(frozen=True, slots=True)
class Group:
    """Some rows of the list at `path`: `figures` are what each column of them comes to, and its mean.

    `limit` is the claim that says where they begin or end, read in one way, if one does; `is_of_the_named` that every
    name of the sentence is one of theirs, and not much further than the limit.
    """

    path: str
    length: int
    rows: tuple[Known, ...]  # their figures of one column; none where they hold none
    figures: tuple[Known, ...]
    limit: tuple[Claim, Decimal] | None = None
    is_of_the_named: bool = False
    is_said: bool = False  # the sentence itself names their flag

    @property
    def number(self) -> Decimal:
        return Decimal(self.length)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the reply says around a claim.

    `beside` is told in its sentence, `near` in others; `named` belongs to the names and times of the sentence,
    `of_names` to its names, `bound` to each
    of those right beside the claim; `counts` are whole numbers said in it; `shown` are the figures before it.
    `reckoned` follow from others, in its sentence; `worked_out` in those before, `worked_later` in those after.
    `supposed` are counts that nobody told, of which a sentence that shows its working (`is_worked`) may make an amount.
    `context` belongs to what is hinted at: by the line before, or in small letters. `joined` is taken up from before
    ("together with") or by its place ("the second"). `asked` is what people said themselves. `steps` are figures of
    the times in it, each with the one before in its list; `column` is what stands above in a table. `is_total`
    says that the claim is called a total, `is_owned` that a name stands right beside it;
    `after` are the words right after it. `before` those right before it.
    `groups` are the rows that the sentence speaks of together, `ordered` counts with what belongs to what is named
    right after each. `percents` are those that follow from others, anywhere before;
    `has_mean` says that a mean was spoken of; `below` are the figures of the list that the sentence heads.
    """

    sentence: str = ""
    beside: Sequence[Known] = ()
    near: Sequence[Known] = ()
    named: Sequence[Known] = ()
    of_names: Sequence[Known] = ()
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
    worked_later: Sequence[Known] = ()
    asked: Sequence[Known] = ()
    joined: Sequence[Known] = ()
    context: Sequence[Known] = ()
    steps: Sequence[tuple[Known, Known]] = ()
    supposed: Sequence[Known] = ()
    column: Sequence[Known] = ()
    after: str = ""
    is_worked: bool = False
    is_total: bool = False
    is_owned: bool = False
    groups: Sequence[Group] = ()
    ordered: Sequence[tuple[Known, Sequence[Known]]] = ()
    before: str = ""
    percents: Sequence[Known] = ()
    has_mean: bool = False
    below: Sequence[Known] = ()

    @property
    def belonging(self) -> list[Known]:
        """To the names and times of the sentence, those right beside the claim last."""
        return [*self.named, *(known for group in self.bound for known in group)]


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


def is_of_words(known: Known) -> bool:
    """Whether a document's sentence tells it: what it lays down is reckoned with only where a reply tells it, too."""
    return known.origin == "tool" and not (known.key or known.scope) and ": " in known.path


def is_alike(claim: Claim, known: Known) -> bool:
    """Whether it may be added to others to make the claim. What is said without a sign may be money."""
    is_bare = claim.kind == "count" and not claim.unit and known.kind == "money" and claim.values[0] >= LEAST_AMOUNT
    return (known.kind == claim.kind or is_bare) and is_of_one_unit(claim, known)


def totals(evidence: Evidence) -> Iterator[Known]:
    for known in evidence.known[:MOST_LOOKED_AT]:
        if not known.collection and is_total_key(known.key) and known.origin == "tool":
            yield known


@lru_cache(maxsize=1_000)
def is_total_key(key: str) -> bool:
    return bool(_TOTALS.fullmatch(key))


@lru_cache(maxsize=1_000)
def is_change_key(key: str) -> bool:
    return bool(_CHANGES.search(key))


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


def by_key(claim: Claim | None, named: Sequence[Known]) -> dict[tuple[str, str], list[Known]]:
    """By list and column; those alike the claim, if there is one."""
    found: dict[tuple[str, str], list[Known]] = {}
    for known in named:
        if claim is None or is_alike(claim, known):
            found.setdefault((known.collection, known.key), []).append(known)
    return found


def may_list(unit: str, path: str, evidence: Evidence) -> bool:
    """Whether it may be a list of those: months have their own times, and what counts deals is no list of deals."""
    if not unit:
        return True
    columns = [items for (where, _), items in evidence.collections.items() if where == path]
    if unit in TIME_SPANS:
        return any(items[0].spans != items[-1].spans for items in columns)
    return not any(items[0].kind == "count" and items[0].unit == unit for items in columns)
