"""How far a passage goes as an answer: what one sentence of it holds of the question, and how rare that is. Pure.

Whether a passage is the best one says nothing of whether it answers. Two things do, on questions whose passages are
known (docs/knowledge.md): the share of the question's words that one sentence holds together, each by its weight, and
how much the passage holds at all. Half of a short question may be any common word; half of a long one is plenty.
Lists of synonyms, of words that only ask, pieces of words, the distance to the second passage: next to nothing more.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from models.retrieval.lexicon import read_words, stem_of

# Chosen on the recorded set and on the paint shop's; a third set that neither had seen: docs/knowledge.md.
ANSWERS: Final = 0.5  # answered at least as often as by half of the question's words, and wrong no more often
NEAREST: Final = 0.35  # 19 of 20 questions that have an answer reach it
CLOSELY: Final = 0.6  # where the words may as well mean something else than a look-up
_PLENTY: Final = 2  # words that hardly any text holds

_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_CODES = re.compile(r"(?<![^\W_])([^\W\d_]{1,6})-?(\d{1,10})(?![^\W_])")  # "CX-201", "E09"


@dataclass(frozen=True, slots=True)
class AskedWord:
    """Its stems by each language of the texts, and its weight: rare words weigh more."""

    stems: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the texts weigh it; `rarest` is the weight of a word that none of them holds."""

    text: str
    words: tuple[AskedWord, ...]
    languages: frozenset[str]
    rarest: float


def likelihood(asked: Asked, text: str, above: str, nearness: float = 0.0) -> float:
    """Of the passage with that text and what stands above it, title and headings: 0 to 1, and no less than its
    `nearness` by what it means.

    One that does not name a code that is asked for is about another thing, and is the nearest at most.
    """
    headed = _stems(above, asked.languages)
    sentences = [headed | _stems(sentence, asked.languages) for sentence in _SENTENCES.split(text)]
    whole = sum(word.weight for word in asked.words)
    together = max(_weight(asked, stems) for stems in sentences) / whole if whole else 0.0
    amount = min(_weight(asked, frozenset().union(*sentences)) / (asked.rarest * _PLENTY), 1.0)
    found = max(nearness, round((together + amount) / 2, 4))
    return found if _names_codes(asked.text, f"{above}\n{text}") else min(found, NEAREST)


def _weight(asked: Asked, stems: frozenset[str]) -> float:
    return sum(word.weight for word in asked.words if not word.stems.isdisjoint(stems))


def _stems(text: str, languages: frozenset[str]) -> frozenset[str]:
    return frozenset(stem_of(word, language) for word in set(read_words(text)) for language in languages)


def _names_codes(question: str, passage: str) -> bool:
    codes = _CODES.findall(_fold(question))
    folded = _fold(passage) if codes else ""
    return all(re.search(rf"(?<![^\W_]){letters}[\W_]?{figures}(?!\d)", folded) for letters, figures in codes)


def _fold(text: str) -> str:
    """`m²` is `m2`, too."""
    return unicodedata.normalize("NFKC", text).casefold()
