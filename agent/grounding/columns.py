"""What the name of a column says of its figures: their unit, what they count, the time they are of.

The same few names head all rows of all results, so each is read once.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from agent.grounding.claims import Span
from agent.grounding.words.lexicon import COUNTED

_PERCENTS: Final = re.compile(
    r"(?:^|_)(?:percent|pct|perc|share|percentage|percentual|porcent\w*|margin|margem|participacao|aliquota|probability)(?:_|$)"
)
_MEASURES: Final = re.compile(
    r"(?:^|_)(?:kg|g|km|m|cm|mm|l|ml|m2|m3|peso|weight|volume|days|dias|hours|horas|minutes|minutos|score|nota|rating"
    r"|quantity|quantidade|qtd|qty|estoque|stock|saldo)(?:_|$)"
)
_RATIOS: Final = re.compile(r"(?:^|_)(?:rate|ratio|taxa|indice|proporcao)$")
_LENGTH: Final = re.compile(r"(?<![a-z0-9])(\d{1,3})_?([md]|dias|meses|days|months|semanas|weeks|h)(?![a-z0-9])")
_UNITS: Final = {"m": "months", "d": "days", "s": "weeks"}
_YEAR: Final = re.compile(r"(?<![0-9])((?:19|20)\d\d)(?![0-9])")
_OF_WHAT: Final = re.compile(r"_(?:in|per|por|no|na|em|of|de)_")  # "orders_in_month" are orders


class Length(NamedTuple):
    """ "revenue_12m" tells of twelve months."""

    text: str
    number: int
    unit: str


class Column(NamedTuple):
    """`counted` is what a count in it counts, and `whole_year` the year that it tells of."""

    kind: Literal["", "percent", "count"]
    counted: str
    is_ratio: bool
    length: Length | None
    whole_year: Span | None


@lru_cache(maxsize=1_000)
def read_column(name: str) -> Column:
    length, year = _LENGTH.search(name), _YEAR.search(name)
    words = reversed(_OF_WHAT.split(name)[0].split("_"))
    return Column(
        "percent" if _PERCENTS.search(name) else "count" if _MEASURES.search(name) else "",
        next((COUNTED[word] for word in words if word in COUNTED), ""),
        bool(_RATIOS.search(name)),
        Length(length[0], int(length[1]), _UNITS.get(length[2][0], "")) if length else None,
        (date(int(year[1]), 1, 1), date(int(year[1]), 12, 31)) if year else None,
    )
