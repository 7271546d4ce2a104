"""Postings as bytes: which texts of a block hold a term, how often, and how long they are.

Four bytes each: the text's place in its block, the count, and its length in steps of 4 %. So a score needs nothing but
the postings of the terms asked for.
"""

from math import log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

BLOCK: Final = 4096  # texts; a full row has 16 kB
BYTES: Final = 4  # of one posting
MOST: Final = 31  # as often as a term counts in one text: beyond that it says nothing more
_LONGEST: Final = 255  # the greatest code of a length
_STEP: Final = log(1.04)

Codes = NDArray[np.uint32]
LENGTHS: Final = np.exp(np.arange(_LONGEST + 1) * _STEP)  # what each code of a length stands for


def codes_of_lengths(lengths: NDArray[Any]) -> NDArray[np.int64]:
    """Lengths up to 22,000 within 2 %."""
    codes: NDArray[np.int64] = np.rint(np.log(np.maximum(lengths, 1)) / _STEP).astype(np.int64)
    return np.minimum(codes, _LONGEST)


def unpack(postings: bytes) -> Codes:
    return np.frombuffer(postings, dtype="<u4")


def without(postings: bytes, first: int, last: int) -> bytes:
    """The postings of all texts but those at the places `first` to `last`."""
    codes = unpack(postings)
    places = codes >> 16
    return codes[(places < first) | (places > last)].tobytes()
