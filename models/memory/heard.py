"""What was heard in the voice notes of a message: words of hers beside those that she typed."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, ScalarSelect, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from models.message import media, messages


def _heard() -> ScalarSelect[Any]:
    f = media.c
    joined = func.string_agg(func.btrim(f.transcript), aggregate_order_by(literal_column("E'\\n'"), f.number))
    return select(joined).where(f.message_id == messages.c.id, f.transcript != "").scalar_subquery()


HEARD = _heard().label("heard")  # a column of any statement over messages


def join_words(lines: Iterable[Row[Any]]) -> str:
    """Of rows with `text` and `heard`, in their order: what was typed with a file stands before what is heard in it."""
    return "\n".join(words for line in lines for words in (line.text, line.heard) if words)


def is_spoken(lines: Iterable[Row[Any]]) -> bool:
    """Whether any of it was."""
    return any(line.heard for line in lines)
