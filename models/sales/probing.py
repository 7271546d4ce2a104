"""Queries that read no row: whether the database knows every table and column that a source file names."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, literal_column, select

from models.sales.frames import Frame
from models.sales.layer import Layer


def probe_columns(layer: Layer) -> Iterator[tuple[str, Select[Any]]]:
    """One for each part of the file, over all its columns."""
    for part, relation in layer.relations.items():
        columns: list[Any] = [
            literal_column(text) for (name, _), sql in layer.columns.items() if name == part for text in sql.columns
        ]
        frame = Frame(layer, "sale" if part == "line" else part)
        for (name, _), sql in layer.columns.items():
            if name == part:
                frame.need(sql.needs)
        yield (
            relation.source.strip("()"),
            select(*columns).select_from(frame.from_).where(*frame.conditions).limit(0),
        )
