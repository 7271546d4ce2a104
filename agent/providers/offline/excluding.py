"""Names that a question leaves out: "sem o João", "tirando a Ana e o Bruno", "everyone but me"."""

from itertools import pairwise
from typing import Final

from agent.providers.offline.lexing import Mark, Scan
from agent.providers.offline.names import NameHit

_SKIPPED: Final = frozenset(
    {"o", "a", "os", "as", "el", "la", "the", "de", "do", "da", "cliente", "vendedor", "produto", "vendedora", "vendas"}
    | {"sales", "ventas", "com", "categoria", "los", "las", "del", "customer", "for"}
)
_BETWEEN: Final = frozenset(
    {"e", "y", "and", "ou", "or", "nem", "ni", ",", "o", "a", "os", "as", "el", "la", "the", "do", "da", "de", "del"}
)


def excluded_of(scan: Scan, names: list[NameHit], marks: list[Mark]) -> list[NameHit]:
    """The names right after a word of exclusion, and those of the same kind listed with them."""
    excluded: list[NameHit] = []
    for hit in names:
        if _is_excluded(scan, hit, marks) or (excluded and _is_listed_with(scan, excluded[-1], hit)):
            excluded.append(hit)
    return excluded


def _is_listed_with(scan: Scan, before: NameHit, hit: NameHit) -> bool:
    between = [token.word for token in scan.tokens[before.last + 1 : hit.first]]
    same_kind = before.candidates[0].kind == hit.candidates[0].kind
    return same_kind and bool(between) and set(between) <= _BETWEEN


def _is_excluded(scan: Scan, hit: NameHit, marks: list[Mark]) -> bool:
    before = hit.first - 1
    while before >= 0 and scan.tokens[before].word in _SKIPPED:
        before -= 1
    return any(
        mark.last == before and (mark.concept == "EXCLUDE" or scan.tokens[before].word == "menos") for mark in marks
    )


def excludes_me(marks: list[Mark]) -> bool:
    """Whether the sender is left out: "sem contar eu"."""
    return any(
        one.concept == "EXCLUDE" and other.concept == "ME" and one.last < other.first <= one.last + 3
        for one, other in pairwise(marks)
    )
