"""The word that somebody probably meant: the nearest one that the texts hold."""

from collections.abc import Iterable
from typing import NamedTuple

SHORTEST = 4  # letters: of a shorter word every other is a neighbour
_TWO_ERRORS = 8  # letters from which two errors are forgiven


class KnownWord(NamedTuple):
    word: str
    texts: int  # that hold it


def can_be_mistyped(word: str) -> bool:
    """Numbers and codes are never guessed at: another number is another thing."""
    return len(word) >= SHORTEST and word.isalpha()


def errors_forgiven(word: str) -> int:
    return 1 if len(word) < _TWO_ERRORS else 2


def intact_letters(word: str) -> int:
    """So many letters at its beginning or its end are right, whatever the one error; with two errors, nearly always."""
    length = len(word)
    return max(2, (length - 1) // 2) if errors_forgiven(word) == 1 else max(3, length // 3)


def nearest(word: str, candidates: Iterable[KnownWord]) -> str | None:
    """The nearest candidate, of equals the most frequent; None if all are too far. Pure."""
    from rapidfuzz.distance import OSA

    forgiven = errors_forgiven(word)
    measured = (
        (OSA.distance(word, known.word, score_cutoff=forgiven), -known.texts, known.word) for known in candidates
    )
    best = min(measured, default=None)
    return best[2] if best is not None and best[0] <= forgiven else None
