"""XLSX: each sheet a table. Formulas are not reckoned: what Excel kept of them is read. Hidden sheets are left out."""

import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from agent.knowledge.bounds import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from agent.knowledge.parsing.archive import check_archive
from agent.knowledge.parsing.blocks import Block, ParsedDocument, Place, one_line
from agent.knowledge.parsing.questions import pair_questions
from agent.knowledge.parsing.tables import Row, Value, read_table
from models.errors import UnreadableDocument

_CURRENCIES = (("R$", "BRL"), ("US$", "USD"), ("€", "EUR"), ("[$$", "USD"))
_PLACES = 6  # decimal places that count: a binary 12.3 is stored as 12.300000000000001


def parse_xlsx(content: bytes) -> ParsedDocument:
    check_archive(content)
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    blocks: list[Block] = []
    hidden = []
    reader = _SheetReader()
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            hidden.append(sheet.title)
            continue
        blocks += read_table(reader.rows(sheet), (one_line(sheet.title),))
    notes = [f'the hidden sheet "{name}" was left out' for name in hidden[:10]]
    return ParsedDocument(one_line(book.properties.title or ""), "", tuple(pair_questions(blocks)), tuple(notes))


class _SheetReader:
    """Counts the cells of all sheets."""

    def __init__(self) -> None:
        self._cells = 0

    def rows(self, sheet: Any) -> Iterator[Row]:
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


def _trimmed(values: list[Value]) -> list[Value]:
    while values and not values[-1].text:
        values.pop()
    return values


def _value(cell: Any) -> Value:
    found = cell.value
    if found is None or isinstance(found, bool):
        return Value("" if found is None else ("sim" if found else "não"))
    if isinstance(found, datetime):
        return Value(found.date().isoformat() if found.time() == datetime.min.time() else f"{found:%Y-%m-%d %H:%M}")
    if isinstance(found, date):
        return Value(found.isoformat())
    if isinstance(found, (int, float)):
        return _number(found, cell.number_format or "")
    return Value(one_line(str(found)))


def _number(found: float, number_format: str) -> Value:
    number = round(Decimal(str(found)), _PLACES)
    if "%" in number_format:
        return Value(f"{_plain(number * 100)}%")
    currency = next((code for mark, code in _CURRENCIES if mark in number_format), "")
    if not currency:
        return Value(_plain(number), number)
    shown = f"{number:,.2f}"
    if currency == "BRL":
        return Value("R$ " + shown.translate(str.maketrans(",.", ".,")), number, currency)
    return Value(f"{currency} {shown}", number, currency)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
