"""The quarters, thirds and halves of a year that a text names: "Q2", "3º trimestre de 2025", "first half", "T3"."""

import re
from collections.abc import Iterator
from typing import Final

from agent.grounding.claims import Claim, PartialDay
from agent.grounding.words.taken import Taken

_MONTHS: Final = {
    "tri": 3,
    "quarter": 3,
    "q": 3,
    "t": 3,
    "quadri": 4,
    "cuatri": 4,
    "seme": 6,
    "half": 6,
    "h": 6,
    "s": 6,
}
_ORDINALS: Final = {
    word: at
    for at, words in enumerate(
        ("primeir[oa] primera? first", "segund[oa] second", "terceir[oa] tercera? third", "quart[oa] cuart[oa] fourth"),
        1,
    )
    for word in words.split()
}
_YEAR: Final = r"(?:[ ,]*(?:de |del |of |/|-)?\s*((?:19|20)\d\d)\b(?![.,]\d))?"
_NAMES: Final = r"(tri|quadri|cuatri|seme)(?:mestre|stre)s?|(quarter|half)(?! (?:a |an |of the (?!year)))"
_FORMS: Final = (
    re.compile(rf"\b([1-4])\s?[ºo°ª]?(?:er|do|ro|to|st|nd|rd|th)?\.?\s+(?:{_NAMES})\b{_YEAR}"),
    re.compile(rf"\b({'|'.join(_ORDINALS)})\s+(?:{_NAMES})\b{_YEAR}"),
)
_BARE: Final = re.compile(r"\b(?:o|the|el|do|ao|no) ([1-4])(?:[ºo°]|st|nd|rd|th)(?! [a-z]{4,})")
_SHORT: Final = re.compile(rf"\b([QTHS])([1-4])\b{_YEAR}")
_SHORT_TRI: Final = re.compile(rf"\b([1-4])\s?[ºo°]?\s?(tri)\b{_YEAR}")


def find_terms(text: str, folded: str, taken: Taken) -> Iterator[Claim]:
    """Claims whose places are then taken."""
    for form in _FORMS:
        for match in form.finditer(folded):
            if claim := _claim(match, match[1], match[2] or match[3], match[4], taken):
                yield claim
                yield from _others(folded, claim, taken)
    for match in _SHORT_TRI.finditer(folded):
        if claim := _claim(match, match[1], match[2], match[3], taken):
            yield claim
    for match in _SHORT.finditer(text):
        if claim := _claim(match, match[2], match[1].lower(), match[3], taken):
            yield claim


def _others(folded: str, term: Claim, taken: Taken) -> Iterator[Claim]:
    """ "The 2nd quarter beat the 1st": an ordinal that leaves its noun out."""
    stop = folded.find("\n", term.end)
    last = term.days[1].month or 0
    months = last - (term.days[0].month or 0) + 1
    for match in _BARE.finditer(folded, term.end, min(term.end + 120, stop if stop >= 0 else len(folded))):
        number = int(match[1])
        if number * months <= 12 and taken.is_free(match.span()):
            taken.add(match.span(1))
            days = (
                PartialDay(term.days[0].year, (number - 1) * months + 1),
                PartialDay(term.days[1].year, number * months),
            )
            yield Claim(match[1], match.start(1), match.end(1), "date", days=days, is_term=True)


def _claim(match: re.Match[str], which: str, name: str, year: str | None, taken: Taken) -> Claim | None:
    start, end = match.span()
    number = int(which) if which.isdigit() else next(at for word, at in _ORDINALS.items() if re.fullmatch(word, which))
    months = _MONTHS[name]
    if number * months > 12 or not taken.is_free((start, end)):
        return None
    taken.add((start, end))
    said = int(year) if year else None
    days = (PartialDay(said, (number - 1) * months + 1), PartialDay(said, number * months))
    return Claim(match[0], start, end, "date", days=days, is_term=True)
