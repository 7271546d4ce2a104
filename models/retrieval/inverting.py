"""Many texts at once, turned from words of texts into texts of words: the costly half of indexing, in arrays."""

from array import array
from collections.abc import Iterator
from itertools import chain

import numpy as np

from models.retrieval.lexicon import grams_of, read_words, stem_of
from models.retrieval.postings import BLOCK, BYTES, MOST, codes_of_lengths
from models.retrieval.ranking import Numbers

Place = tuple[str, int]  # a term, and a block of numbers
STEM, GRAM = "=", "~"  # which leg a term is of, in front of it


class InvertedLeg:
    """The terms of one kind: which, and in what order they stand in the texts."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self._seen = array("q")  # terms, text after text
        self.lengths = array("q")

    def id_of(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names))

    def add(self, terms: list[int]) -> None:
        """The terms of the next text."""
        self._seen.extend(terms)
        self.lengths.append(len(terms))

    def postings(self, numbers: Numbers) -> Iterator[tuple[Place, bytes]]:
        """By term and block; `numbers` are those of the texts, rising."""
        if not self._seen:
            return
        lengths = np.asarray(self.lengths)
        texts = np.repeat(np.arange(len(lengths)), lengths)
        pairs, counts = np.unique(np.asarray(self._seen) * len(lengths) + texts, return_counts=True)
        terms, texts = np.divmod(pairs, len(lengths))
        blocks, places = np.divmod(numbers[texts], BLOCK)
        codes = places << 16 | np.minimum(counts, MOST) << 8 | codes_of_lengths(lengths)[texts]
        begins = np.flatnonzero(np.diff(terms, prepend=-1) | np.diff(blocks, prepend=-1))
        names, packed = list(self.names), codes.astype("<u4").tobytes()
        for first, end in zip(begins, chain(begins[1:], [len(codes)]), strict=True):
            yield (names[terms[first]], int(blocks[first])), packed[BYTES * first : BYTES * end]


class Inversion:
    """Texts in the order of their numbers. `words` says how many texts hold each word."""

    def __init__(self) -> None:
        self.stems, self.grams = InvertedLeg(), InvertedLeg()
        self.words: dict[str, int] = {}
        self._terms: dict[tuple[str, str], tuple[int, list[int]]] = {}

    @property
    def terms(self) -> set[str]:
        return {*self.stems.names, *self.grams.names}

    def add(self, text: str, language: str) -> None:
        words = read_words(text)
        known = [self._terms.get((word, language)) or self._learn(word, language) for word in words]
        self.stems.add([stem for stem, _ in known])
        self.grams.add([gram for _, grams in known for gram in grams])
        for word in set(words):
            self.words[word] = self.words.get(word, 0) + 1

    def postings(self, first: int) -> dict[Place, bytes]:
        """With `first` as the number of the first text."""
        numbers = np.arange(first, first + len(self.stems.lengths))
        return dict(chain(self.stems.postings(numbers), self.grams.postings(numbers)))

    def _learn(self, word: str, language: str) -> tuple[int, list[int]]:
        stem = self.stems.id_of(STEM + stem_of(word, language))
        grams = [self.grams.id_of(GRAM + gram) for gram in grams_of(word)]
        return self._terms.setdefault((word, language), (stem, grams))
