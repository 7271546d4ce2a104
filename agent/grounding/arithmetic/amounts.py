"""Amounts and counts that follow from others: sums, rests, differences, means, projections, conversions, how many."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, permutations

from agent.grounding.arithmetic.chance import derive_unannounced
from agent.grounding.arithmetic.durations import derive_duration
from agent.grounding.arithmetic.groups import derive_grouped
from agent.grounding.arithmetic.means import derive_means, derive_projections, is_of_more
from agent.grounding.arithmetic.operands import (
    LEAST_AMOUNT,
    MOST_LOOKED_AT,
    MOST_PAIRED,
    RATES,
    Surroundings,
    add_up,
    by_key,
    is_alike,
    lists,
    may_list,
    total_of,
    totals,
    unique,
)
from agent.grounding.arithmetic.orders import derive_orders
from agent.grounding.claims import Claim, Derived, Known
from agent.grounding.evidence import Evidence
from agent.grounding.words.lexicon import (
    A_MONTH,
    CHOSEN,
    CHOSEN_BEFORE,
    COUNTED,
    DIFFERENCE,
    HALF_OF,
    MEAN,
    MISSING,
    OTHERS,
    OTHERS_BEFORE,
    PART_OF,
    PROJECTION,
    REST,
    TIME_SPANS,
    TOTAL,
)

_MONTH = 30  # days, of which interest is reckoned
_LEAST_TOLD_APART = 10_000  # reais: with the cents there are too many such amounts for two to make one by chance


def derive_amount(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """What the words of the sentence allow, the likelier first."""
    for derived in _derive_amount(claim, around, evidence):
        if not is_of_more(derived, around, evidence):
            yield derived


def _derive_amount(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    for known in around.belonging:
        if known.key == "sum" and is_alike(claim, known):
            yield Derived(known.value, "sum", (known,), (known,))
    yield from derive_grouped(claim, around, evidence)
    for known in (*around.reckoned, *around.worked_out):
        if is_alike(claim, known):
            yield Derived(known.value, "said again", (known,), (known,))
    yield from _sums(claim, around, evidence)
    if PROJECTION.search(around.sentence):
        yield from derive_projections(claim, around, evidence)
    if PART_OF.search(around.sentence):
        yield from _parts(claim, around)
    if DIFFERENCE.search(around.sentence):
        yield from _differences(claim, around, evidence)
        yield from _neighbours(claim, around, evidence)
        if claim.kind == "money" and MISSING.search(around.sentence):
            yield from _still_missing(claim, around, evidence)
    if HALF_OF.search(around.sentence):
        yield from _to_the_half(claim, around)
    if REST.search(around.sentence):
        yield from _rests(claim, around, evidence)
    if MEAN.search(around.sentence):
        yield from derive_means(claim, around, evidence)
    if claim.kind == "money":
        yield from _charges(claim, around)
        yield from _conversions(claim, around, evidence)
        yield from derive_unannounced(claim, around, evidence)
        yield from derive_orders(claim, around)


def derive_count(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """How many there are of something, or what follows from other counts."""
    yield from _counts(claim, around, evidence)
    yield from derive_amount(claim, around, evidence)
    yield from derive_duration(claim, around, evidence)
    yield from derive_unannounced(claim, around, evidence)


def _parts(claim: Claim, around: Surroundings) -> Iterator[Derived]:
    """ "12,5 % de 8.940": of figures of that sentence alone."""
    for percent in around.beside:
        for whole in around.beside if percent.kind == "percent" else ():
            if whole is not percent and is_alike(claim, whole):
                yield Derived(whole.value * percent.value / 100, "part", (percent, whole), (whole,))


def _sums(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    for said in (around.beside, around.shown, around.column, around.reckoned, around.worked_out, around.worked_later):
        same = unique(known for known in said if is_alike(claim, known))
        if len(same) >= 2 and len({known.unit for known in same}) == 1:
            yield add_up(same)
    below = unique(known for known in around.below if is_alike(claim, known))
    if len(below) >= 2 and len({known.key for known in below}) == 1:
        yield Derived(total_of(below), "sum", tuple(below))
    both = unique(known for known in (*around.beside, *around.reckoned) if is_alike(claim, known))
    if claim.kind == "money" and len(both) > 2:
        yield add_up(both)
    if claim.kind == "money" and max(claim.values) >= _LEAST_TOLD_APART:
        for pair in combinations(unique(k for k in around.shown if k.kind == "money" and is_alike(claim, k)), 2):
            if pair[0].collection != pair[1].collection or not pair[0].collection:
                yield add_up(pair)
    together = [known for group in around.bound for known in group]
    for group in (*around.bound, together, around.of_names, around.named):
        for items in by_key(claim, group).values():
            if len(items) >= 2:
                yield add_up(items)
    for items in lists(claim, evidence) if claim.unit not in TIME_SPANS else ():
        yield add_up(items)
        for first in {*around.counts, around.items} & set(range(2, len(items))):
            yield add_up(items[:first], f"sum of the first {first}")
            if claim.kind != "count" or claim.values[0] >= LEAST_AMOUNT:
                yield add_up(items[-first:], f"sum of the last {first}")
    yield from _sums_of_totals(claim, evidence)


def _sums_of_totals(claim: Claim, evidence: Evidence) -> Iterator[Derived]:
    """The same figure of several calls, or of both sides of a comparison."""
    by_key: dict[str, list[Known]] = {}
    for known in evidence.known[:MOST_LOOKED_AT]:
        if not known.collection and is_alike(claim, known):
            by_key.setdefault(known.key, []).append(known)
    for items in by_key.values():
        if 2 <= len(items) <= 12:
            yield add_up(items)


def _differences(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    for one, other in combinations(_pool(claim, around, evidence), 2):
        if one.unit == other.unit:
            yield Derived(one.value - other.value, "difference", (one, other), (one, other))


def _still_missing(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """From what the reply worked out to what was told: "with that deal you would still be R$ 5.000 short"."""
    for told in unique((*around.asked, *totals(evidence))):
        for known in around.worked_out if is_alike(claim, told) else ():
            if known.kind == told.kind and known.unit == told.unit and told.value > known.value:
                yield Derived(told.value - known.value, "difference", (told, known), (told,))


def _to_the_half(claim: Claim, around: Surroundings) -> Iterator[Derived]:
    """How far one figure of what is named is from the half of another: "R$ 492 short of half her goal"."""
    own = unique(known for group in around.bound for known in group if is_alike(claim, known))
    for whole, part in permutations(own[:MOST_PAIRED], 2):
        if whole.scope and whole.scope == part.scope and whole.value > part.value:
            yield Derived(whole.value / 2 - part.value, "difference from the half", (whole, part), (whole,))


def _neighbours(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """How far what is named is from the one before it in its list, the one after it, and the first."""
    if around.names > 1:
        return  # of those two, that is
    own = [known for group in around.bound for known in group]
    for known in unique((*own, *around.joined))[:MOST_PAIRED]:
        items = evidence.collections.get((known.collection, known.key), [])
        if known in items and is_alike(claim, known) and claim.values[0] >= LEAST_AMOUNT:
            at = items.index(known)
            for other in {0, max(0, at - 1), min(at + 1, len(items) - 1)} - {at}:
                value = known.value - items[other].value
                yield Derived(value, "difference in its list", (known, items[other]), (known,))


def _pool(claim: Claim, around: Surroundings, evidence: Evidence) -> list[Known]:
    """What may be paired: said or named beside, said before, totals of the turn; each once, of the claim's unit."""
    pool: dict[str, Known] = {}
    for known in (*around.beside, *around.named, *around.near, *totals(evidence)):
        if len(pool) < MOST_PAIRED and is_alike(claim, known):
            pool.setdefault(known.path, known)
    return list(pool.values())


