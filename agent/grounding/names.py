"""Finds the names that tools gave their figures where a text mentions them, in full or in part."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from agent.grounding.words.folding import fold_in_place
from agent.grounding.words.lexicon import COUNTED
from agent.grounding.words.states import STATES

_WORD: Final = re.compile(r"[^\W_]+")
_SMALL: Final = frozenset(
    {"da", "de", "do", "das", "dos", "del", "la", "el", "los", "las", "the", "of", "and", "for", "com", "con"}
)
_LEAST_LETTERS: Final = 3
_MEASURE: Final = re.compile(
    r"(?<![\w.,])(\d+(?:[.,]\d+)?)\s?(mm|cm|m|km|mg|g|kg|ml|l|lts?|litros?|w|v|kw|kva|gb|tb|pol|un|unid|m2|oz|lb)\b"
)
_INSIDE_FIGURE: Final = re.compile(r"(?<=\d[.,/-])\d|\d+[/-]\d")  # "1.104,00" is no "MER-104", 02/12/2025 no title
# Where digits alone are the number of something, rather than a figure that happens to be the same.
_BEFORE_CODE: Final = re.compile(
    r"(?:#|\b(?:pedid[oa]s?|orders?|ordenes|orden|notas?(?: fiscal| fiscais)?|nf-?e?|invoices?|facturas?|propostas?"
    r"|tickets?|boletos?|protocolos?|codigos?|codes?|sku|numeros?|numbers?|num\.?|n[ºo°.]+)[^\S\n]*(?:n[ºo°.]+[^\S\n]*)?[#*_]*)$"
)
_AT_BEGINNING: Final = re.compile(r"(?:^|[\n|])[ \t>*_•–—-]*$")
_ALSO: Final = re.compile(r"[*_]*(?:,| e| y| and| ou| or| o)[^\S\n]+[*_]*")
_ENDS: Final = re.compile(r"[*_]*[^\S\n]*(?:[:;|(,–—\n]|- |$)")
_HYPHENED: Final = re.compile(r"-[a-z]")
_REACH: Final = 24  # letters


@dataclass(frozen=True, slots=True)
class Mention:
    """`labels` are all names it may mean."""

    start: int
    end: int
    labels: frozenset[str]


class NameBook:
    """The names that own figures, by the words they are made of."""

    def __init__(self) -> None:
        self._words: dict[str, tuple[str, ...]] = {}
        self._heads: dict[str, set[str]] = defaultdict(set)
        self._measures: set[tuple[str, str]] = set()
        self._places: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._states: dict[tuple[str, ...], str] = {}
        self._beginnings: set[str] = set()  # words that a mention can begin with

    def add(self, labels: Iterable[str]) -> None:
        for label in labels:
            if label in self._words:
                continue
            words = tuple(map(_plain, _WORD.findall(label)))
            self._measures |= {(m[1].replace(",", "."), m[2]) for m in _MEASURE.finditer(label)}
            self._words[label] = words
            if label in STATES:
                self._states[STATES[label]] = label
                self._beginnings.add(STATES[label][0])
            if len(words) > 1 and words[0] not in COUNTED:
                self._heads[words[0]].add(label)
            for at, word in enumerate(words):
                self._places[word].append((label, at))
            self._beginnings.update(words)

    def find(self, text: str) -> list[Mention]:
        """In their order. A part of a name counts from a capital letter on; a whole name in any letters."""
        folded = fold_in_place(text)
        tokens = [(_plain(match[0]), match.start(), match.end()) for match in _WORD.finditer(folded)]
        found, at = list[Mention](), 0
        while at < len(tokens):
            if tokens[at][0] not in self._beginnings or _INSIDE_FIGURE.match(folded, tokens[at][1]):
                at += 1
                continue
            length, labels = max(self._longest(text, tokens, at), self._state(tokens, at), key=lambda found: found[0])
            if labels:
                start, end = tokens[at][1], tokens[at + length - 1][2]
                if not folded[start:end].isdigit() or _is_code(folded, start, end, found):
                    found.append(Mention(start, end, frozenset(labels)))
            at += max(length, 1)
        return found

    def find_heads(self, text: str, folded: str) -> list[Mention]:
        """First words of names in small letters, where only one name begins so: "a cerveja". They may mean it."""
        heads = {
            head: labels
            for head, labels in self._heads.items()
            if len(head) >= _LEAST_LETTERS and head not in _SMALL and len(labels) == 1
        }
        return [
            Mention(word.start(), word.end(), frozenset(heads[head]))
            for word in _WORD.finditer(folded)
            for head in dict.fromkeys((word[0], word[0].removesuffix("s")))
            if head in heads and text[word.start()].islower()
        ]

    def find_measures(self, folded: str) -> list[tuple[int, int]]:
        """Sizes that are part of a name: "5 mm", "18 L"."""
        return [m.span() for m in _MEASURE.finditer(folded) if (m[1].replace(",", "."), m[2]) in self._measures]

    def _state(self, tokens: list[tuple[str, int, int]], at: int) -> tuple[int, set[str]]:
        for name, label in self._states.items():
            if tuple(token for token, _, _ in tokens[at : at + len(name)]) == name:
                return len(name), {label}
        return 0, set()

    def _longest(self, text: str, tokens: list[tuple[str, int, int]], at: int) -> tuple[int, set[str]]:
        best, labels = 0, set[str]()
        for label, place in self._places.get(tokens[at][0], ()):
            words = self._words[label]
            length = _length(tokens[at:], words[place:])
            if not self._counts(text, tokens[at : at + length], len(words)):
                continue
            if length > best:
                best, labels = length, set()
            if length == best:
                labels.add(label)
        return best, labels

    def _counts(self, text: str, run: list[tuple[str, int, int]], words: int) -> bool:
        first, start, end = run[0]
        if first in _SMALL or (
            len(run) < words and all(word.isdigit() and len(word) < _LEAST_LETTERS for word, _, _ in run)
        ):
            return False
        written = text[start:end]
        if written[0].isdigit() and len(run) > 1:
            return True
        if len(first) < _LEAST_LETTERS:
            return len(run) == words and (written.isupper() or not written.isalpha())
        has_size = len(run) > 1 and any(word[0].isdigit() for word, _, _ in run)
        return len(run) == words or has_size or written[0].isupper() or written[0].isdigit()


def _is_code(folded: str, start: int, end: int, found: Sequence[Mention]) -> bool:
    """ "Pedidos 37 e 41", "37 (12/10): ...", "37-thread", but neither "37 %" nor "R$ 37"."""
    if _BEFORE_CODE.search(folded[max(0, start - _REACH) : start]):
        return True
    is_next = bool(found) and folded[found[-1].start : found[-1].end].isdigit()
    if (is_next and _ALSO.fullmatch(folded, found[-1].end, start)) or _HYPHENED.match(folded, end):
        return True
    return bool(_ENDS.match(folded, end) and _AT_BEGINNING.search(folded[max(0, start - _REACH) : start]))


def _plain(word: str) -> str:
    """ "09h" is "9h"."""
    return word.lstrip("0") or word if word[:1] == "0" and word[1:2].isdigit() else word


def _is_size(token: str, words: Sequence[str]) -> bool:
    return token[0].isdigit() and token in words


def _length(tokens: Sequence[tuple[str, int, int]], words: Sequence[str]) -> int:
    """How many tokens are words of the name, in its order. A size may follow with words of the name left out before it:
    "tinta 18 L" of "tinta acrilica 18 l"."""
    length = at = 0
    for n, (token, _, _) in enumerate(tokens):
        if at < len(words) and token == words[at]:
            at += 1
        elif length and token in _SMALL and n + 1 < len(tokens) and _is_size(tokens[n + 1][0], words[at:]):
            pass  # "tinta de 18 L"
        elif length and _is_size(token, words[at:]):
            at = words.index(token, at) + 1
        else:
            break
        length += 1
    return length
