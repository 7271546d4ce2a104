"""Rows of cells become blocks `column: value`: the row that heads a table is found, titles above it are headings."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import NamedTuple

from agent.knowledge.columns import known_heads, role_of
from agent.knowledge.parsing.blocks import Block, Cell, Place
from agent.knowledge.parsing.outline import Outline

_LOOKED_AT = 30  # rows, for the one that heads the table
_LONGEST_HEAD = 80  # characters
_LONGEST_SECTION = 100
_FIGURE = re.compile(r"(?:r\$|us\$|\$|€)?\s?[-+]?\d[\d.,]*\s?%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", re.IGNORECASE)

_CENTS = re.compile(r"[.,]\d+$")
_CURRENCY = re.compile(r"R\$|US\$|€")


class Value(NamedTuple):
    """A cell as the file gives it."""

    text: str
    number: Decimal | None = None
    currency: str = ""

    @property
    def is_figure(self) -> bool:
        return self.number is not None or _FIGURE.fullmatch(self.text) is not None


Row = tuple[Place, Sequence[Value]]


def read_table(rows: Iterable[Row], path: tuple[str, ...] = ()) -> list[Block]:
    """Blank rows are left out; `path` are the headings above the table."""
    left = iter(row for row in rows if any(value.text for value in row[1]))
    first = list(islice(left, _LOOKED_AT))
    at = _find_head(first)
    table = _Table(path)
    for row in first[:at]:
        table.take_above(row)
    return [*table.blocks, *table.read(chain(first[at:], left))]


def _filled(row: Row) -> list[Value]:
    return [value for value in row[1] if value.text]


def _may_head(row: Row) -> bool:
    filled = _filled(row)
    return len(filled) >= 2 and not any(value.is_figure or len(value.text) > _LONGEST_HEAD for value in filled)


def _find_head(rows: Sequence[Row]) -> int:
    """The index of the row that heads the others; where there is none, that of the first row of several cells."""
    wide = [at for at, row in enumerate(rows) if len(_filled(row)) >= 2]
    if not wide:
        return len(rows)
    with_figures = next((at for at in wide if any(value.is_figure for value in rows[at][1])), None)
    width = len(_filled(rows[wide[0] if with_figures is None else with_figures]))
    above = wide if with_figures is None else [at for at in wide if at < with_figures]
    candidates = [at for at in above if _may_head(rows[at]) and 2 * len(_filled(rows[at])) >= width]
    if not candidates:
        return wide[0]
    known = {at: known_heads([value.text for value in rows[at][1]]) for at in candidates}
    best = max(known.values())
    return next(at for at in candidates if known[at] == best)


class _Table:
    def __init__(self, path: tuple[str, ...]) -> None:
        self.blocks: list[Block] = []
        self._outline = Outline(path)
        self._heads: list[str] = []

    def take_above(self, row: Row) -> None:
        """What stands over a table: a cell by itself is its title."""
        place, filled = row[0], _filled(row)
        text = " ".join(value.text for value in filled)
        if len(filled) == 1 and len(text) <= _LONGEST_SECTION and not self._outline.path[1:]:
            self.blocks.append(Block("heading", text, self._outline.enter(1, text), place))
        else:
            self.blocks.append(Block("text", text, self._outline.path, place))

    def read(self, rows: Iterable[Row]) -> Iterator[Block]:
        for row in rows:
            if self._is_head(row):
                self._heads = [value.text for value in row[1]]
            elif self._is_section(row):
                text = _filled(row)[0].text
                yield Block("heading", text, self._outline.enter(2, text), row[0])
            else:
                yield self._block(row)

    def _is_head(self, row: Row) -> bool:
        texts = [value.text for value in row[1]]
        if not self._heads:
            return _may_head(row)
        return texts == self._heads or (known_heads(texts) >= 2 and _may_head(row) and _tells_columns(texts))

    def _is_section(self, row: Row) -> bool:
        filled = _filled(row)
        is_wide = sum(map(bool, self._heads)) >= 3
        return is_wide and len(filled) == 1 and len(filled[0].text) <= _LONGEST_SECTION and not filled[0].is_figure

    def _block(self, row: Row) -> Block:
        place, values = row
        heads = [*self._heads, *[""] * (len(values) - len(self._heads))]
        cells = tuple(
            Cell(head, _told(head, value), value.number, value.currency)
            for head, value in zip(heads, values, strict=False)
            if value.text
        )
        asked = {role_of(cell.column): cell.text for cell in cells}
        if "question" in asked and "answer" in asked:
            others = [cell.text for cell in cells if role_of(cell.column) not in ("question", "answer")]
            text = "\n".join([asked["question"], asked["answer"], *others])
            return Block("pair", text, self._outline.path, place)
        text = "; ".join(f"{cell.column}: {cell.text}" if cell.column else cell.text for cell in cells)
        return Block("row", text, self._outline.path, place, cells)


def _told(head: str, value: Value) -> str:
    """A bare number below "Preço (R$)" is money, and says so."""
    mark = _CURRENCY.search(head)
    if value.number is None or value.currency or mark is None or role_of(head) != "price":
        return value.text
    cents = _CENTS.search(value.text)
    return f"{mark[0]} {value.text}{'0' if cents and len(cents[0]) == 2 else ''}"


def _tells_columns(texts: Sequence[str]) -> bool:
    """Whether every known word stands nearly by itself: "Preço (R$)" heads a column, "Item avulso sem preço" is one."""
    return all(len(text.split()) <= 3 for text in texts)
