"""Ranks of several legs made into one: what stands high in either comes up, whatever each leg's scores mean."""

from collections.abc import Sequence
from typing import Final

CANDIDATES: Final = 50  # of each leg
_K: Final = 60  # how slowly a rank loses weight: the usual figure, and not fitted to anything here


def fuse(*legs: Sequence[int]) -> list[tuple[int, float]]:
    """Numbers and scores, the best first: reciprocal rank fusion. Equals in the order of the first leg. Pure."""
    scores: dict[int, float] = {}
    for leg in legs:
        for rank, number in enumerate(leg, 1):
            scores[number] = scores.get(number, 0.0) + 1 / (_K + rank)
    return sorted(scores.items(), key=lambda item: -item[1])
