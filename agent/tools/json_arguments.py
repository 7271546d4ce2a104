"""Arguments whose shape is a JSON Schema from configuration: told to LLMs in strict form, checked by the schema itself.

Strict modes want every object closed and every key required, and know few keywords: an argument that may be left out
becomes one that may be null, and limits are told in words. What comes back is held to the schema as it was written.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError

from models.errors import ToolError

# Code knows these by the channel; an LLM must not be able to choose them.
NEVER_ARGUMENTS: Final = frozenset({"tenant", "tenant_id", "person", "person_id", "role"})
_UNDERSTOOD = frozenset(
    {
        *("type", "description", "enum", "const", "properties", "required", "items", "anyOf", "oneOf"),
        *("additionalProperties", "title", "examples", "example", "default", "deprecated", "$schema"),
    }
)
_TOLD_IN_WORDS: Final[Mapping[str, str]] = {
    "format": "format {}",
    "pattern": "must match {}",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "uniqueItems": "no entry twice",
}
_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
_MOST_PROPERTIES, _DEEPEST = 100, 5  # what vendors' strict modes take
_MOST_BYTES = 32_768
_MOST_MISTAKES = 5


class ArgumentSchema:
    """Raises ValueError, naming the place, for a schema that cannot be put in strict form."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        given = {"type": "object", "properties": {}, **schema}
        try:
            Draft202012Validator.check_schema(given, format_checker=FormatChecker())
        except SchemaError as error:
            raise ValueError(f"not a JSON Schema: {error.message[:200]}") from None
        if given["type"] != "object":
            raise ValueError("the arguments as a whole must be an object")
        _refuse_names(given)
        self.strict: dict[str, Any] = _strict(given, "parameters", 0)
        if _count_properties(self.strict) > _MOST_PROPERTIES:
            raise ValueError(f"more than {_MOST_PROPERTIES} arguments: offer fewer")
        self._given = given
        self._validator = Draft202012Validator(_closed(given), format_checker=FormatChecker())

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._given["properties"])

    @property
    def required(self) -> frozenset[str]:
        return frozenset(self._given.get("required", ()))

    def check(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments without those that were left out as null. Raises ToolError `bad_arguments`."""
        try:
            if len(json.dumps(given, allow_nan=False, ensure_ascii=False).encode()) > _MOST_BYTES:
                raise ToolError("Wrong arguments: they are too long.", code="bad_arguments", retryable=False)
        except (TypeError, ValueError, RecursionError):
            raise ToolError(
                "Wrong arguments: they are no JSON object.", code="bad_arguments", retryable=False
            ) from None
        arguments = _without_nulls(given, self._given)
        mistakes = sorted(self._validator.iter_errors(arguments), key=lambda error: [str(p) for p in error.path])
        if mistakes:
            words = "; ".join(_describe(mistake) for mistake in mistakes[:_MOST_MISTAKES])
            raise ToolError(f"Wrong arguments: {words}.", code="bad_arguments", retryable=False)
        return dict(arguments)


def _describe(mistake: ValidationError) -> str:
    place = ".".join(str(step) for step in mistake.absolute_path) or "arguments"
    return f"{place}: {mistake.message[:160]}"


def _refuse_names(schema: Mapping[str, Any]) -> None:
    for name in schema["properties"]:
        if name.casefold() in NEVER_ARGUMENTS:
            raise ValueError(f"{name} can be no argument: who asks is told by code, as {{person.salesperson}} is")
    unknown = set(schema.get("required", ())) - set(schema["properties"])
    if unknown:
        raise ValueError(f"required names {', '.join(sorted(unknown))}, which properties does not describe")


def _strict(node: Any, place: str, depth: int) -> dict[str, Any]:
    if not isinstance(node, Mapping):
        raise ValueError(f"{place}: anything at all is allowed there; say what it is")
    if depth > _DEEPEST:
        raise ValueError(f"{place}: nested too deep for an LLM's strict mode")
    unknown = set(node) - _UNDERSTOOD - set(_TOLD_IN_WORDS)
    if unknown:
        raise ValueError(f"{place}: {', '.join(sorted(unknown))} has no strict form; say it with type, enum and anyOf")
    told: dict[str, Any] = {}
    description = _describe_limits(node)
    if description:
        told["description"] = description
    branches = node.get("anyOf") or node.get("oneOf")
    if branches:
        return told | {"anyOf": [_strict(branch, f"{place}.anyOf", depth + 1) for branch in branches]}
    return told | _strict_type(node, place, depth)


def _strict_type(node: Mapping[str, Any], place: str, depth: int) -> dict[str, Any]:
    enum = [node["const"]] if "const" in node else node.get("enum")
    kind = node.get("type") or ("object" if "properties" in node else _type_of(enum))
    kinds = [kind] if isinstance(kind, str) else list(kind or ())
    if not kinds or not set(kinds) <= _TYPES:
        raise ValueError(f"{place}: its type is not said")
    strict: dict[str, Any] = {"type": kind}
    if enum is not None:
        strict["enum"] = list(enum)
    if "array" in kinds:
        strict["items"] = _strict(node.get("items"), f"{place}[]", depth + 1)
    if "object" in kinds:
        strict |= _strict_object(node, place, depth)
    return strict


def _strict_object(node: Mapping[str, Any], place: str, depth: int) -> dict[str, Any]:
    properties = node.get("properties")
    if properties is None or isinstance(node.get("additionalProperties"), Mapping):
        raise ValueError(f"{place}: an object of any keys has no strict form; name its properties")
    required = set(node.get("required", ()))
    told = {name: _strict(inner, f"{place}.{name}", depth + 1) for name, inner in properties.items()}
    members = {name: inner if name in required else _or_null(inner) for name, inner in told.items()}
    return {"properties": members, "required": list(members), "additionalProperties": False}


def _or_null(strict: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in strict:
        return strict | {"anyOf": [*strict["anyOf"], {"type": "null"}]} if not _takes_null(strict) else strict
    kinds = [strict["type"]] if isinstance(strict["type"], str) else list(strict["type"])
    nullable = strict | {"type": kinds if "null" in kinds else [*kinds, "null"]}
    if "enum" in strict and None not in strict["enum"]:
        nullable["enum"] = [*strict["enum"], None]
    return nullable


def _takes_null(node: Mapping[str, Any]) -> bool:
    branches = node.get("anyOf") or node.get("oneOf") or ()
    kinds = node.get("type") or ()
    return "null" in ([kinds] if isinstance(kinds, str) else kinds) or any(_takes_null(branch) for branch in branches)


def _type_of(enum: Any) -> str | None:
    names = {str: "string", bool: "boolean", int: "integer", float: "number"}
    kinds = {names.get(type(value)) for value in enum or ()}
    return kinds.pop() if len(kinds) == 1 else None


def _describe_limits(node: Mapping[str, Any]) -> str:
    limits = [words.format(node[key]) for key, words in _TOLD_IN_WORDS.items() if node.get(key) not in (None, False)]
    description = " ".join(str(node.get("description", "")).split())
    return f"{description} ({'; '.join(limits)})".strip() if limits else description


def _count_properties(strict: Any) -> int:
    if isinstance(strict, list):
        return sum(map(_count_properties, strict))
    if not isinstance(strict, dict):
        return 0
    return len(strict.get("properties", ())) + sum(map(_count_properties, strict.values()))


def _closed(node: Any) -> Any:
    """The schema as it was written, but no object takes keys that it does not describe."""
    if isinstance(node, list):
        return [_closed(entry) for entry in node]
    if not isinstance(node, Mapping):
        return node
    closed = {key: value if key in ("enum", "const", "default") else _closed(value) for key, value in node.items()}
    if isinstance(node.get("properties"), Mapping):
        closed["properties"] = {name: _closed(inner) for name, inner in node["properties"].items()}
        closed["additionalProperties"] = False
    return closed


def _without_nulls(given: Any, schema: Mapping[str, Any]) -> Any:
    """Null stands for 'left out' wherever the schema takes no null: strict modes leave an LLM no other way."""
    if isinstance(given, list) and isinstance(schema.get("items"), Mapping):
        return [_without_nulls(entry, schema["items"]) for entry in given]
    properties = schema.get("properties")
    if not isinstance(given, Mapping) or not isinstance(properties, Mapping):
        return given
    required = schema.get("required", ())
    kept: dict[str, Any] = {}
    for name, value in given.items():
        inner = properties.get(name, {})
        if value is None and name in properties and name not in required and not _takes_null(inner):
            continue
        kept[name] = _without_nulls(value, inner)
    return kept
