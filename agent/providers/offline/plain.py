"""A sentence with its names and times set apart, to be read by rules that must explain all the rest."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from agent.periods import resolve_period
from agent.periods.words import Token, is_one_slip, tokens_of
from agent.providers.offline.fillers import FILLERS
from agent.providers.offline.lexing import is_common, scan
from agent.providers.offline.names import NameHit, Names, stem
from models.errors import ToolError
from models.period import Period

_ENDS: Final = re.compile(r"(?<=[?!;\n])\s*|(?<=[^\W\d_]{3}\.)\s+")
_UNITS: Final = {"DAY": "dias", "WEEK": "semanas", "MONTH": "meses", "YEAR": "anos"}
_SHORTEST_SLIP: Final = 5
_BEFORE_A_NAME: Final = frozenset(
    {"o", "a", "do", "da", "dos", "das", "ao", "pelo", "pela", "del", "of", "from", "by", "cliente", "customer"}
)
_LONGEST_PHRASE: Final = 6


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Courtesies, and the small words of English and Spanish that a sentence may hold beside the fillers.
COURTESIES: Final = word_set(
    "bom boa dia tarde noite oi ola oie hi hello hey good morning afternoon evening buenos buenas dias tardes noches "
    "hola obrigado obrigada obg valeu vlw thanks thank you gracias please pls porfavor favor tudo bem e y and mas but "
    "s t is are was were been has have had do does did can could you me i to the a an of for with on in at by that "
    "which what who whose it there this now yet"
)


def phrases_of(words: str) -> frozenset[tuple[str, ...]]:
    """Comma-parted phrases as their words, folded."""
    return frozenset(tuple(token.word for token in tokens_of(phrase)) for phrase in words.split(",") if phrase.strip())


@cache
def _fillers() -> frozenset[str]:
    return frozenset(phrase[0] for phrase in phrases_of(",".join(FILLERS)) if len(phrase) == 1)


@dataclass(frozen=True, slots=True)
class Plain:
    """One sentence. `rest` are the places of its tokens that are no part of a name, a period or a length of time."""

    text: str
    tokens: tuple[Token, ...]
    names: tuple[NameHit, ...]
    periods: tuple[Period, ...]
    lengths: tuple[Period, ...]  # "há 90 dias": as many days, today included
    rest: tuple[int, ...]

    def words(self, known: frozenset[str]) -> list[str]:
        """What is left to explain, each word as the known one that it is a slip of."""
        return [meant(self.tokens[index].word, known) for index in self.rest]

    def is_explained(self, words: Sequence[str], allowed: frozenset[str]) -> bool:
        """Whether every word is allowed, small, or no word at all."""
        return all(
            word in allowed or word in COURTESIES or word in _fillers() or not re.search(r"[^\W_]", word)
            for word in words
        )


def sentences_in(text: str, names: Names, today: date, known: frozenset[str]) -> Iterator[Plain]:
    """Those that are more than courtesies; the known words are no slips of names."""
    for part in _ENDS.split(text):
        if part.strip():
            plain = read_plainly(part, names, today, known)
            if plain.names or plain.periods or not plain.is_explained([t.word for t in plain.tokens], frozenset()):
                yield plain


def read_plainly(text: str, names: Names, today: date, known: frozenset[str]) -> Plain:
    found = scan(text, names, today)
    lengths, taken = _lengths(found.tokens, today)
    periods = [one for one in found.periods if taken.isdisjoint(range(one.first, one.last + 1))]
    taken |= {index for one in periods for index in range(one.first, one.last + 1)}
    hits = [
        hit
        for hit in found.names
        if taken.isdisjoint(range(hit.first, hit.last + 1))
        and not _is_slip_of_name(found.tokens, hit, known)
        and not _says_what_it_means(found.tokens, hit, known)
    ]
    taken |= {index for hit in hits for index in range(hit.first, hit.last + 1)}
    rest = tuple(index for index in range(len(found.tokens)) if index not in taken)
    told = tuple(one.found.period for one in periods)
    return Plain(text, found.tokens, tuple(hits), told, tuple(lengths), rest)


def _is_slip_of_name(tokens: Sequence[Token], hit: NameHit, known: frozenset[str]) -> bool:
    """ "Negócios paradas" are no "Padaria"."""
    word = tokens[hit.first].word
    return hit.first == hit.last and word in known and all(stem(word) not in one.words for one in hit.candidates)


def _says_what_it_means(tokens: Sequence[Token], hit: NameHit, known: frozenset[str]) -> bool:
    """ "Proposta parada" is no "Parada Obrigatória", though "da Parada" is: known words where no name would stand."""
    before = tokens[hit.first - 1].word if hit.first else ""
    words = {token.word for token in tokens[hit.first : hit.last + 1]}
    return words <= known and before not in _BEFORE_A_NAME


def _lengths(tokens: Sequence[Token], today: date) -> tuple[list[Period], set[int]]:
    """ "Há 90 dias", "in 3 months", "nos últimos 60 dias": a number and a unit, with LAST before it or not."""
    found, taken = [], set()
    for index in range(len(tokens) - 1):
        number, unit = tokens[index].concept, _UNITS.get(tokens[index + 1].concept)
        if unit is None or not number[1:].isdigit() or not number.startswith("#") or int(number[1:]) < 1:
            continue
        try:
            found.append(resolve_period(f"últimos {number[1:]} {unit}", today))
        except ToolError:
            continue
        taken |= {index, index + 1}
        taken |= {index - 1} if index and tokens[index - 1].concept == "LAST" else set()
        taken |= {index + 2} if index + 2 < len(tokens) and tokens[index + 2].concept == "LAST" else set()
    return found, taken


def meant(word: str, known: frozenset[str]) -> str:
    """The known word that this one is one slip of, if there is only one such. A word of the trade means what it says:
    "cancele" is no slip of "canceled"."""
    if word in known or word in COURTESIES or len(word) < _SHORTEST_SLIP or is_common(word):
        return word
    near = {one for one in known if len(one) >= _SHORTEST_SLIP and one[0] == word[0] and is_one_slip(word, one)}
    return near.pop() if len(near) == 1 else word


def without_phrase(words: Sequence[str], phrases: frozenset[tuple[str, ...]]) -> list[str] | None:
    """The words around the longest of these phrases; None where none of them is there."""
    for size in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
        for first in range(len(words) - size + 1):
            if tuple(words[first : first + size]) in phrases:
                return [*words[:first], *words[first + size :]]
    return None


def name_of(plain: Plain, hit: NameHit) -> str:
    """The one name that is meant, else the words, for the tool to ask back."""
    if len(hit.candidates) == 1:
        return hit.candidates[0].name
    return plain.text[plain.tokens[hit.first].start : plain.tokens[hit.last].end]
