"""CSV: the delimiter is found by counting, the encoding by its bytes."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from agent.knowledge.bounds import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from agent.knowledge.parsing.blocks import ParsedDocument, Place, one_line
from agent.knowledge.parsing.decoding import decode
from agent.knowledge.parsing.questions import pair_questions
from agent.knowledge.parsing.tables import Row, Value, read_table
from models.errors import UnreadableDocument

_DELIMITERS = ";\t,|"
_LOOKED_AT = 50  # rows
_LONGEST_CELL = 100_000  # characters


def parse_delimited(content: bytes) -> ParsedDocument:
    text = decode(content).replace("\0", "")
    csv.field_size_limit(_LONGEST_CELL)
    try:
        blocks = read_table(_rows(text, _find_delimiter(text)))
    except csv.Error:
        raise UnreadableDocument("a cell has no end (a quotation mark is missing): mend it and add it again") from None
    return ParsedDocument("", "", tuple(pair_questions(blocks)))


def _find_delimiter(text: str) -> str:
    """The one that parts most rows into the same number of cells, more than one."""
    lines = [line for line in islice(io.StringIO(text), 2 * _LOOKED_AT) if line.strip()][:_LOOKED_AT]

    def likeness(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
        return (rows, width) if width > 1 else (0, 0)

    return max(_DELIMITERS, key=likeness)


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    """A row has the number that a spreadsheet shows."""
    cells = 0
    for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
        cells += len(row)
        if number > MAX_ROWS or cells > MAX_CELLS or len(row) > MAX_COLUMNS:
            bounds = f"more than {MAX_ROWS} rows, {MAX_COLUMNS} columns or {MAX_CELLS} cells"
            raise UnreadableDocument(f"it has {bounds}: divide it and add the parts")
        yield Place(row=number), [Value(one_line(cell)) for cell in row]
