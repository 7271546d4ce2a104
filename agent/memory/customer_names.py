"""Which customers a text speaks of, by the same look-up that questions about sales go through, and the words by which
facts of a customer are found again. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from agent.memory.rules import is_firm_word
from agent.periods.words import tokens_of
from agent.providers.offline.lexing import is_common
from agent.providers.offline.names import Names, stem
from models.catalogue import Catalogue

_LONGEST: Final = 1_000  # characters of a text that are looked at
_LONGEST_WORD: Final = 40
_SMALL: Final = frozenset("o a os as de da do das dos e del la las los el y of the and d em en in no na".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a customer is named, and whom it may be: more than one is not clear."""

    start: int
    end: int
    customers: tuple[str, ...]


class CustomerNames:
    """The customers that somebody may know. Immutable."""

    def __init__(self, customers: Sequence[str]) -> None:
        self._names = _index(tuple(customers))

    def find(self, text: str) -> list[Mention]:
        """In reading order. "A padaria" by itself is no name, even where there is only one."""
        tokens = tokens_of(text[:_LONGEST])
        found = []
        for hit in self._names.find(tokens):
            words = [token.word for token in tokens[hit.first : hit.last + 1]]
            if not all(is_firm_word(word) or word in _SMALL for word in words):
                customers = tuple(entry.name for entry in hit.candidates)
                found.append(Mention(tokens[hit.first].start, tokens[hit.last].end, customers))
        return found

    def is_name(self, words: str) -> bool:
        """Whether they name a customer and nothing else, an article aside."""
        return any(
            not words[one.end :].strip() and all(token.word in _SMALL for token in tokens_of(words[: one.start]))
            for one in self.find(words)
        )

    def find_clear(self, text: str) -> list[str]:
        """Those that are named beyond doubt, each once."""
        return list(dict.fromkeys(one.customers[0] for one in self.find(text) if len(one.customers) == 1))


@lru_cache(maxsize=64)
def _index(customers: tuple[str, ...]) -> Names:
    return Names(Catalogue(customers=customers), is_common)


def _key(word: str) -> str:
    return stem(word)[:_LONGEST_WORD]


def words_of(customer: str) -> tuple[str, ...]:
    """By which it is looked up."""
    return tuple(dict.fromkeys(_key(token.word) for token in tokens_of(customer) if token.word not in _SMALL))


def words_asked(text: str) -> list[str]:
    """Those of the text by which customers may be looked up: words of every day only where the name of a company goes
    on ("Mercearia Boa Vista")."""
    return list(dict.fromkeys(_asked(text)))


def _asked(text: str) -> Iterator[str]:
    is_inside = False
    for token in tokens_of(text[:_LONGEST]):
        if token.word in _SMALL:
            continue
        is_firm = is_firm_word(token.word)
        if not is_firm and (is_inside or not is_common(token.word)) and token.word[:1].isalnum():
            yield _key(token.word)
        is_inside = is_firm or (is_inside and is_common(token.word))
