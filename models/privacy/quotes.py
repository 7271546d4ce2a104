"""A person's words found in what others wrote, and cut out of it. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

CUT: Final = "[…]"
_RUN = 4  # words in a row that are taken for a quotation
_SHORTEST = 12  # characters of a message with fewer words
_LONGEST_RUN = 3
_WORD = re.compile(r"[^\s>]+")
_EDGES = ".,;:!?…()[]{}<>\"'“”‘’«»*_~`|"


@dataclass(frozen=True, slots=True)
class Traces:
    """What is looked for: `literals` - addresses, names, ids, whole sentences - anywhere, `runs` of her words, and
    `marks`, words with a figure or an @ in them that are hardly anybody else's."""

    literals: tuple[str, ...] = ()
    runs: frozenset[tuple[str, ...]] = frozenset()
    marks: frozenset[str] = frozenset()
    _pattern: "re.Pattern[str] | None" = field(default=None, repr=False)

    def cut(self, text: str) -> str:
        """The text with each of them replaced by a sign; the same object where there was none."""
        found = self._pattern.sub(CUT, text) if self._pattern else text
        covered = self._covered(found)
        if not covered:
            return found
        pieces: list[str] = []
        at = 0
        for start, end in covered:
            pieces += [found[at:start], CUT]
            at = end
        return "".join((*pieces, found[at:]))

    def cut_tree(self, value: Any) -> Any:
        """The same for every text of a nested value, its keys among them."""
        if isinstance(value, str):
            return self.cut(value)
        if isinstance(value, dict):
            return {self.cut(key): self.cut_tree(entry) for key, entry in value.items()}
        return [self.cut_tree(entry) for entry in value] if isinstance(value, list) else value

    def _covered(self, text: str) -> list[tuple[int, int]]:
        """Where her words stand, neighbours joined, in order."""
        words = [(folded, match.span()) for match in _WORD.finditer(text) if (folded := _fold(match[0]))]
        hers = {at for at, (word, _) in enumerate(words) if word in self.marks}
        spelled = [word for word, _ in words]
        for length in {len(run) for run in self.runs}:
            for at in range(len(words) - length + 1):
                if tuple(spelled[at : at + length]) in self.runs:
                    hers.update(range(at, at + length))
        spans: list[tuple[int, int]] = []
        for at in sorted(hers):
            start, end = words[at][1]
            joined = bool(spans) and at - 1 in hers
            spans[-1:] = [(spans[-1][0], end)] if joined else [*spans[-1:], (start, end)]
        return spans


def traces_of(said: Iterable[str], literals: Iterable[str]) -> Traces:
    """Of what she said, and of what names her."""
    runs: set[tuple[str, ...]] = set()
    marks: set[str] = set()
    for text in said:
        words = [folded for match in _WORD.finditer(text) if (folded := _fold(match[0]))]
        marks.update(word for word in words if _is_mark(word))
        runs.update(tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))
        if 1 < len(words) <= _LONGEST_RUN and len(" ".join(words)) >= _SHORTEST:
            runs.add(tuple(words))
    named = tuple(sorted({one for one in literals if one}, key=len, reverse=True))
    return Traces(named, frozenset(runs), frozenset(marks), _any_of(named))


def _any_of(literals: tuple[str, ...]) -> "re.Pattern[str] | None":
    if not literals:
        return None
    return re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in literals), re.IGNORECASE)


def _fold(word: str) -> str:
    return word.strip(_EDGES).casefold()


def _is_mark(word: str) -> bool:
    figures = sum(c.isdigit() for c in word)
    return "@" in word or figures >= 8 or (len(word) >= 6 and 0 < figures < len(word) and word.isalnum())
