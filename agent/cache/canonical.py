"""A question in the one spelling that all its repeats share. Pure.

Only what can never change an answer is taken away: case, accents, greetings, courtesies, the marks at the end. Order,
negation and every other word stay, so what differs in one of them is another question.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from agent.cache.habits import asks_for_a_habit, asks_in_particular
from agent.cache.numbers import spell_numbers
from agent.cache.words import (
    ASKING,
    BINDING,
    CALENDAR,
    COURTESIES,
    GESTURES,
    GOING_ON,
    GREETINGS,
    LEANING,
    OPENERS,
    PAUSED_THANKS,
    POINTS_AT_CALENDAR,
    SHORT,
    UNACCENTED,
)
from agent.periods import find_periods
from models.language import Language

_LONGEST = 500  # characters: nobody repeats more than that to the letter
_FEWEST_WORDS = 3
_MARKS: Final = {"?": ".", "!": ".", ".": ".", "…": ".", ";": ".", "\n": ".", ":": ".", ",": ","}
_SILENT: Final = frozenset({"¿", "¡"})
_TOKEN = re.compile(
    r"[¿¡?!…;:,.\n]"
    r"|(?:r\$|us\$|u\$s|[$€£%])"
    r"|\d+(?:[.,]\d+)*(?:k|mil)?(?![\w/:-])"
    r"|\w(?:[\w/'’.,:-]*\w)?"
    r"|\S",
    re.IGNORECASE,
)
_STUCK = re.compile(r"(\d+(?:[.,]\d+)*)(k|mil)")
_MEASURED = re.compile(r"\d+(?:[.,]\d+)*[^\W\d_]{1,3}")  # "5MW"
_MIXED = re.compile(r"[^\W\d_A-Z]+[A-Z][^\W\d_]*")  # "mW", "kWh"
_LONGEST_UNIT = 4


def _phrases(listed: str) -> tuple[tuple[str, ...], ...]:
    """The longest first."""
    return tuple(sorted((tuple(phrase.split()) for phrase in listed.split("|")), key=len, reverse=True))


_GREETINGS: Final = _phrases(GREETINGS)
_COURTESIES: Final = _phrases(COURTESIES)
_PAUSED_THANKS: Final = _phrases(PAUSED_THANKS)
_IDLE_MARKS: Final = frozenset({".", ","}) | GESTURES


@dataclass(frozen=True, slots=True)
class CanonicalQuestion:
    """`words` are equal for repeats; `periods` are the days meant by its words of time, resolved."""

    words: str
    periods: tuple[tuple[date, date], ...]
    is_whole: bool  # understood without anything that was said before


def canonical(text: str, today: date, language: Language) -> CanonicalQuestion | None:
    """None for what is too long, or says nothing once greetings are gone. `today` is the tenant's."""
    if len(text) > _LONGEST:
        return None
    tokens = _tokens(text)
    tokens = _without_ends(tokens)
    if not any(token[0].isalnum() for token in tokens):
        return None
    tokens = spell_numbers(tokens, language)
    periods = tuple((found.period.start, found.period.end) for found in find_periods(text, today))
    return CanonicalQuestion(" ".join(tokens), periods, _is_whole(tokens))


def without_courtesies(text: str) -> str:
    """As it was written, but for greetings and thanks: with any of those it is spelt anew."""
    tokens = _tokens(text)
    left = _without_ends(tokens)
    return text if len(left) >= len(_strip_marks(tokens)) or not left else " ".join(left)


