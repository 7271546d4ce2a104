"""Schemas of an OpenAPI document as JSON Schema that has a strict form: references inlined, dialects levelled."""

import re
from collections.abc import Mapping
from typing import Any, Final

from agent.tools.openapi.document import OpenApiDocument

_KEPT: Final = (
    *("type", "description", "enum", "const", "format", "pattern", "minimum", "maximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems"),
)
_DEEPEST = 4  # the arguments around it are one level more
_MOST_NODES = 3000
_LONGEST_DESCRIPTION = 400


class NoStrictForm(Exception):
    """This schema cannot be told to an LLM in strict form."""


class SchemaReader:
    """Of one operation; what it has read counts against one limit."""

    def __init__(self, document: OpenApiDocument) -> None:
        self._document = document
        self._nodes = 0
        self._above: frozenset[str] = frozenset()

    def read(self, node: Any) -> dict[str, Any]:
        """Raises NoStrictForm; members of objects that may be left out are left out where they have none."""
        return self._read(node, self._above, 0)

    def merge(self, node: Any) -> dict[str, Any]:
        """The schema with its references and `allOf` put together, and its members, as they stand, that may be sent.

        What is read from then on are those members.
        """
        self._above = self._enter(node, frozenset())
        merged = self._merge(node, self._above)
        if "properties" in merged:
            members = merged["properties"].items()
            merged["properties"] = {name: inner for name, inner in members if not self._is_read_only(inner)}
        return merged

    def _read(self, given: Any, above: frozenset[str], depth: int) -> dict[str, Any]:
        self._nodes += 1
        if depth > _DEEPEST or self._nodes > _MOST_NODES:
            raise NoStrictForm("it is too deep or too large")
        above = self._enter(given, above)
        node = self._merge(given, above)
        read = _level(node)
        branches = node.get("anyOf") or node.get("oneOf")
        if branches:
            read = {key: value for key, value in read.items() if key == "description"}
            read["anyOf"] = [self._read(branch, above, depth + 1) for branch in branches]
            return _nullable(read) if node.get("nullable") is True else read
        if "properties" in node or node.get("type") == "object":
            read |= self._read_members(node, above, depth)
        if "items" in node or node.get("type") == "array":
            read |= {"type": "array", "items": self._read(node.get("items"), above, depth + 1)}
        if "type" not in read and "enum" not in read and "const" not in read:
            raise NoStrictForm("its type is not said")
        return _nullable(read) if node.get("nullable") is True else read

    def _read_members(self, node: Mapping[str, Any], above: frozenset[str], depth: int) -> dict[str, Any]:
        required = node.get("required") or ()
        members = {}
        for name, inner in (node.get("properties") or {}).items():
            try:
                if not self._is_read_only(inner):
                    members[name] = self._read(inner, above, depth + 1)
            except NoStrictForm:
                if name in required:
                    raise
        if not members:
            raise NoStrictForm("an object of any keys")
        return {"type": "object", "properties": members, "required": [name for name in members if name in required]}

    def _is_read_only(self, node: Any) -> bool:
        resolved = self._document.resolve(node)
        return isinstance(resolved, Mapping) and resolved.get("readOnly") is True

    def _enter(self, node: Any, above: frozenset[str]) -> frozenset[str]:
        reference = node.get("$ref") if isinstance(node, Mapping) else None
        if reference in above:
            raise NoStrictForm("it holds itself")
        return above | {reference} if isinstance(reference, str) else above

    def _merge(self, given: Any, above: frozenset[str]) -> dict[str, Any]:
        node = self._document.resolve(given)
        if not isinstance(node, Mapping):
            raise NoStrictForm("anything at all")
        merged = {key: value for key, value in node.items() if key != "allOf"}
        for part in node.get("allOf") or ():
            beneath = self._merge(part, self._enter(part, above))
            properties = {**(merged.get("properties") or {}), **(beneath.get("properties") or {})}
            required = [*(merged.get("required") or ()), *(beneath.get("required") or ())]
            merged = beneath | merged
            if properties:
                merged |= {"properties": properties, "required": list(dict.fromkeys(required))}
        return merged


def _level(node: Mapping[str, Any]) -> dict[str, Any]:
    """Its plain keywords; limits that 3.0 wrote otherwise, or that no checker here can read, are dropped."""
    kept = {key: node[key] for key in _KEPT if key in node}
    for key in ("exclusiveMinimum", "exclusiveMaximum"):
        if isinstance(node.get(key), int | float) and not isinstance(node.get(key), bool):
            kept[key] = node[key]
    if "pattern" in kept:
        try:
            re.compile(kept["pattern"])
        except (re.error, TypeError):
            del kept["pattern"]
    if isinstance(kept.get("description"), str):
        kept["description"] = " ".join(kept["description"].split())[:_LONGEST_DESCRIPTION]
    return kept


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        return schema | {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    if isinstance(schema.get("type"), str):
        schema = schema | {"type": [schema["type"], "null"]}
    if "enum" in schema and None not in schema["enum"]:
        schema = schema | {"enum": [*schema["enum"], None]}
    return schema
