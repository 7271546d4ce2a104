"""Argument models as JSON Schema fit for a vendor's strict mode, and mistakes in arguments as words."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

# Strict modes refuse schemas with these; descriptions carry the limits in words, and validation enforces them.
_DROPPED = frozenset({"title", "default", "minLength", "maxLength", "minimum", "maximum"})
_MAX_MISTAKES = 5


class Arguments(BaseModel):
    """Base of every tool's arguments: no coercion, no unknown keys; a nullable key that is left out counts as null."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def strict_schema(arguments: type[Arguments]) -> dict[str, Any]:
    """Every object closed, every key required, nothing by reference."""
    schema = arguments.model_json_schema()
    tightened = _tighten(schema, schema.get("$defs", {}))
    assert isinstance(tightened, dict)
    return tightened


def _tighten(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_tighten(entry, definitions) for entry in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return _tighten(definitions[node["$ref"].removeprefix("#/$defs/")] | beside, definitions)
    kept = {key: value for key, value in node.items() if key not in _DROPPED and key != "$defs"}
    if kept.get("type") != "object":
        return {key: _tighten(value, definitions) for key, value in kept.items()}
    properties = {name: _tighten(value, definitions) for name, value in kept.get("properties", {}).items()}
    return kept | {"properties": properties, "required": list(properties), "additionalProperties": False}


def describe_mistakes(error: ValidationError) -> str:
    """One clause a mistake, with its place, so that an LLM can mend its call."""
    mistakes = error.errors(include_url=False, include_context=False, include_input=False)
    clauses = [f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}" for e in mistakes[:_MAX_MISTAKES]]
    return "; ".join(clauses)
