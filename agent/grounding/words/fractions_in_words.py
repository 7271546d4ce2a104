"""Shares and multiples that have no digits: "um quarto de", "the half", "o dobro"."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from agent.grounding.claims import Claim, Kind
from agent.grounding.figures import find_bound
from agent.grounding.words.taken import Taken

# `cues` are letters that no text of that form can do without: looked for first, since most texts hold none.
_FORMS: Final[tuple[tuple[str, str, Kind, Decimal], ...]] = (
    (
        "quart cuart",
        r"tres quartos d[eoa]s?|three quarters? of|tres cuart[oa]s (?:partes )?de",
        "percent",
        Decimal(75),
    ),
    ("terco third tercio", r"dois tercos d[eoa]s?|two thirds? of|dos tercios de", "percent", Decimal(200) / 3),
    (
        "quart cuart",
        r"um quarto d[eoa]s?|(?:a|one) quarter of|by a quarter|un cuarto de|la cuarta parte|a quarta parte",
        "percent",
        Decimal(25),
    ),
    (
        "terc third",
        r"um terco d[eoa]s?|(?:a|one) third of|un tercio de|a terca parte|la tercera parte",
        "percent",
        Decimal(100) / 3,
    ),
    (
        "metade half mitad",
        r"(?<!primeira )(?<!segunda )metade d[eoa]s?|half (?:of|the)|by half|(?<!primera )(?<!segunda )la mitad",
        "percent",
        Decimal(50),
    ),
    ("dob doubl twice", r"dobro|doubled?|twice|doble|dobr(?:ou|aram)", "multiple", Decimal(2)),
    ("tripl three", r"triplo|tripled?|three times as|triple|triplicou", "multiple", Decimal(3)),
)
_FRACTIONS: Final = [
    (cues.split(), re.compile(rf"\b(?:{pattern})\b"), kind, value) for cues, pattern, kind, value in _FORMS
]
_EVERY: Final = ("cada", "every", "each")
_IN_EVERY: Final = re.compile(
    r"\b(\d+|um[a]?|one|uno?|una) (?:a|em|de|in|out of|por) (?:cada|every|each) (\d+)(?![.,]?\d|\s?(?:%|x))"
)
_OF_EVERY: Final = re.compile(r"\b(?:de|out of|of) (?:cada|every) (\d+)\b[^.\n\d]{0,60}\b(\d+)\b(?![.,]\d)")
_OFF: Final = Decimal("0.06")  # "1 in 13" may be 1 in 13,4


def find_fractions(folded: str, taken: Taken) -> Iterator[Claim]:
    """Claims whose places are then taken. Words round more than digits do: by a fifteenth of the figure."""
    forms = (_IN_EVERY, _OF_EVERY) if any(cue in folded for cue in _EVERY) else ()
    for match in (match for form in forms for match in form.finditer(folded)):
        part, whole = (match[1], match[2]) if match.re is _IN_EVERY else (match[2], match[1])
        if int(whole) and taken.is_free(match.span()):
            taken.add(match.span())
            value = (Decimal(part) if part.isdigit() else Decimal(1)) / int(whole) * 100
            yield Claim(match[0], match.start(), match.end(), "percent", (value,), (value * _OFF,))
    for cues, pattern, kind, value in _FRACTIONS:
        for match in pattern.finditer(folded) if any(cue in folded for cue in cues) else ():
            if taken.is_free(match.span()):
                taken.add(match.span())
                bound = find_bound(folded, match.start())
                yield Claim(match[0], match.start(), match.end(), kind, (value,), (value / 15,), bound=bound)
