"""Tool arguments are one JSON object or nothing, and every id and name is one that vendors take back."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.base import ToolCall, ToolSpec
from agent.providers.tool_calls import (
    arguments_text,
    fits_strict_mode,
    mint_call_id,
    parse_arguments,
    read_tool_call,
    wire_call_id,
    wire_tool_name,
    with_distinct_ids,
)

NINE = re.compile(r"[a-zA-Z0-9]{9}")
_json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)
_objects = st.dictionaries(st.text("abc_", max_size=4), _json_values, max_size=4)


@given(_objects)
def test_every_json_object_is_read_back_as_it_was(value: dict[str, object]) -> None:
    assert parse_arguments(json.dumps(value)) == value
    assert parse_arguments(f" \n{json.dumps(value, ensure_ascii=False)}\t") == value


@given(st.text())
def test_no_text_makes_the_reader_fail(raw: str) -> None:
    assert parse_arguments(raw) is None or isinstance(json.loads(raw), dict)


@pytest.mark.parametrize(
    "raw",
    [
        '{"n": 3',
        '{"n": 3}{"n": 4}',
        '{"n": 3} ok',
        '```json\n{"n": 3}\n```',
        '"{\\"n\\": 3}"',
        "[1]",
        "null",
        "3",
        '{"n": NaN}',
        '{"n": Infinity}',
        "{'n': 3}",
        '{"text": "a\\u0000b"}',
        '{"text": "\\ud800"}',
        '{"n": ' + "[" * 100_000,
        '{"n": ' + "9" * 5000 + "}",
    ],
)
def test_what_is_not_exactly_one_object_is_unreadable(raw: str) -> None:
    assert parse_arguments(raw) is None


@pytest.mark.parametrize("raw", ["", "  ", None])
def test_blank_arguments_are_empty_only_for_a_tool_that_needs_none(raw: str | None) -> None:
    free = ToolSpec("pipeline_status", "", {"type": "object", "properties": {}})
    bound = ToolSpec("top_n", "", {"type": "object", "properties": {"n": {}}, "required": ["n"]})
    assert read_tool_call("c1", "pipeline_status", raw, [free, bound]).arguments == {}
    assert read_tool_call("c1", "top_n", raw, [free, bound]).arguments is None
    assert read_tool_call("c1", "invented", raw, [free, bound]).arguments is None


def test_a_minted_id_has_the_strictest_form_and_is_new_each_time() -> None:
    ids = {mint_call_id() for _ in range(200)}
    assert len(ids) == 200
    assert all(NINE.fullmatch(call_id) and call_id.startswith("c") for call_id in ids)


def test_repeated_ids_become_distinct_and_the_first_keeps_its_own() -> None:
    calls = with_distinct_ids([ToolCall("same", "a", {}), ToolCall("same", "b", {}), ToolCall("other", "c", {})])
    assert [call.name for call in calls] == ["a", "b", "c"]
    assert (calls[0].id, calls[2].id) == ("same", "other")
    assert calls[1].id not in ("same", "other")


@given(st.text())
def test_a_foreign_id_always_becomes_the_same_acceptable_one(call_id: str) -> None:
    translated = wire_call_id(call_id, NINE)
    assert NINE.fullmatch(translated)
    assert wire_call_id(call_id, NINE) == translated
    assert wire_call_id(translated, NINE) == translated


@given(st.text())
def test_any_name_can_be_sent_back(name: str) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", wire_tool_name(name))


@pytest.mark.parametrize(
    ("call", "written"),
    [
        (ToolCall("c", "t", {"n": 3}, '{ "n":3 }'), '{ "n":3 }'),
        (ToolCall("c", "t", {"n": 3}), '{"n": 3}'),
        (ToolCall("c", "t", {"cidade": "São Paulo"}), '{"cidade": "São Paulo"}'),
        (ToolCall("c", "t", {"n": 4}, '{"n": 3}'), '{"n": 4}'),
        (ToolCall("c", "t", None, "oops"), '{"unreadable_arguments": "oops"}'),
    ],
)
def test_arguments_are_written_back_as_they_came_where_they_still_hold(call: ToolCall, written: str) -> None:
    assert arguments_text(call) == written


@pytest.mark.parametrize(
    ("schema", "fits"),
    [
        ({"type": "object", "properties": {}, "additionalProperties": False}, True),
        ({"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False}, True),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": False}, False),
        ({"type": "object", "properties": {"a": {}}, "required": ["a"]}, False),
        ({"type": "object"}, False),
        (
            {
                "type": "object",
                "properties": {"a": {"anyOf": [{"type": "null"}, {"type": "object", "properties": {"b": {}}}]}},
                "required": ["a"],
                "additionalProperties": False,
            },
            False,
        ),
    ],
)
def test_strict_mode_wants_every_object_closed_and_complete(schema: dict[str, object], fits: bool) -> None:
    assert fits_strict_mode(schema) is fits
