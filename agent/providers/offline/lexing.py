"""A message as marked tokens: names, periods, words of the trade, and the words nobody knows."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

from agent.periods import FoundPeriod, find_periods
from agent.periods.lexicon import NAME_LIKE, WORDS
from agent.periods.words import Token, is_one_slip, tokens_of
from agent.providers.offline.doubts import is_doubtful
from agent.providers.offline.fillers import FILLERS
from agent.providers.offline.names import NameHit, Names
from agent.providers.offline.refusals import LIMITS, OUT_OF_REACH
from agent.providers.offline.vocabulary import CONCEPTS, CURRENCIES, STAGES

_OWNER_WORDS: Final = frozenset({"do", "da", "dos", "das", "del", "of", "by", "from", "pelo", "pela", "cliente"})
_LONGEST_PHRASE = 6
_NOUNS: Final = frozenset(
    {"SALES", "REVENUE", "ORDERS", "UNITS", "TICKET", "CUSTOMER", "PRODUCT", "SALESPERSON", "GOAL"}
)
# "Cliente novo" is no "Novo Horizonte".
_ADJECTIVES: Final = frozenset(
    {"novo", "nova", "novos", "novas", "new", "nuevo", "nueva", "nuevos", "nuevas", "antigo", "antiga", "antigos"}
    | {"antigas", "old", "antiguo", "antigua", "antiguos", "antiguas"}
)
_NUMBER_WORDS = {"dez": 10, "once": 11}


@dataclass(frozen=True, slots=True)
class Mark:
    """A meaning over the tokens first to last. `value` tells which topic, limit, currency or stage."""

    concept: str
    first: int
    last: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class PlacedPeriod:
    found: FoundPeriod
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Scan:
    """All that is known of a text's words. `unknown` are places of words that no table and no name explains."""

    text: str
    tokens: tuple[Token, ...]
    names: tuple[NameHit, ...]
    periods: tuple[PlacedPeriod, ...]
    marks: tuple[Mark, ...]
    unknown: tuple[int, ...]


@cache
def _phrases() -> dict[tuple[str, ...], tuple[str, str]]:
    """Every phrase as its words; the first table that lists a phrase decides."""
    table: dict[tuple[str, ...], tuple[str, str]] = {}
    sections: list[tuple[str, str, str]] = [(concept, "", words) for concept, words in CONCEPTS.items()]
    sections += [("OUT", topic, words) for topic, words in OUT_OF_REACH.items()]
    sections += [("LIMIT", limit, words) for limit, words in LIMITS.items()]
    sections += [("CURRENCY", code, words) for code, words in CURRENCIES.items()]
    sections += [("STAGE", stage, words) for stage, words in STAGES.items()]
    sections += [("FILLER", "", ",".join(FILLERS))]
    for concept, value, words in sections:
        for phrase in words.split(","):
            key = tuple(token.word for token in tokens_of(phrase))
            table.setdefault(key, (concept, value))
    return table


@cache
def _single_words() -> frozenset[str]:
    return frozenset(word for phrase in _phrases() for word in phrase)


def is_common(word: str) -> bool:
    """Whether the word belongs to the language of sales questions, so that alone it is no sign of a name."""
    return (
        word in _single_words()
        or (word in WORDS and word not in NAME_LIKE)
        or word in _NUMBER_WORDS
        or word in _ADJECTIVES
        or len(word) < 2
        or word.isdigit()
    )


@lru_cache(maxsize=2048)
def _meant(word: str) -> tuple[str, str] | None:
    """The meaning of a misspelt word, if one slip leads to one meaning only."""
    if len(word) < 5 or len(word) > 20:
        return None
    meanings = {
        meaning
        for phrase, meaning in _phrases().items()
        if len(phrase) == 1 and len(phrase[0]) >= 5 and phrase[0][0] == word[0] and is_one_slip(word, phrase[0])
    }
    return meanings.pop() if len(meanings) == 1 else None


