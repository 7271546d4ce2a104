"""Tables and lists: what a heading says of the bare figures under it, and what stands above a figure."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from agent.grounding.claims import Claim
from agent.grounding.words.lexicon import SCALE_WORDS

_RULE: Final = re.compile(r"[ \t]*\|?[ \t:|-]*-[ \t:|-]*\|?[ \t]*")
_MONEY: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"us\$|u\$s|\busd\b"), "USD"),
    (re.compile(r"r\$|\bbrl\b|\breais\b"), "BRL"),
    (re.compile(r"€|\beur\b|\beuros\b"), "EUR"),
    (re.compile(r"£|\bgbp\b"), "GBP"),
    (re.compile(r"\$"), "$"),
)
_HALF: Final = Decimal("0.5")
_SCALE: Final = re.compile(r"(?:\$|\b(?:em|in|en|reais|brl|usd)) ?(" + "|".join(SCALE_WORDS) + r")\b")
_LIST: Final = re.compile(r"^(.*\$.*):[*_ ]*\n\n?((?:.*\S.*(?:\n|$))+)", re.MULTILINE)


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
        self._lists = list(_LIST.finditer(folded))
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

    def with_unit(self, claim: Claim) -> Claim:
        """A bare figure as what the heading of its column, or of its list, says that it is."""
        if claim.kind != "count" or claim.unit:
            return claim
        heading = self._heading(claim)
        if "%" in heading:
            return claim._replace(kind="percent")
        code = next((code for sign, code in _MONEY if sign.search(heading)), None)
        if code is None:
            return claim
        found = _SCALE.search(heading)
        scale = SCALE_WORDS[found[1]] if found else 1
        values = tuple(one * scale for one in claim.values)
        slack = tuple((one or _HALF) * scale if scale > 1 else one for one in claim.slack)
        return claim._replace(kind="money", unit=code, values=values, slack=slack)

    def _heading(self, claim: Claim) -> str:
        if (cell := self.find(claim.start)) is not None:
            return cell.heading
        if claim.noun:
            return ""
        lists = (one for one in self._lists if one.start(2) <= claim.start < one.end(2))
        return next((one[1] for one in lists if _SCALE.search(one[1])), "")


def _cells(line: str) -> list[str]:
    return line.strip().strip("|").split("|")
