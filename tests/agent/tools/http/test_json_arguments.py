"""Schemas from configuration: the strict form that LLMs are told, and what is taken of what they send."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agent.tools.json_arguments import ArgumentSchema
from models.errors import ToolError

ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "sku": {"type": "string", "description": "Number of the article", "pattern": "^[A-Z]-[0-9]+$"},
        "quantity": {"type": "integer", "minimum": 1, "maximum": 99},
        "size": {"enum": ["S", "M", "L"]},
        "due": {"type": "string", "format": "date"},
        "price": {"type": ["number", "null"]},
        "lines": {"type": "array", "maxItems": 2, "items": {"properties": {"a": {"type": "string"}}}},
        "who": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    },
    "required": ["sku", "quantity"],
}
BARE = {"sku": "A-1", "quantity": 1, "size": None, "due": None, "price": None, "lines": None, "who": None}


def test_the_strict_form_is_closed_requires_every_key_and_tells_limits_in_words() -> None:
    strict = ArgumentSchema(ORDER).strict
    Draft202012Validator.check_schema(strict)
    properties = strict["properties"]
    assert strict["required"] == list(properties) == list(ORDER["properties"])
    assert strict["additionalProperties"] is False
    assert properties["sku"] == {"type": "string", "description": "Number of the article (must match ^[A-Z]-[0-9]+$)"}
    assert properties["quantity"] == {"type": "integer", "description": "(at least 1; at most 99)"}
    assert properties["size"] == {"type": ["string", "null"], "enum": ["S", "M", "L", None]}
    assert properties["due"] == {"type": ["string", "null"], "description": "(format date)"}
    assert properties["price"] == {"type": ["number", "null"]}
    assert properties["who"] == {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}
    inner = properties["lines"]["items"]
    assert (inner["required"], inner["additionalProperties"]) == (["a"], False)
    assert inner["properties"]["a"] == {"type": ["string", "null"]}


def test_what_the_strict_form_makes_an_llm_send_is_taken() -> None:
    schema = ArgumentSchema(ORDER)
    Draft202012Validator(schema.strict).validate(BARE)
    assert schema.check(BARE) == {"sku": "A-1", "quantity": 1, "price": None}
    full = BARE | {"size": "M", "due": "2026-11-21", "price": 1.5, "lines": [{"a": None}, {"a": "x"}], "who": 3}
    assert schema.check(full) == full | {"lines": [{}, {"a": "x"}]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"sku": "a-1"},
        {"sku": None},
        {"sku": 1},
        {"quantity": 0},
        {"quantity": 100},
        {"quantity": "1"},
        {"quantity": True},
        {"quantity": 1.5},
        {"size": "XL"},
        {"due": "amanhã"},
        {"lines": [{}, {}, {}]},
        {"lines": [{"b": 1}]},
        {"lines": {"a": "x"}},
        {"who": []},
        {"extra": 1},
        {"price": float("nan")},
        {"price": float("inf")},
        {"sku": "A-1" * 20_000},
        {"sku": "\ud800"},
        {"sku": object()},
    ],
)
def test_what_the_schema_does_not_take_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ToolError, match="Wrong arguments") as caught:
        ArgumentSchema(ORDER).check(BARE | wrong)
    assert caught.value.code == "bad_arguments"
    assert len(str(caught.value)) < 1500


def test_a_mistake_is_named_with_its_place() -> None:
    with pytest.raises(ToolError, match=r"lines\.0: .*'b' was unexpected"):
        ArgumentSchema(ORDER).check(BARE | {"lines": [{"b": 1}]})


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "must be an object"),
        ({"properties": {"a": {"type": "text"}}}, "not a JSON Schema"),
        ({"properties": {"a": {}}}, r"parameters\.a: its type is not said"),
        ({"properties": {"a": True}}, "anything at all"),
        ({"properties": {"a": {"type": "object"}}}, "name its properties"),
        ({"properties": {"a": {"type": "array"}}}, "anything at all"),
        ({"properties": {"a": {"type": "string", "not": {"const": "x"}}}}, "not has no strict form"),
        ({"properties": {"a": {"$ref": "#/x"}}}, "no strict form"),
        ({"properties": {"a": {"allOf": [{"type": "string"}]}}}, "allOf has no strict form"),
        ({"properties": {"a": {"type": "string"}}, "required": ["b"]}, "required names b"),
        ({"properties": {f"a{n}": {"type": "string"} for n in range(101)}}, "more than 100"),
    ],
)
def test_a_schema_without_a_strict_form_is_refused_with_its_place(schema: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ArgumentSchema(schema)


def test_a_schema_that_nests_too_deep_is_refused() -> None:
    node: dict[str, Any] = {"type": "string"}
    for _ in range(7):
        node = {"type": "object", "properties": {"a": node}}
    with pytest.raises(ValueError, match="too deep"):
        ArgumentSchema(node)


def test_the_strict_form_is_json() -> None:
    assert json.loads(json.dumps(ArgumentSchema(ORDER).strict)) == ArgumentSchema(ORDER).strict
