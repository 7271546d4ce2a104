"""Text without case and accents, letter for letter, so that a place in the one is the same place in the other."""

import re
import unicodedata
from bisect import bisect_right
from typing import Final

_RAISED = re.compile("[⁰¹²³⁴-⁹₀-₉①-⑨]{2,}")  # a single one is a unit's or a footnote's
_ENDS = re.compile(r"(?<=[.!?…])[*_)\"'”]*\s+|\n+")


class _Bases(dict[int, str]):
    """Of each letter that was ever met, without case and accents."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFD", chr(code))[0].lower()
        self[code] = plain if len(plain) == 1 else chr(code)
        return self[code]


_BASES: Final = _Bases()


def fold_in_place(text: str) -> str:
    """As long as `text`, and every letter in its place."""
    if text.isascii():
        return text.lower()
    return _RAISED.sub(_on_the_line, text.translate(_BASES))


def _on_the_line(digits: re.Match[str]) -> str:
    return "".join(str(unicodedata.digit(one)) for one in digits[0])


class Sentences:
    """Where sentences, list items and table rows begin and end."""

    def __init__(self, text: str) -> None:
        starts, ends = [0], []
        for match in _ENDS.finditer(text):
            if _is_abbreviation(text, match.start()):
                continue
            ends.append(match.start())
            starts.append(match.end())
        self._starts, self._ends = starts, [*ends, len(text)]

    def index(self, place: int) -> int:
        return bisect_right(self._starts, place) - 1

    def bounds(self, index: int) -> tuple[int, int]:
        return self._starts[index], self._ends[index]


_SHORT = re.compile(
    r"(?:\b(?:p|pag|n|no|nº|art|dr|sr|sra|ltda|av|inc|co|vs|aprox|approx|i\.e|e\.g|ex|obs|tel|etc|max|min|un|qtd|cx|pct)|^\s*\d{1,2}|\n\s*\d{1,2})\.$",
    re.IGNORECASE,
)


def _is_abbreviation(text: str, end: int) -> bool:
    return bool(_SHORT.search(text[max(0, end - 8) : end]))
