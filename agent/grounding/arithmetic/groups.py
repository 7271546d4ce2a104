"""Rows that a sentence speaks of together: those with the flag it names, and those beyond a limit or a mean it sets."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from agent.grounding.arithmetic.operands import (
    MOST_LISTS,
    Group,
    Surroundings,
    is_alike,
    is_total_key,
    may_list,
    total_of,
    unique,
)
from agent.grounding.binding import Anchor
from agent.grounding.claims import Claim, Derived, Known
from agent.grounding.evidence import Evidence
from agent.grounding.flags import is_named
from agent.grounding.words.lexicon import MEAN, MEANS

_ABOVE: Final = (
    r"mais d[eo]|mais (?:do )?que|mas del?|acima d[eao]s?|por encima del?|maior(?:es)? (?:do )?que"
    r"|mayor(?:es)? (?:de|que)|pass?(?:a|am|ou|aram|an|o|aron) (?:d[aeo]s?|los?|las?)"
    r"|super\w+(?: [ao]s?| el| la)?|ultrapass\w+(?: [ao]s?)?"
    r"|over|above|past|beat|exceed\w*|(?:more|higher|greater) than|at least|pelo menos|al menos|a partir de"
)
_BELOW: Final = (
    r"menos d[eo]|menos (?:do )?que|menos del?|abaixo d[eao]s?|por debajo del?|menor(?:es)? (?:do |de )?que"
    r"|nao (?:\w+ )?(?:cheg\w+|pass\w+) (?:d[aeo]s?|a)|no (?:\w+ )?(?:lleg\w+|pas\w+) (?:de|a)|no super\w+"
    r"|under|below|(?:less|fewer|lower) than|short of"
)
_BEFORE_LIMIT: Final = r"[\s*_]*(?:(?:the|os?|as?|los|las) )?$"
_MEAN: Final = (
    r" (?:(?:the|an?|o|el|la|team|d[ao]|del?|sua|su|their|monthly|daily|overall|general)(?:'s)? )*"
    r"(?:medi[ao]|average|mean|promedio)\b"
)
_LIMITS: Final = tuple(
    (re.compile(rf"\b(?:{words}){_BEFORE_LIMIT}"), side) for words, side in ((_BELOW, -1), (_ABOVE, 1))
)
_MEANS: Final = tuple((re.compile(rf"\b(?:{words}){_MEAN}"), side) for words, side in ((_BELOW, -1), (_ABOVE, 1)))
_GOAL_MET: Final = re.compile(
    r"\b(?:bat\w+|ating\w+|alcanc\w+|cumpr\w+|cumpl\w+|alcanz\w+|hit|met|beat|reach\w*|made)"
    r"[*_]* (?:(?:[ao]s?|the|their|his|her|su|sus|la|las) )?(?:\w+ )?(?:metas?|goals?|targets?|quotas?|objetivos?)\b"
)
_WHOLE: Final = 100  # per cent
_BEYOND: Final = re.compile(r"\b(?:acima|abaixo|above|below|under|over|encima|debajo)\b")
_WORDS_BEFORE: Final = 32
_FURTHEST: Final = Decimal("1.5")  # "sold more than 100" is no way to tell of 900
_LEAST_ROWS: Final = 2
_MOST_COMPARED: Final = 4


def find_groups(
    sentence: str, start: int, claims: Sequence[Claim], names: Sequence[Anchor], evidence: Evidence, before: str = ""
) -> list[Group]:
    """`start` is where the sentence begins, `claims` are its figures. A sentence that names no flag speaks of those
    named right `before` it, else of those that were asked about."""
    found = [replace(group, is_said=True) for group in _by_flag(sentence, evidence)] or list(_by_flag(before, evidence))
    found = found or list(_by_flag(evidence.question, evidence))
    found += _by_goal(sentence, evidence)
    for claim in claims:
        at = claim.start - start
        before = sentence[max(0, at - _WORDS_BEFORE) : at]
        side = next((side for pattern, side in _LIMITS if pattern.search(before)), 0)
        for items in _columns(evidence) if side else ():
            if is_alike(claim, items[0]):
                found += _beyond(items, side, claim.values, evidence, names, claim)
    side = next((side for pattern, side in _MEANS if pattern.search(sentence)), 0)
    for items in _columns(evidence) if side else ():
        found += _beyond(items, side, means_of(items, evidence), evidence, names)
    return found


def means_of(items: Sequence[Known], evidence: Evidence) -> list[Decimal]:
    """Of a column: of all its rows, of those of times that are over, and what its result calls a total, if that lies
    among them as a mean does."""
    past = [known for known in items if known.spans and known.spans[0][1] < evidence.today]
    found = [total_of(some) / len(some) for some in (items, past) if some]
    least, most = min(known.value for known in items), max(known.value for known in items)
    for known in evidence.scopes.get(items[0].collection.rpartition(".")[0], ()):
        if known.kind == items[0].kind and is_total_key(known.key) and least < known.value < most:
            found.append(known.value)
    return list(dict.fromkeys(found))


def _by_goal(sentence: str, evidence: Evidence) -> Iterator[Group]:
    """ "6 of the 8 hit their goal": rows that tell what part of a goal was reached."""
    if not _GOAL_MET.search(sentence):
        return
    for (path, key), items in evidence.collections.items():
        if items[0].kind == "percent" and (path, "goal") in evidence.collections and key.startswith("percent"):
            yield from _of_scopes(path, [known.scope for known in items if known.value >= _WHOLE], evidence)


def _columns(evidence: Evidence) -> Iterator[list[Known]]:
    for items in list(evidence.collections.values())[:MOST_LISTS]:
        if len(items) >= _LEAST_ROWS:
            yield items


def _by_flag(sentence: str, evidence: Evidence) -> Iterator[Group]:
    """A column that is another in every row is a name; its words are looked at by others, but for those of a state."""
    for path, columns in evidence.flags.items():
        for key, by_value in columns.items():
            is_name = len(by_value) == sum(map(len, by_value.values()))
            for value, scopes in by_value.items():
                if is_named(key, value, sentence, is_name=is_name):
                    yield from _of_scopes(path, scopes, evidence)


def _beyond(
    items: Sequence[Known],
    side: int,
    limits: Iterable[Decimal],
    evidence: Evidence,
    names: Sequence[Anchor],
    claim: Claim | None = None,
) -> Iterator[Group]:
    for limit in limits:
        rows = [known for known in items if (known.value - limit) * side > 0]
        named = [known for known in rows if any(anchor.fits(known) for anchor in names)]
        are_all = bool(names) and all(any(anchor.fits(known) for known in named) for anchor in names)
        is_fair = all(limit / _FURTHEST <= known.value <= limit * _FURTHEST for known in named)
        yield from _of_scopes(
            items[0].collection,
            [known.scope for known in rows],
            evidence,
            (claim, limit) if claim else None,
            is_of_the_named=are_all and is_fair,
        )


def _of_scopes(
    path: str,
    scopes: Iterable[str],
    evidence: Evidence,
    limit: tuple[Claim, Decimal] | None = None,
    *,
    is_of_the_named: bool = False,
) -> Iterator[Group]:
    wanted = set(scopes)
    columns: list[list[Known]] = [
        [known for known in items if known.scope in wanted]
        for (where, _), items in evidence.collections.items()
        if where == path
    ]
    columns = [column for column in columns if column]
    rows = max(columns, key=len, default=[])
    if wanted:
        yield Group(path, len(wanted), tuple(rows), tuple(_figures(columns)), limit, is_of_the_named)


def _figures(columns: Sequence[Sequence[Known]]) -> Iterator[Known]:
    """Sum and mean of each, and of amounts over what else is counted in these rows."""
    for column in columns:
        if column[0].kind not in {"money", "count"}:
            continue
        total = total_of(column)
        yield _reckoned(column, total, "sum")
        yield _reckoned(column, total / len(column), "mean")
        for counts in columns if column[0].kind == "money" else ():
            if counts[0].kind == "count" and (number := total_of(counts)):
                yield _reckoned(column, total / number, "mean")


def _reckoned(column: Sequence[Known], value: Decimal, key: str) -> Known:
    labels = frozenset.intersection(*(known.labels for known in column))
    path = f"{column[0].collection}: {key} of {len(column)}"
    return column[0]._replace(
        value=value, path=path, labels=labels, key=key, collection="", scope="", origin="reckoned"
    )


def derive_grouped(claim: Claim, around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """How many rows a group has, what they come to, and the limit itself where its rows are told."""
    for group in around.groups:
        if group.limit is not None and group.limit[0].start == claim.start:
            if group.is_of_the_named or group.number in around.counts:
                yield Derived(group.limit[1], "limit", group.rows)
            continue
        if claim.kind == "count" and may_list(claim.unit, group.path, evidence):
            yield Derived(group.number, f"number of some of {group.path}", group.rows, group.rows)
            others = evidence.lengths[group.path] - group.number
            yield Derived(others, f"number of the others of {group.path}", group.rows)
        for figure in group.figures:
            if is_alike(claim, figure) and (figure.key == "sum" or MEAN.search(around.sentence)):
                yield Derived(figure.value, f"{figure.key} of some of {group.path}", group.rows, group.rows)


def derive_from_means(around: Surroundings, evidence: Evidence) -> Iterator[Derived]:
    """How far those that the sentence names are from the mean of their column."""
    if not (MEANS.search(around.sentence) or (around.has_mean and _BEYOND.search(around.sentence))):
        return
    own = [known for group in around.bound for known in group]
    for known in unique((*own, *around.beside, *around.joined, *around.named))[:_MOST_COMPARED]:
        items = evidence.collections.get((known.collection, known.key), ())
        for mean in means_of(items, evidence) if len(items) >= _LEAST_ROWS else ():
            if mean:
                change = (known.value - mean) / abs(mean) * 100
                yield Derived(change, "change from the mean", (known,), (known,), is_change=True)
