"""Rows of a result, within bounds: what a company's columns hold is not ours to choose."""

from typing import Any

from sqlalchemy import Connection, Row, Select

from models.errors import ToolError

_MAX_BYTES = 8 * 1024 * 1024


def read_rows(connection: Connection, query: Select[Any]) -> list[Row[Any]]:
    """Every row of a query that has a LIMIT. Raises ToolError `too_much` where its texts pass eight megabytes."""
    rows: list[Row[Any]] = []
    left = _MAX_BYTES
    for row in connection.execute(query):
        left -= sum(len(value) for value in row if isinstance(value, str | bytes))
        if left < 0:
            raise ToolError("The sales database answered with too much text to be read.", code="too_much")
        rows.append(row)
    return rows
