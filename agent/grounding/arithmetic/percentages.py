"""Percentages and multiples that follow from figures: changes, shares of a total, what is missing to a hundred."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, permutations, product
from typing import Final

from agent.grounding.arithmetic.chance import derive_unannounced
from agent.grounding.arithmetic.groups import derive_from_means
from agent.grounding.arithmetic.operands import (
    MOST_LISTS,
    MOST_LOOKED_AT,
    MOST_PAIRED,
    Surroundings,
    add_up,
    is_change_key,
    total_of,
    totals,
    unique,
)
from agent.grounding.claims import Claim, Derived, Known
from agent.grounding.evidence import Evidence
from agent.grounding.results import whole_month
from agent.grounding.words.lexicon import (
    ADDED_UP,
    CHARGE_BEFORE,
    DIFFERENCE,
    EVERYTHING,
    FULL_PRICE,
    JOINED,
    MISSING,
    NOBODY_BEYOND,
    RATE,
    REDUCTION,
    TOTAL,
)

_OF_WHOLE: Final = re.compile(
    r"[*_]* (?:d[aeo]s?|del|of)(?: [ao]s?| the| la| los| las)? (?!diferenca|difference|diferencia)"
)
_NEAR_LIMIT: Final = Decimal("0.8")
_OF_TIME: Final = re.compile(r"[*_ ]*(?:d[eo] |del? |of |the |este |this )*(?:(mes|month)|(?:ano|year))\b")


def derive_percent(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """ "88 % of the goal" is no change, and "a discount of 8 %" follows from nothing but what its own sentence says."""
    is_part = not claim.direction and bool(_OF_WHOLE.match(around.after))
    is_charge = bool(CHARGE_BEFORE.search(around.before))
    said = {known.path for known in (*around.beside, *around.reckoned, *around.supposed)}
    for derived in _derive_percent(claim, around, evidence):
        if derived.is_change and is_part:
            continue
        if is_charge and not all(known.path in said for known in derived.operands):
            continue
        yield derived


def _derive_percent(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """Changes only where the sentence compares; no share where it says up or down, or off."""
    yield from _over_percents(around, evidence)
    yield from derive_from_means(around, evidence)
    yield from _of_differences(claim.direction, around)
    yield from _passed(around, evidence)
    yield from _nobody_beyond(claim, around, evidence)
    yield from _of_rows(around, evidence)
    if REDUCTION.match(around.after):
        claim = claim._replace(direction=claim.direction or -1)
    if RATE.search(around.sentence):
        counts = [known for known in around.beside if known.kind == "count"]
        for one, other in permutations(counts, 2):
            if one.key == other.key and one.collection == other.collection and one.value + other.value:
                yield Derived(one.value / (one.value + other.value) * 100, "rate", (one, other), (one, other))
    if claim.direction or around.compares or DIFFERENCE.search(around.sentence):
        yield from _changes(around, evidence)
    if not claim.direction:
        yield from _shares(around, evidence)
    yield from derive_unannounced(claim, around, evidence)


def _nobody_beyond(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """ "No product makes more than 11 %": the limit itself, where the largest share of a list comes near it."""
    for items in evidence.collections.values() if NOBODY_BEYOND.search(around.before) else ():
        total = total_of(items)
        if items[0].kind in {"money", "count"} and len(items) > 1 and total > 0:
            largest = max(known.value for known in items) / total * 100
            if _NEAR_LIMIT * claim.values[0] <= largest <= claim.values[0]:
                yield Derived(claim.values[0], "limit", (), ())


def _of_rows(around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """ "Half of the team": what part of a list those are that the sentence names or speaks of together."""
    for group in around.groups:
        yield Derived(group.number / evidence.lengths[group.path] * 100, "share of rows", group.rows, group.rows)
    for named in {known.collection: known for known in around.named if known.collection}.values():
        if around.names > 1:
            share = Decimal(around.names) / evidence.lengths[named.collection] * 100
            yield Derived(share, "share of rows", (named,), (named,))


def _of_differences(direction: int, around: Surroundings) -> Iterator[Derived]:
    """ "R$ 100 below it, 7 % less": what a difference that is told is of what it is told from."""
    told = [*around.beside, *around.near]
    for known in around.reckoned if direction else ():
        for base in told if "difference" in known.key else ():
            other = base.value + direction * abs(known.value)
            if base.value and any(one.value == other and one.kind == base.kind == known.kind for one in told):
                yield Derived(known.value / base.value * 100, "share", (known, base), ())


def _passed(around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """ "Two thirds of the month have gone": what has passed of the running month or year, and what is left of it."""
    if not (time := _OF_TIME.match(around.after)):
        return
    today = evidence.today
    first = today.replace(day=1) if time[1] else today.replace(month=1, day=1)
    last = whole_month(today)[1] if time[1] else today.replace(month=12, day=31)
    length = (last - first).days + 1
    for passed in ((today - first).days, (today - first).days + 1):
        for days in (passed, length - passed):
            yield Derived(Decimal(days) / length * 100, "part of the running time", ())


def _over_percents(around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    percents = [known for known in (*around.beside, *around.named, *around.near) if known.kind == "percent"][:8]
    if MISSING.search(around.sentence):
        for known in (
            *percents,
            *around.percents,
            *(k for k in evidence.known[:MOST_LOOKED_AT] if k.kind == "percent" and not k.collection),
        ):
            yield Derived(Decimal(100) - known.value, "what is missing to 100 %", (known,), (known,))
    if any(words.search(around.sentence) for words in (TOTAL, JOINED, ADDED_UP)):
        for one, other in combinations(percents, 2):
            yield Derived(one.value + other.value, "sum", (one, other), (one, other))
    if DIFFERENCE.search(around.sentence):
        for known in percents:
            yield Derived(known.value - 100, "difference from 100 %", (known,), (known,))
        for one, other in combinations(percents, 2):
            yield Derived(one.value - other.value, "difference", (one, other), (one, other))


def _changes(around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    for one, other in permutations(_paired(around, evidence), 2):
        is_alike = one.unit == other.unit and one.kind == other.kind and _are_of_one_list(one, other)
        if other.value and is_alike:
            change = (one.value - other.value) / abs(other.value) * 100
            yield Derived(change, "change", (one, other), (one, other), is_change=True)


def _paired(around: Surroundings, evidence: Evidence) -> list[Known]:
    """Figures whose change, share or multiple somebody may tell: nearest first."""
    found: dict[str, Known] = {}
    grouped = [one for group in around.groups for one in group.figures if one.key == "sum"]
    hinted = () if around.names else around.context
    nearest = (*around.beside, *around.reckoned, *around.named, *hinted, *grouped, *around.worked_out, *around.near)
    for known in (*nearest, *totals(evidence)):
        if (
            known.kind in {"money", "count"}
            and not (known.origin == "reply" and is_change_key(known.key))
            and len(found) < MOST_PAIRED
        ):
            found.setdefault(known.path, known)
    return list(found.values())


def _shares(around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """A part, or several together, of the total of their result or of the sum of their list."""
    parts = [known for known in _paired(around, evidence) if known.kind in {"money", "count"}]
    shown = unique(known for known in around.shown if known.kind in {"money", "count"})
    together = [add_up(group) for group in (unique(around.beside), shown, unique(around.named)) if len(group) > 1]
    for items in evidence.collections.values():
        if items[0].kind in {"money", "count"}:
            named = sum(known in items for known in around.named)
            if named in {0, len(items)}:
                together.append(add_up(items))
            for some in {*around.counts, around.items}:
                together += [add_up(items[:some]), add_up(items[-some:])] if 1 < some <= len(items) else []
    grouped = (one for group in around.groups for one in group.figures if one.key == "sum")
    counted = (one for one in (*around.beside, *around.reckoned) if one.kind == "count")
    if _OF_WHOLE.match(around.after):  # "half of Ana's"
        for part, whole in product(around.beside[:1], unique(known for group in around.bound for known in group)):
            if (part.key, part.collection) == (whole.key, whole.collection) and whole.value:
                yield Derived(part.value / whole.value * 100, "share", (part, whole), (whole,))
    yield from _all_of_it(evidence)
    if EVERYTHING.match(around.after) or FULL_PRICE.search(around.sentence):
        yield from _of_everything(evidence)
    for whole in (*counted, *grouped, *_wholes(evidence)):
        for part in parts:
            if part.value < whole.value and part is not whole and _is_comparable(part, whole):
                yield Derived(part.value / whole.value * 100, "share", (part, whole), (part,))
        for group in together:
            if group.operands[0].kind == whole.kind and abs(group.value) <= whole.value:
                yield Derived(group.value / whole.value * 100, "share", (*group.operands, whole), group.operands)


def _all_of_it(evidence: Evidence) -> Iterator[Derived]:
    """ "100 % were invoiced": two calls of one tool, asked for different things, told the same total."""
    told = [known for known in totals(evidence) if known.value > 0]
    for one, other in combinations(told[:MOST_PAIRED], 2):
        tools = {known.path.partition("[")[0] for known in (one, other)}
        if len(tools) == 1 and _root(one) != _root(other) and one.key == other.key and one.value == other.value:
            yield Derived(Decimal(100), "all of it", (one, other), (one,))


def _of_everything(evidence: Evidence) -> Iterator[Derived]:
    """ "3 % of everything that was ordered": the cancelled ones, of these and the valid ones together."""
    told = [known for known in totals(evidence) if known.value > 0]
    for one, other in permutations(told[:MOST_PAIRED], 2):
        if _root(one) != _root(other) and one.key == other.key and one.unit == other.unit and one.spans == other.spans:
            yield Derived(one.value / (one.value + other.value) * 100, "share", (one, other), (one,))


def _is_comparable(part: Known, whole: Known) -> bool:
    """Of one unit, or counts that one object tells: the returns and the orders of a month."""
    times = [(one, other) for one in part.spans for other in whole.spans]
    if times and not any(one[0] <= other[1] and other[0] <= one[1] for one, other in times):
        return False  # March is no part of February
    is_told_together = part.kind == "count" and part.scope == whole.scope
    return part.kind == whole.kind and (part.unit == whole.unit or is_told_together)


def _wholes(evidence: Evidence) -> Iterator[Known]:
    for known in totals(evidence):
        if known.value > 0:
            yield known
    for (path, _), items in list(evidence.collections.items())[:MOST_LISTS]:
        total = total_of(items)
        if any(
            one.value > total and one.kind == items[0].kind and _root(one) == _root(items[0])
            for one in totals(evidence)
        ):
            continue  # a part of what is told in full
        if total > 0 and items[0].kind in {"money", "count"}:
            first = items[0]
            yield Known(total, first.kind, first.unit, f"{path}: sum", spans=first.spans)
    for known in evidence.known[:MOST_LOOKED_AT]:
        if known.kind in {"money", "count"} and not known.collection and known.value > 1:
            yield known


def _are_of_one_list(one: Known, other: Known) -> bool:
    """No change leads from a part to its whole."""
    is_one = one.key == other.key or one.scope == other.scope
    return bool(one.collection) == bool(other.collection) and (not one.collection or is_one)


def _root(known: Known) -> str:
    return known.path.partition(".")[0]


def derive_multiple(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    for one, other in permutations(_paired(around, evidence), 2):
        if other.value and one.unit == other.unit and one.kind == other.kind:
            yield Derived(one.value / other.value, "multiple", (one, other), (one, other))
    yield from derive_unannounced(claim, around, evidence)