def is_idle(text: str) -> bool:
    """Whether it is a greeting, thanks, or nothing at all: words after which no later question means anything else."""
    return len(text) <= _LONGEST and not _without_ends(_tokens(text), keeps_greetings=False)


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    for match in _TOKEN.finditer(unicodedata.normalize("NFC", text).replace("’", "'")):
        token = match[0].lower()
        if token in _SILENT:
            continue
        if stuck := _STUCK.fullmatch(token):
            tokens += [stuck[1], stuck[2]]
        elif mark := _MARKS.get(token):
            if tokens and (tokens[-1] not in {".", ","} or mark == "."):
                tokens[-1:] = [mark] if tokens[-1] in {".", ","} else [tokens[-1], mark]
        elif _is_unit(match[0], tokens):
            tokens.append(match[0])
        else:
            folded = _fold(token)
            tokens.append(SHORT.get(folded, folded))
    return tokens


def _is_unit(written: str, before: list[str]) -> bool:
    """Whether its case may decide, as in "5 MW" and "5 mW"."""
    if _MEASURED.fullmatch(written) or (_MIXED.fullmatch(written) and len(written) <= _LONGEST_UNIT):
        return True
    is_counted = bool(before) and before[-1][-1].isdigit()
    return is_counted and written.isalpha() and len(written) < _LONGEST_UNIT and written.lower() not in {"mil", "k"}


def _fold(word: str) -> str:
    """Without accents, but for those that make another word: "à", "é", and the last one of a verb ("ganó"). Marks on
    what is no letter make another sign: "≠" is no "="."""
    if word in {"à", "às", "é"}:
        return word
    keeps_last = word[-1] in "óéíúá" and word not in UNACCENTED
    head, last = (word[:-1], word[-1]) if keeps_last else (word, "")
    return "".join(map(_fold_letter, head)) + last


def _fold_letter(letter: str) -> str:
    base, *marks = list(unicodedata.normalize("NFD", letter))
    return base if base.isascii() and base.isalpha() and all(map(unicodedata.combining, marks)) else letter


def _without_ends(tokens: list[str], *, keeps_greetings: bool = True) -> list[str]:
    """Greetings only before a pause or a word that begins a question, courtesies never where a name may end so."""
    left = list(tokens)
    while True:
        before = len(left)
        left = _strip_marks(left)
        for phrase in (*_GREETINGS, *_COURTESIES):
            size = len(phrase)
            rest = left[size:]
            is_apart = not rest or rest[0] in {".", ","} or rest[0] in OPENERS or _begins_idly(rest)
            if tuple(left[:size]) == phrase and is_apart and (rest or not keeps_greetings):
                left = rest
                break
        left = _without_thanks(left)
        if len(left) == before:
            return left


def _without_thanks(left: list[str]) -> list[str]:
    for phrase in (*_COURTESIES, *_PAUSED_THANKS):
        size = len(phrase)
        if tuple(left[-size:]) == phrase and len(left) > size:
            before = left[-size - 1]
            if before in _IDLE_MARKS or (phrase not in _PAUSED_THANKS and before not in BINDING):
                return left[:-size]
    return left


def _begins_idly(rest: list[str]) -> bool:
    return any(tuple(rest[: len(phrase)]) == phrase for phrase in (*_GREETINGS, *_COURTESIES))


def _strip_marks(tokens: list[str]) -> list[str]:
    first, last = 0, len(tokens)
    while first < last and tokens[first] in _IDLE_MARKS:
        first += 1
    while last > first and tokens[last - 1] in _IDLE_MARKS:
        last -= 1
    return tokens[first:last]


def _is_whole(tokens: list[str]) -> bool:
    """When in doubt it is not."""
    words = [token.lower() for token in tokens if token[0].isalnum()]
    if len(words) < _FEWEST_WORDS or words[0] in GOING_ON:
        return False
    if asks_in_particular(words) or not (ASKING & set(words[:4]) or asks_for_a_habit(words)):
        return False
    return not any(
        word in LEANING and not (word in POINTS_AT_CALENDAR and {before, after} & CALENDAR)
        for before, word, after in _neighbours(words)
    )


def _neighbours(words: list[str]) -> list[tuple[str, str, str]]:
    padded = ["", *words, ""]
    return [(first, second, third) for (first, second), third in zip(pairwise(padded), padded[2:], strict=False)]
