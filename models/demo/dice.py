"""Chance that falls the same way on every machine and Python version.

Only `Random.random()` is used: it is the one method whose sequence Python promises to keep for a given seed. No
logarithm or power either, because C libraries differ in their last bit.
"""

from bisect import bisect_right
from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate
from random import Random


def fingerprint(*parts: object) -> int:
    """A number of 64 bits that depends on the parts alone, unlike the built-in `hash`."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big")


def share(*parts: object) -> float:
    """A number from 0 up to 1 that depends on the parts alone."""
    return (fingerprint(*parts) >> 11) / (1 << 53)


class Dice:
    """A sequence of throws that depends on the parts of its seed alone."""

    def __init__(self, *seed: object) -> None:
        self.random = Random(fingerprint(*seed)).random  # noqa: S311 - figures for a demo, not secrets

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.random()

    def whole(self, low: int, high: int) -> int:
        """Both ends belong."""
        return low + int(self.random() * (high - low + 1))


class Urn:
    """Items drawn in proportion to their weights, any number of times."""

    def __init__(self, weights: Sequence[float]) -> None:
        self._marks = list(accumulate(weights))
        self._last = len(self._marks) - 1

    def draw(self, dice: Dice) -> int:
        """The position of the item drawn."""
        return min(bisect_right(self._marks, dice.random() * self._marks[-1]), self._last)
