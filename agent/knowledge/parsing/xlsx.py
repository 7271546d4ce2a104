"""XLSX: each sheet a table. Formulas are not reckoned: what Excel kept of them is read. Hidden sheets are left out."""

import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from openpyxl import load_workbook

from agent.knowledge.bounds import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from agent.knowledge.parsing.archive import check_archive
from agent.knowledge.parsing.blocks import Block, ParsedDocument, Place, one_line
from agent.knowledge.parsing.questions import pair_questions
from agent.knowledge.parsing.tables import Value, read_table
from models.errors import UnreadableDocument
from models.retrieval.languages import read_language

_CURRENCIES = (("R$", "BRL"), ("US$", "USD"), ("€", "EUR"), ("[$$", "USD"))
_PLACES = 6  # decimal places that count: a binary 12.3 is stored as 12.300000000000001
_COMMAS = str.maketrans(",.", ".,")


class _Figure(NamedTuple):
    """A number as Excel keeps it: how it is spelled, its format and the language of the book say."""

    number: Decimal
    number_format: str


_Cell = Value | _Figure
_Sheet = list[tuple[Place, list[_Cell]]]


def parse_xlsx(content: bytes) -> ParsedDocument:
    check_archive(content)
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    sheets: list[tuple[str, _Sheet]] = []
    hidden = []
    reader = _SheetReader()
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            hidden.append(sheet.title)
            continue
        sheets.append((one_line(sheet.title), list(reader.rows(sheet))))
    has_points = read_language(_words(sheets)) == "en"
    blocks: list[Block] = []
    for title, rows in sheets:
        spelled = ((place, [_spell(cell, has_points=has_points) for cell in cells]) for place, cells in rows)
        blocks += read_table(spelled, (title,))
    notes = [f'the hidden sheet "{name}" was left out' for name in hidden[:10]]
    return ParsedDocument(one_line(book.properties.title or ""), "", tuple(pair_questions(blocks)), tuple(notes))


def _words(sheets: list[tuple[str, _Sheet]]) -> Iterator[str]:
    for title, rows in sheets:
        yield title
        yield from (cell.text for _, cells in rows for cell in cells if isinstance(cell, Value))


class _SheetReader:
    """Counts the cells of all sheets."""

    def __init__(self) -> None:
        self._cells = 0

    def rows(self, sheet: Any) -> Iterator[tuple[Place, list[_Cell]]]:
        sheet.reset_dimensions()  # what a sheet claims of its size may be a lie, and each row would be filled up to it
        name = one_line(sheet.title)
        filled = 0
        for number, row in enumerate(sheet.iter_rows(), 1):
            values = _trimmed([_value(cell) for cell in row])
            if not values:  # formatted down to the last row there can be, as many sheets are
                continue
            filled += 1
            self._cells += len(values)
            if filled > MAX_ROWS or len(values) > MAX_COLUMNS or self._cells > MAX_CELLS:
                bounds = f"more than {MAX_ROWS} rows, {MAX_COLUMNS} columns or {MAX_CELLS} cells"
                raise UnreadableDocument(f'the sheet "{name}" has {bounds}: divide it and add the parts')
            yield Place(sheet=name, row=number), values


def _trimmed(values: list[_Cell]) -> list[_Cell]:
    while values and isinstance(values[-1], Value) and not values[-1].text:
        values.pop()
    return values


def _value(cell: Any) -> _Cell:
    found = cell.value
    if found is None or isinstance(found, bool):
        return Value("" if found is None else ("sim" if found else "não"))
    if isinstance(found, datetime):
        return Value(found.date().isoformat() if found.time() == datetime.min.time() else f"{found:%Y-%m-%d %H:%M}")
    if isinstance(found, date):
        return Value(found.isoformat())
    if isinstance(found, (int, float)):
        return _Figure(round(Decimal(str(found)), _PLACES), cell.number_format or "")
    return Value(one_line(str(found)))


def _spell(cell: _Cell, *, has_points: bool) -> Value:
    """Decimals as the language of the book writes them: 1.125 is a thousand to who reads Portuguese."""
    if isinstance(cell, Value):
        return cell
    number, number_format = cell
    if "%" in number_format:
        return Value(_marked(f"{_plain(number * 100)}%", has_points=has_points))
    currency = next((code for mark, code in _CURRENCIES if mark in number_format), "")
    if not currency:
        return Value(_marked(_plain(number), has_points=has_points), number)
    shown = _marked(f"{number:,.2f}", has_points=has_points and currency != "BRL")
    return Value(f"{'R$' if currency == 'BRL' else currency} {shown}", number, currency)


def _marked(figure: str, *, has_points: bool) -> str:
    return figure if has_points else figure.translate(_COMMAS)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
