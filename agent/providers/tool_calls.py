"""What the three wires share about tool calls: strict arguments, ids and names that every vendor accepts."""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from agent.base import ToolCall, ToolSpec
from agent.providers.vendor_json import as_text, storable_state

# How unreadable arguments are shown to a vendor that insists on an object; it is never a tool's parameter.
UNREADABLE_KEY = "unreadable_arguments"

_ILLEGAL_IN_NAME = re.compile(r"[^a-zA-Z0-9_-]")
_LONGEST_NAME = 64


def read_tool_call(call_id: object, name: object, raw: object, tools: Sequence[ToolSpec] = ()) -> ToolCall:
    """A call from a vendor's three fields; a missing id is minted, unreadable arguments are None."""
    called = as_text(name)
    written = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False) if raw is not None else ""
    if isinstance(raw, Mapping):
        arguments = storable_state(dict(raw))
    elif written.strip():
        arguments = parse_arguments(written)
    else:
        arguments = {} if _takes_nothing(called, tools) else None
    return ToolCall(as_text(call_id) or mint_call_id(), called, arguments, as_text(written))


def parse_arguments(raw: str) -> Mapping[str, Any] | None:
    """Exactly one JSON object, or None: text around it, two objects, a quoted object or NaN are not guessed at."""
    try:
        value = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return storable_state(value) if isinstance(value, dict) else None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _takes_nothing(name: str, tools: Sequence[ToolSpec]) -> bool:
    # An empty string is how several vendors write "no arguments", and how others write a call they lost.
    return any(tool.name == name and not tool.parameters.get("required") for tool in tools)


def mint_call_id() -> str:
    """Nine letters and digits, the strictest form any vendor asks for."""
    return "c" + base64.b32encode(secrets.token_bytes(5)).decode().lower()


def with_distinct_ids(calls: Iterable[ToolCall]) -> tuple[ToolCall, ...]:
    """The calls, each with an id of its own: a result must name one call, and some hosts repeat theirs."""
    seen: set[str] = set()
    distinct = []
    for call in calls:
        kept = replace(call, id=mint_call_id()) if call.id in seen else call
        seen.add(kept.id)
        distinct.append(kept)
    return tuple(distinct)


def without_arguments(calls: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
    """The calls of an answer that was cut or refused: shown, and never to be run."""
    return tuple(replace(call, arguments=None) for call in calls)


def wire_call_id(call_id: str, allowed: re.Pattern[str]) -> str:
    """The id as this vendor accepts it; the same foreign id always becomes the same one, so that pairs stay pairs."""
    if allowed.fullmatch(call_id):
        return call_id
    digest = hashlib.sha256(call_id.encode("utf-8", "replace")).digest()
    return "c" + base64.b32encode(digest[:5]).decode().lower()


def wire_tool_name(name: str) -> str:
    """A name that every vendor takes back: one invented by an LLM would make the whole conversation unsendable."""
    return _ILLEGAL_IN_NAME.sub("_", name)[:_LONGEST_NAME] or "unknown"


def arguments_object(call: ToolCall) -> dict[str, Any]:
    """The arguments as an object for the history; unreadable ones stay visible under a key of their own."""
    return dict(call.arguments) if call.arguments is not None else {UNREADABLE_KEY: call.raw_arguments}


def arguments_text(call: ToolCall) -> str:
    """The arguments as JSON text for the history: what the LLM wrote when that was an object."""
    if call.arguments is not None and call.raw_arguments and parse_arguments(call.raw_arguments) == call.arguments:
        return call.raw_arguments
    return json.dumps(arguments_object(call), ensure_ascii=False)


def fits_strict_mode(schema: object) -> bool:
    """Whether every object in the schema is closed and requires all its properties, as strict mode demands."""
    if isinstance(schema, list):
        return all(fits_strict_mode(item) for item in schema)
    if not isinstance(schema, Mapping):
        return True
    if "properties" in schema or schema.get("type") == "object":
        properties = schema.get("properties", {})
        closed = schema.get("additionalProperties") is False
        if not closed or set(schema.get("required", ())) != set(properties):
            return False
    return all(fits_strict_mode(value) for value in schema.values())
