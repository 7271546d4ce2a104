"""A webhook's body as plain dicts and lists, whatever the CRM writes: JSON, a form with bracketed keys, SOAP."""

import re
from typing import Any, Literal
from urllib.parse import parse_qsl

from channels.base import InboundRequest
from channels.crm.soap import decode_soap
from models.errors import PayloadError
from models.strict_json import parse_json

BodyFormat = Literal["json", "form", "soap"]

_MAX_DEPTH = 40
_MAX_FIELDS = 5_000
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def decode_body(request: InboundRequest, written_in: BodyFormat) -> Any:
    """Bounded in depth and fields. Raises PayloadError."""
    if request.method != "POST":
        raise PayloadError("method: configure the webhook as HTTP POST")
    if written_in == "soap":
        return decode_soap(request.body)
    if written_in == "json":
        return parse_json(request.body, max_depth=_MAX_DEPTH)
    try:
        return decode_form(request.body.decode("utf-8"))
    except UnicodeDecodeError:
        raise PayloadError("body: not UTF-8") from None


def decode_form(text: str) -> Any:
    """`leads[note][0][text]=Oi` becomes {"leads": {"note": [{"text": "Oi"}]}}. Values stay strings.

    Where a key has both a value and keys below it (Kommo does that), the value stands under the empty key.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise PayloadError("body: not a readable form") from None
    root: dict[str, Any] = {}
    for key, value in pairs:
        _place(root, _path(key), value)
    return _with_lists(root)


def _path(key: str) -> list[str]:
    match = _KEY.fullmatch(key)
    if match is None:
        return [key]
    path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
    if len(path) > _MAX_DEPTH:
        raise PayloadError(f"body: nested more than {_MAX_DEPTH} deep")
    return path


def _place(root: dict[str, Any], path: list[str], value: str) -> None:
    node = root
    for name in path[:-1]:
        below = node.setdefault(name or str(len(node)), {})
        if not isinstance(below, dict):
            below = node[name] = {"": below}
        node = below
    last = path[-1] or str(len(node))
    standing = node.get(last)
    if isinstance(standing, dict):
        node, last = standing, ""
    if last in node:
        raise PayloadError(f"{path[-1][:40]}: given more than once")
    node[last] = value


def _with_lists(node: Any) -> Any:
    """Dicts whose keys are all numbers become lists, in the numbers' order and without gaps."""
    if not isinstance(node, dict):
        return node
    filled = {name: _with_lists(value) for name, value in node.items()}
    if filled and all(name.isascii() and name.isdigit() and len(name) < 10 for name in filled):
        return [filled[name] for name in sorted(filled, key=int)]
    return filled
