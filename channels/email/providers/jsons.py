"""Reading the JSON that providers post: bounded in depth, unambiguous, and refused by name when it is odd."""

import json
from collections.abc import Mapping
from typing import Any

from models.errors import PayloadError


def read_json(content: bytes | str, where: str = "body") -> Any:
    """Raises PayloadError for what is not JSON, names a key twice, holds NaN or is nested too deeply."""
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise PayloadError(f"{where}: not readable as JSON") from None


def read_object(content: bytes | str, where: str = "body") -> dict[str, Any]:
    """The same, for an object."""
    value = read_json(content, where)
    if not isinstance(value, dict):
        raise PayloadError(f"{where}: a JSON object is expected")
    return value


def text_of(values: Mapping[str, Any], name: str) -> str:
    """The string under a name; empty when it is missing or null. Raises PayloadError for any other type."""
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PayloadError(f"{name}: a string is expected")
    return value


def texts_of(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The strings in the list under a name; anything else in it is left out."""
    value = values.get(name)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key comes twice")
    return values