def _rests(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """A list or a total less what is named or shown, or what the reply makes of some of it."""
    for total in totals(evidence):
        for part in (*around.reckoned, *around.worked_out, *around.worked_later):
            if part.key == "sum" and is_alike(claim, part) and total.kind == part.kind and total.value > part.value:
                yield Derived(total.value - part.value, "rest", (total, part))
    for key, items in by_key(claim, around.named or unique(around.shown)).items():
        whole = evidence.collections.get(key, [])
        if key[0] and len(items) < len(whole):
            rest = tuple(item for item in whole if item not in items)
            yield Derived(total_of(rest), "rest", rest)
            for total in totals(evidence):
                if total.kind == claim.kind and total.unit == items[0].unit:
                    left = total.value - total_of(items)
                    yield Derived(left, "rest", (total, *items))
    for listed in lists(claim, evidence):
        for total in totals(evidence):
            if total.kind == claim.kind and total.value > total_of(listed):
                yield Derived(total.value - total_of(listed), "rest", (total, *listed))


def _conversions(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """Money of one currency at a rate that a tool told."""
    rates = [known for known in evidence.known[:MOST_LOOKED_AT] if known.key in RATES][:6]
    amounts = [known for known in evidence.known if known.origin != "tool" and known.kind in {"money", "count"}][:12]
    amounts += [known for known in around.beside if known.origin == "reply"]
    for rate in rates:
        for amount in amounts:
            if amount.unit not in {claim.unit, ""} and claim.unit == rate.unit:
                yield Derived(amount.value * rate.value, "conversion", (amount, rate))
            if amount.unit == rate.unit and claim.unit != rate.unit and rate.value:
                yield Derived(amount.value / rate.value, "conversion", (amount, rate))


def _charges(claim: Claim, around: Surroundings) -> Iterator[Derived]:
    """ "1 % a month over 20 days" of what the person named, and that with all that was reckoned on it."""
    for base in (known for known in around.asked if is_alike(claim, known)):
        for rate in around.beside if A_MONTH.search(around.sentence) else ():
            for days in around.counts if rate.kind == "percent" else ():
                yield Derived(base.value * rate.value * days / (100 * _MONTH), "interest", (base, rate), ())
        charges = [known for known in around.worked_out if is_alike(claim, known) and known.value < base.value]
        if charges and TOTAL.search(around.sentence):
            yield Derived(base.value + total_of(charges), "sum", (base, *charges), ())


def _counts_else(claim: Claim, length: int, sentence: str) -> bool:
    """ "11 pedidos, de 29 produtos": orders are no part of the products."""
    nouns = [match[1] for match in re.finditer(rf"\b{length}[*_]* ([a-z]+)", sentence)]
    return bool(claim.unit and nouns) and all(COUNTED.get(noun) != claim.unit for noun in nouns)


def _counts(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """How many there are of something: items of a list, names and items in the reply, results, what is not shown."""
    for group in around.bound:
        for items in by_key(None, group).values():
            if items[0].collection and may_list(claim.unit, items[0].collection, evidence):
                yield Derived(Decimal(len(items)), "number of those of a name", tuple(items), tuple(items))
    if CHOSEN.search(around.after) or CHOSEN_BEFORE.search(around.before):
        yield from (
            Derived(Decimal(n), "some of a list", ()) for n in range(1, max(evidence.lengths.values(), default=0))
        )
    if OTHERS_BEFORE.search(around.before) or OTHERS.match(around.after):
        for length in set(evidence.lengths.values()):
            for shown in {*around.counts, around.items, around.anchors}:
                yield Derived(Decimal(length - shown), "the others of a list", ())
    for path, length in evidence.lengths.items():
        if not may_list(claim.unit, path, evidence):
            continue
        yield Derived(Decimal(length), f"number of {path}", ())
        if around.items:
            yield Derived(Decimal(abs(length - around.items)), f"number of {path} not shown", ())
    for number in (around.items, around.anchors, evidence.results if evidence.results > 1 else 0):
        if number > 1:
            yield Derived(Decimal(number), "number of those named", ())
    counted = {evidence.lengths[group.path] for group in around.groups if group.path in evidence.lengths}
    for length in (set(evidence.lengths.values()) & set(around.counts)) - counted:  # of the others it is known how many
        if _counts_else(claim, length, around.sentence):
            continue
        for part in range(1, length):
            yield Derived(Decimal(part), f"some of {length}", ())
