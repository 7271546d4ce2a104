"""Scores by BM25, over two legs that are simply added: stems find what is meant, pieces of words what was mistyped.

Rank fusion was no better on Portuguese questions, and a sum keeps what scores are for: telling near from far.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log
from typing import cast

import numpy as np
from numpy.typing import NDArray

from models.retrieval.answering import Asked
from models.retrieval.postings import BLOCK, BYTES, LENGTHS, MOST, Codes, unpack

K1 = 1.2
B = 0.75
_MANY = 1_000  # texts

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Worth = Callable[[Codes], Floats]


@dataclass(frozen=True, slots=True)
class Hit:
    """A text that was found. `coverage` is the share of the question's weight that it holds, in stems: 0 to 1;
    `nearness` tells on the scale of `answering` how near it is by what it means."""

    number: int
    score: float
    coverage: float
    asked: Asked | None = None
    nearness: float = 0.0


@dataclass(slots=True)
class AskedLeg:
    """The terms of one kind: how many texts there are, how long on average, and which hold what was asked for."""

    texts: int
    average: float
    asked: frozenset[str]
    found: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)

    def take(self, term: str, block: int, postings: bytes) -> None:
        self.found.setdefault(term, []).append((block, postings))

    def weight(self, term: str) -> float:
        """Rare terms weigh more; one that no text holds weighs most."""
        holders = self._holders(term)
        return log(1 + max(0.0, self.texts - holders + 0.5) / (holders + 0.5))

    def leave_out_common(self) -> None:
        """What more than half of many texts hold is the longest to score and decides nothing."""
        if self.texts >= _MANY:
            self.found = {term: held for term, held in self.found.items() if 2 * self._holders(term) <= self.texts}

    def _holders(self, term: str) -> int:
        return sum(len(postings) for _, postings in self.found.get(term, ())) // BYTES


class Ground:
    """Only the blocks in which anything was found: numbers of texts long removed cost nothing."""

    def __init__(self, legs: Sequence[AskedLeg]) -> None:
        held = {block for leg in legs for rows in leg.found.values() for block, _ in rows}
        self._blocks = np.asarray(sorted(held), dtype=np.int64)
        self._start = {int(block): at * BLOCK for at, block in enumerate(self._blocks)}
        self._size = len(held) * BLOCK

    def scores(self, leg: AskedLeg) -> Floats:
        """Of each place."""
        gains = _gains(leg.average)
        return self._sum(leg, lambda codes: gains[codes & 0xFFFF])

    def weights(self, leg: AskedLeg) -> Floats:
        """Of each place, what it holds of the terms asked for."""
        return self._sum(leg, lambda codes: np.ones(len(codes)))

    def numbers(self, places: Numbers) -> Numbers:
        """The numbers of the texts at these places."""
        found: Numbers = self._blocks[places // BLOCK] * BLOCK + places % BLOCK
        return found

    def _sum(self, leg: AskedLeg, worth: Worth) -> Floats:
        """All rows as one array: a question has a thousand of them, and each would cost its own steps."""
        rows = [(leg.weight(term), *row) for term, held in leg.found.items() for row in held]
        codes = unpack(b"".join(postings for _, _, postings in rows))
        counts = [len(postings) // BYTES for _, _, postings in rows]
        places = (codes >> 16) + np.repeat(np.asarray([self._start[block] for _, block, _ in rows], np.int64), counts)
        worths = worth(codes) * np.repeat([weight for weight, _, _ in rows], counts)
        return cast(Floats, np.bincount(places, worths, minlength=self._size))


def _gains(average: float) -> Floats:
    """What a term adds for each (count, length code), before its weight."""
    norms = K1 * (1 - B + B * LENGTHS / max(average, 1.0))
    counts = np.arange(MOST + 1)[:, None]
    gains: Floats = (counts * (K1 + 1) / (counts + norms)).ravel()
    return gains


def best(ground: Ground, scores: Floats, k: int, allowed: Sequence[tuple[int, int]] | None) -> Numbers:
    """The places of the best `k` among those allowed, the best first; equals in order of their numbers."""
    places = np.flatnonzero(scores > 0)
    if allowed is not None:
        places = places[_is_within(ground.numbers(places), allowed)]
    if len(places) > k:
        least = np.partition(scores[places], -k)[-k]
        places = places[scores[places] >= least]
    return places[np.argsort(-scores[places], kind="stable")][:k]


def _is_within(numbers: Numbers, ranges: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Which numbers lie in a range. Ranges are first and last number, and do not overlap."""
    if not ranges:
        return np.zeros(len(numbers), dtype=np.bool_)
    firsts, lasts = np.asarray(sorted(ranges), dtype=np.int64).T
    at = np.searchsorted(firsts, numbers, side="right") - 1
    within: NDArray[np.bool_] = (at >= 0) & (numbers <= lasts[np.maximum(at, 0)])
    return within
