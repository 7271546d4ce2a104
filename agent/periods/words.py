"""Text into concept tokens: folded, split, misspellings forgiven, number words counted; each knows where it stood."""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from agent.periods.lexicon import NOT_TYPOS, NUMBERS, NUMBERS_BEFORE_UNITS, ORDINALS, WORDS

_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|[^\w\s]|_")
_ORDINAL_ENDINGS = frozenset(["o", "a", "st", "nd", "rd", "th", "ro", "ra", "er", "do", "da", "to", "mo"])
_UNITS = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "HALF", "YEAR"})
_SIGNS = str.maketrans({"–": "-", "—": "-", "−": "-", "’": "'", "`": "'", "´": "'"})
_LONGEST_NUMBER = 8
_LONGEST_WORD = 16


@dataclass(frozen=True, slots=True)
class Token:
    """A concept (`LAST`), a number (`#30`) or the plain folded word; start and end are places in the original text."""

    concept: str
    word: str
    start: int
    end: int


def fold(text: str) -> str:
    """The text without case and accents; its length may differ."""
    return "".join(char for char, _ in _folded(text))


def tokens_of(text: str) -> list[Token]:
    """All tokens of the text in order. Pure, linear, and never raises."""
    pairs = _folded(text)
    folded = "".join(char for char, _ in pairs)
    tokens = []
    for match in _TOKEN.finditer(folded):
        start, end = pairs[match.start()][1], pairs[match.end() - 1][1] + 1
        # An accent that stands on its own belongs to the letter before it.
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        tokens.append(Token(_concept_of(match.group()), match.group(), start, end))
    return _with_numbers(_without_endings(tokens))


def _folded(text: str) -> list[tuple[str, int]]:
    pairs: list[tuple[str, int]] = []
    for index, char in enumerate(text):
        for part in unicodedata.normalize("NFKD", char.translate(_SIGNS)):
            if not unicodedata.combining(part):
                pairs.extend((low, index) for low in part.lower() if not unicodedata.combining(low))
    return pairs


@lru_cache(maxsize=4096)
def _concept_of(word: str) -> str:
    if word.isdigit():
        return f"#{word}" if len(word) <= _LONGEST_NUMBER else word
    if word in WORDS:
        return WORDS[word]
    if word in ORDINALS:
        return f"#{ORDINALS[word]}"
    if word in NUMBERS:
        return f"#{NUMBERS[word]}"
    if 4 <= len(word) <= _LONGEST_WORD and word not in NOT_TYPOS:
        return _nearest(word)
    return word


def _nearest(word: str) -> str:
    meant = {
        concept
        for known, concept in WORDS.items()
        if len(known) >= 5 and known[0] == word[0] and is_one_slip(word, known)
    }
    return meant.pop() if len(meant) == 1 else word


def is_one_slip(word: str, known: str) -> bool:
    """Whether one letter lost, added, changed, or two neighbours swapped turn one word into the other."""
    if abs(len(word) - len(known)) > 1:
        return False
    same = 0
    while same < min(len(word), len(known)) and word[same] == known[same]:
        same += 1
    rest, other = word[same:], known[same:]
    if len(rest) == len(other):
        return rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
    return rest[1:] == other or rest == other[1:]


def _without_endings(tokens: list[Token]) -> list[Token]:
    kept: list[Token] = []
    for token in tokens:
        before = kept[-1] if kept else None
        if before is not None and before.concept.startswith("#") and before.end == token.start:
            if token.word in _ORDINAL_ENDINGS:
                kept[-1] = replace(before, end=token.end)
                continue
            if token.word == "d":
                token = replace(token, concept="DAY")
        kept.append(token)
    return kept


def _with_numbers(tokens: list[Token]) -> list[Token]:
    merged: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        following = tokens[index + 1].concept if index + 1 < len(tokens) else ""
        if token.word in NUMBERS_BEFORE_UNITS and following in _UNITS and _counts(token.word, merged):
            token = replace(token, concept=f"#{NUMBERS_BEFORE_UNITS[token.word]}")
        index += 1
        while token.word in NUMBERS and (joined := _joined(token, tokens[index : index + 2])) is not None:
            token, used = joined
            index += used
        merged.append(token)
    return merged


def _counts(word: str, before: list[Token]) -> bool:
    """Portuguese "dos meses" is 'of the months'; Spanish "últimos dos meses" is two of them."""
    return word != "dos" or (bool(before) and before[-1].word in {"ultimos", "ultimas", "hace", "proximos", "los"})


def _joined(token: Token, following: list[Token]) -> tuple[Token, int] | None:
    """ "vinte" + "e" + "cinco", "twenty" + "-" + "five": the number they make, and how many tokens it took."""
    link = 1 if following and following[0].word in {"e", "y", "and", "-"} else 0
    if len(following) <= link or following[link].word not in NUMBERS:
        return None
    value, more = int(token.concept[1:]), NUMBERS[following[link].word]
    if not (value >= 20 and value % 10 == 0 and more < (10 if value < 100 else 100)):
        return None
    last = following[link]
    return Token(f"#{value + more}", last.word, token.start, last.end), link + 1
