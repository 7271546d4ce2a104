"""JSON as strangers may send it: UTF-8, bounded in depth, unambiguous; whatever is odd is refused by name."""

import json
import re
from typing import Any, NoReturn

from models.errors import PayloadError

_STRINGS_AND_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)


def parse_json(content: bytes | str, where: str = "body", *, max_depth: int = 40) -> Any:
    """Raises PayloadError, beginning with `where`, for what is no JSON, names a key twice, holds NaN, nests deeper."""
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
    except UnicodeDecodeError:
        raise PayloadError(f"{where}: not UTF-8") from None
    _check_depth(text, where, max_depth)
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except _Odd as error:
        raise PayloadError(f"{where}: {error}") from None
    except (ValueError, RecursionError):  # ValueError also stands for numbers of thousands of digits
        raise PayloadError(f"{where}: not valid JSON") from None


class _Odd(Exception):
    """Valid for Python's parser, and not for us."""


def _check_depth(text: str, where: str, max_depth: int) -> None:
    """Before parsing: the parser's own answer to depth is a RecursionError. Brackets inside strings do not count."""
    depth = 0
    for match in _STRINGS_AND_BRACKETS.finditer(text):
        if match[0] in "[{":
            depth += 1
            if depth > max_depth:
                raise PayloadError(f"{where}: nested more than {max_depth} deep")
        elif match[0] in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _Odd("a key is given more than once")
    return fields


def _refuse_constant(name: str) -> NoReturn:
    raise _Odd(f"{name} is not JSON")
