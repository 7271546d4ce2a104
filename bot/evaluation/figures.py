"""Figures in a Portuguese answer, and whether they are those of the tools: pure, on text and JSON values.

A figure matches a value when it is that value rounded as printed: "R$ 1,2 milhão" is 1204500.00, "12 mil" is not.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

_SCALES = {"mil": 3, "k": 3, "mi": 6, "milhão": 6, "milhões": 6, "bi": 9, "bilhão": 9, "bilhões": 9}
_FIGURE = re.compile(
    r"(?<![\w/,.:-])(?P<money>R\$\s*)?(?P<sign>[-−]\s?)?(?P<number>\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)"
    r"(?:\s*(?P<scale>mil|milhão|milhões|bilhão|bilhões|mi|bi|k)\b)?(?P<percent>\s*%)?(?![\w/]|[,.:-]\d)",
    re.IGNORECASE,
)
# The fields by which each tool answers; what stands beside them may be told or left out.
_TELLING = {
    "sales_summary": ("total", "groups"),
    "top_n": ("items",),
    "compare_periods": ("a", "b"),
    "goal_progress": ("goal", "achieved", "missing", "percent"),
    "pipeline_status": ("open_total", "total", "deals"),
    "customer_brief": ("last_order", "revenue_12m"),
    "find_order": ("orders",),
    "lapsed_customers": ("items",),
    "stalled_deals": ("items",),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """`step` is the worth of its last printed digit."""

    text: str
    value: Decimal
    step: Decimal
    is_telling: bool  # money or a percentage: nobody writes one without meaning a result

    def matches(self, value: Decimal) -> bool:
        return abs(abs(value) - abs(self.value)) * 2 <= self.step


def find_figures(text: str) -> list[Figure]:
    """In their order. Dates, times and numbers inside words are none."""
    return [_read(match) for match in _FIGURE.finditer(text)]


def _read(match: re.Match[str]) -> Figure:
    whole, _, places = match["number"].replace(".", "").partition(",")
    scale = Decimal(10) ** _SCALES.get((match["scale"] or "").lower(), 0)
    value = Decimal(f"{whole}.{places or 0}") * scale
    step = Decimal(10) ** -len(places) * scale
    return Figure(match[0].strip(), value, step, bool(match["money"] or match["percent"] or match["scale"]))


def values_in(told: Any) -> Iterator[Decimal]:
    """Every number of a JSON value, whether it is written as one or as text."""
    if isinstance(told, Mapping):
        for value in told.values():
            yield from values_in(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from values_in(value)
    elif isinstance(told, int | str) and not isinstance(told, bool):
        try:
            yield Decimal(told)
        except InvalidOperation:
            return


def tells_one_of(figures: Iterable[Figure], tool: str, result: Mapping[str, Any]) -> bool:
    """Whether the words hold a figure by which this tool answered. True where it answered by none."""
    telling = [value for name in _TELLING.get(tool, tuple(result)) for value in values_in(result.get(name))]
    return not telling or any(figure.matches(value) for figure in figures for value in telling)


def strangers(figures: Iterable[Figure], results: Iterable[Mapping[str, Any]]) -> list[str]:
    """Money and percentages of the words that stand in no result."""
    known = [value for result in results for value in values_in(result)]
    return [f.text for f in figures if f.is_telling and not any(f.matches(value) for value in known)]
