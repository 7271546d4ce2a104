"""Which terms a text is found by: word stems for meaning, four-letter pieces for typing errors and compounds.

Both come from folded words, so that accents and case decide nothing. Who changes what this module gives for a text
raises `VERSION`, and so does who changes what `models.language` guesses: past turns are stemmed by it, and are taken
out by the words they were put in by. What was indexed by another version is indexed anew.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from models.retrieval.stop_words import STOP_WORDS

VERSION: Final = 5
GRAM: Final = 4  # letters of a piece
DEFAULT_LANGUAGE: Final = "pt"
_STEMMED: Final = {"pt": "portuguese", "en": "english", "es": "spanish"}
LANGUAGES: Final = tuple(_STEMMED)
_LONGEST_WORD = 40  # letters: what is longer is a key or a picture in base 64, and would be a term of its own each time
_MARKS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")
_MEASURE = re.compile(r"(?<![^\W_])(\d+) ?(kg|g|mg|ml|l|lt|mm|cm|m|km|gb|tb|un|pc|w|v)(?![^\W_])")
_ORDINALS = str.maketrans("", "", "ºª°")  # "5º" is found by "5"


def read_words(text: str) -> list[str]:
    """Folded words in order, without those that say nothing. Pure."""
    folded = text.casefold().translate(_ORDINALS)
    if not folded.isascii():
        folded = _MARKS.sub("", unicodedata.normalize("NFKD", folded))
    folded = _MEASURE.sub(r"\1 \2 \1\2", folded)  # "500g" is found by "500 g", and the other way round
    return [word[:_LONGEST_WORD] for word in _WORD.findall(folded) if word not in STOP_WORDS]


@lru_cache(maxsize=100_000)
def stem_of(word: str, language: str) -> str:
    from Stemmer import Stemmer  # a C library, loaded by whoever searches

    stem: str = Stemmer(_STEMMED.get(language, _STEMMED[DEFAULT_LANGUAGE]), 0).stemWord(word)
    return stem


@lru_cache(maxsize=100_000)
def grams_of(word: str) -> tuple[str, ...]:
    marked = f"^{word}$"
    if len(marked) <= GRAM:
        return (marked,)
    return tuple(marked[at : at + GRAM] for at in range(len(marked) - GRAM + 1))