def scan(text: str, names: Names, today: date) -> Scan:
    """Reads a text, names first, then periods in what they leave, then the words of the trade."""
    tokens = tokens_of(text)
    alike = names.find(tokens)
    hits = [hit for hit in alike if not is_doubtful(text, tokens, hit)]
    no_slips = {index for hit in alike for index in range(hit.first, hit.last + 1)}
    masked = _masked(text, tokens, hits)
    periods = tuple(_placed(found, tokens) for found in find_periods(masked, today))
    taken = {index for hit in hits for index in range(hit.first, hit.last + 1)}
    taken |= {index for placed in periods for index in range(placed.first, placed.last + 1)}
    marks, unknown = _marked(text, tokens, taken, no_slips, names)
    return Scan(text, tuple(tokens), tuple(hits), periods, tuple(marks), tuple(unknown))


def _masked(text: str, tokens: list[Token], hits: list[NameHit]) -> str:
    """The text with names, and the number after "top", made unreadable to the period rules; same length."""
    spans = [(tokens[hit.first].start, tokens[hit.last].end) for hit in hits]
    spans += [
        (token.start, token.end)
        for before, token in pairwise(tokens)
        if before.word in {"top", "ranking"} and token.concept.startswith("#")
    ]
    for start, end in spans:
        text = text[:start] + "\u00a4" * (end - start) + text[end:]
    return text


def _placed(found: FoundPeriod, tokens: list[Token]) -> PlacedPeriod:
    inside = [i for i, token in enumerate(tokens) if token.start < found.span[1] and token.end > found.span[0]]
    return PlacedPeriod(found, inside[0], inside[-1])


def _marked(
    text: str, tokens: list[Token], taken: set[int], no_slips: set[int], names: Names
) -> tuple[list[Mark], list[int]]:
    marks: list[Mark] = []
    unknown: list[int] = []
    index = 0
    while index < len(tokens):
        if index in taken:
            index += 1
            continue
        after_noun = bool(marks) and marks[-1].last == index - 1 and marks[-1].concept in _NOUNS
        mark = _own_mark_at(tokens, index, taken, names)
        mark = mark or _mark_at(text, tokens, index, taken, after_noun=after_noun, may_slip=index not in no_slips)
        if mark is None and re.search(r"[^\W_]", tokens[index].word):
            unknown.append(index)
        elif mark is not None and mark.concept != "FILLER":
            marks.append(mark)
        index = mark.last + 1 if mark else index + 1
    return marks, unknown


def _own_mark_at(tokens: list[Token], first: int, taken: set[int], names: Names) -> Mark | None:
    """What the company's own words mean, the longest phrase first."""
    for size in range(min(_LONGEST_PHRASE, len(tokens) - first), 0, -1):
        stretch = range(first, first + size)
        words = tuple(tokens[index].word for index in stretch)
        if words in names.terms and taken.isdisjoint(stretch):
            return Mark(names.terms[words][0], first, first + size - 1, names.terms[words][1])
    return None


def _mark_at(
    text: str, tokens: list[Token], first: int, taken: set[int], *, after_noun: bool, may_slip: bool
) -> Mark | None:
    table = _phrases() if not _is_accented_para(text, tokens[first]) else {}
    for size in range(min(_LONGEST_PHRASE, len(tokens) - first), 0, -1):
        stretch = range(first, first + size)
        if taken.isdisjoint(stretch):
            meaning = table.get(tuple(tokens[index].word for index in stretch))
            if meaning is not None:
                return Mark(meaning[0], first, first + size - 1, meaning[1])
    token = tokens[first]
    if _is_accented_para(text, token):
        return None
    if token.word in _NUMBER_WORDS:
        return Mark("NUMBER", first, first, str(_NUMBER_WORDS[token.word]))
    if token.concept[1:].isdigit():  # "#30"; a sign by itself is none
        return Mark("NUMBER", first, first, token.concept[1:])
    may_be_name = first > 0 and (text[token.start].isupper() or tokens[first - 1].word in _OWNER_WORDS)
    meaning = None if may_be_name or not may_slip else _meant(token.word)
    if meaning is not None and meaning[0] == "FILLER" and after_noun:
        return None  # "pedidos urgentes": an adjective restricts, however like a small word it looks
    return Mark(meaning[0], first, first, meaning[1]) if meaning else None


def _is_accented_para(text: str, token: Token) -> bool:
    """ "Pará" where no customer is from there: a state without sales, not the preposition."""
    return token.word == "para" and text[token.start : token.end].lower() == "pará"
