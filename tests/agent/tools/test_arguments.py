"""Garbage in arguments: told in words, never executed, never raised."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.base import ToolContext
from agent.tools.registry import TOOLS
from tests.agent.tools.conftest import ZONE, Caller, situation

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["period", "metric", "group_by", "filters", "of", "n", "stage", "customer", "currency", "x"])
DATABASE = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@DATABASE
@given(st.sampled_from([name for name in TOOLS if name != "exchange_rate"]), st.dictionaries(KEYS, JSON, max_size=5))
def test_garbage_never_raises_and_gives_figures_only_when_it_happens_to_be_valid(
    call: Caller, name: str, arguments: dict[str, Any]
) -> None:
    result = call.tools[name].call(ToolContext(situation(), ZONE), arguments)
    json.dumps(result.content)
    assert result.content["ok"] is result.ok
    assert ("data" in result.content) is result.ok
    if not result.ok:
        assert result.content["error"]["message"]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("sales_summary", {"metric": "profit"}, "metric"),
        ("sales_summary", {"metric": None}, "metric"),
        ("sales_summary", {"period": 2026}, "period"),
        ("sales_summary", {"filters": {"customer": ["Bar"]}}, "filters.customer"),
        ("sales_summary", {"filters": {"state": "SP"}}, "filters.state"),
        ("sales_summary", {"filters": "SP"}, "filters"),
        ("sales_summary", {"periods": "hoje"}, "periods"),
        ("top_n", {"of": "customer", "n": 0}, "n:"),
        ("top_n", {"of": "customer", "n": 51}, "n:"),
        ("top_n", {"of": "customer", "n": "5"}, "n:"),
        ("top_n", {"of": "customer", "n": 5.0001}, "n:"),
        ("top_n", {}, "of"),
        ("compare_periods", {"period_a": "hoje"}, "period_b"),
        ("customer_brief", {}, "customer"),
        ("find_order", {"number": 4521}, "number"),
        ("find_order", {"n": 21}, "n:"),
        ("lapsed_customers", {"n": 0}, "n:"),
        ("lapsed_customers", {"period": 90}, "period"),
        ("exchange_rate", {"currency": None}, "currency"),
    ],
)
def test_a_wrong_argument_is_named(call: Caller, name: str, arguments: dict[str, Any], told: str) -> None:
    result = call(name, **arguments)
    assert result.content["error"]["code"] == "bad_arguments"
    assert told in result.content["error"]["message"]
    assert result.arguments == {}


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", {("a",): 1}, "\ud800"])
def test_what_is_no_json_is_refused(call: Caller, value: Any) -> None:
    assert call.code("sales_summary", filters=value) == "bad_arguments"


def test_arguments_nested_without_end_are_refused(call: Caller) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert call.code("sales_summary", filters=deep) == "bad_arguments"


def test_period_words_that_mean_nothing_are_told_with_the_forms_that_do(call: Caller) -> None:
    result = call("sales_summary", period="quando chover")
    assert result.content["error"]["code"] == "period_not_understood"
    assert result.arguments["period"] == "quando chover"


def test_a_nullable_argument_may_be_null_or_left_out(call: Caller) -> None:
    whole = call("sales_summary", period=None, metric="revenue", group_by="none", filters=None)
    assert whole.ok
    assert whole.arguments == call("sales_summary").arguments
