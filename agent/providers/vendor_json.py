"""Reads values out of a vendor's JSON without trusting their types, and keeps out what PostgreSQL cannot store."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

_LARGEST_COUNT = 2**31 - 1  # a usage column is a 32-bit integer


def as_mapping(value: object) -> Mapping[str, Any]:
    """The object itself, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_objects(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; whatever else it holds is dropped."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def as_text(value: object) -> str:
    """The string without NUL and without lone surrogates (JSON allows both, a text column neither); else ''."""
    return storable_text(value) if isinstance(value, str) else ""


def storable_text(value: str) -> str:
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def as_count(value: object) -> int | None:
    """A number of tokens, or None where it is no number that tokens can have."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _LARGEST_COUNT else None


def first_count(*candidates: object) -> int:
    """The first candidate that is a number of tokens, or 0: vendors put the same figure in different places."""
    return next((count for count in map(as_count, candidates) if count is not None), 0)


def as_amount(value: object) -> Decimal | None:
    """A sum of money as the vendor wrote it, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def storable_state(value: Any) -> Any:
    """The value if a JSONB column takes it unchanged, else None: a state that changed is worse than none."""
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
        written.encode("utf-8")
    except (TypeError, ValueError, RecursionError):
        return None
    return None if "\\u0000" in written else value
