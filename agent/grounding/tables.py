"""The columns of Markdown tables: what a heading says of the bare figures under it, and what stands above a figure."""

import re
from dataclasses import dataclass
from typing import Final

from agent.grounding.claims import Claim, Kind

_RULE: Final = re.compile(r"[ \t]*\|?[ \t:|-]*-[ \t:|-]*\|?[ \t]*")
_MONEY: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"us\$|u\$s|\busd\b"), "USD"),
    (re.compile(r"r\$|\bbrl\b|\breais\b"), "BRL"),
    (re.compile(r"€|\beur\b|\beuros\b"), "EUR"),
    (re.compile(r"£|\bgbp\b"), "GBP"),
    (re.compile(r"\$"), "$"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """`table` is where its table begins."""

    table: int
    row: int
    column: int
    heading: str


class Tables:
    """Of one text, folded."""

    def __init__(self, folded: str) -> None:
        self._rows: list[tuple[int, int, int, int, list[str]]] = []  # start, end, table, number, headings
        self._folded = folded
        lines, place, table, headings = folded.split("\n"), 0, -1, list[str]()
        for number, line in enumerate(lines):
            following = lines[number + 1] if number + 1 < len(lines) else ""
            if "|" not in line:
                table = -1
            elif _RULE.fullmatch(line):
                pass
            elif table < 0 and "|" in following and _RULE.fullmatch(following):
                table, headings = place, _cells(line)
            elif table >= 0:
                self._rows.append((place, place + len(line), table, number, headings))
            place += len(line) + 1

    def find(self, place: int) -> Cell | None:
        for start, end, table, number, headings in self._rows:
            if start <= place < end:
                lead = 1 if self._folded[start:end].lstrip().startswith("|") else 0
                column = self._folded.count("|", start, place) - lead
                return Cell(table, number, column, headings[column] if 0 <= column < len(headings) else "")
        return None

    def unit(self, claim: Claim) -> tuple[Kind, str] | None:
        """Of a bare figure, as the heading of its column tells."""
        cell = self.find(claim.start) if self._rows and claim.kind == "count" and not claim.unit else None
        if cell is None:
            return None
        if "%" in cell.heading:
            return "percent", ""
        return next((("money", code) for sign, code in _MONEY if sign.search(cell.heading)), None)


def _cells(line: str) -> list[str]:
    return line.strip().strip("|").split("|")
