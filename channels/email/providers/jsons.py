"""Reading the JSON objects that providers post, field by field."""

from collections.abc import Mapping
from typing import Any

from models.errors import PayloadError
from models.strict_json import parse_json


def read_object(content: bytes | str, where: str = "body") -> dict[str, Any]:
    """Raises PayloadError for anything but strict JSON with an object in it."""
    value = parse_json(content, where)
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
