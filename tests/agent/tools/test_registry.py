"""The registry, and the schemas that go to a vendor."""

from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from agent.base import PersonRole
from agent.tools.registry import TOOLS, get_blueprint
from tests.agent.tools.conftest import Caller

# What strict modes refuse or ignore; descriptions say it instead.
FORBIDDEN = {"$ref", "$defs", "default", "title", "minimum", "maximum", "minLength", "maxLength", "oneOf", "allOf"}


def _nodes(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [node for entry in schema for node in _nodes(entry)]
    if not isinstance(schema, dict):
        return []
    inner = [
        node for key, value in schema.items() for node in _nodes(list(value.values()) if key == "properties" else value)
    ]
    return [schema, *inner]


@pytest.mark.parametrize("name", TOOLS)
def test_every_schema_is_valid_and_closed_with_all_keys_required(name: str) -> None:
    schema = get_blueprint(name).spec.parameters
    Draft202012Validator.check_schema(dict(schema))
    objects = [node for node in _nodes(dict(schema)) if node.get("type") == "object"]
    assert objects
    for node in objects:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])
    assert not FORBIDDEN & {key for node in _nodes(dict(schema)) for key in node}


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_describes_itself(name: str) -> None:
    spec = get_blueprint(name).spec
    assert spec.name == name
    assert len(spec.description) > 80


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_only_reads(name: str) -> None:
    assert get_blueprint(name).effect == "read"


def test_the_summary_offers_exactly_the_agreed_vocabulary(call: Caller) -> None:
    properties = call.tools["sales_summary"].spec.parameters["properties"]
    assert list(properties) == ["period", "metric", "group_by", "filters"]
    assert properties["metric"]["enum"] == ["revenue", "orders", "units", "average_ticket"]
    cuts = ["none", "customer", "product", "category", "salesperson", "state", "month", "day"]
    assert properties["group_by"]["enum"] == cuts
    assert list(properties["filters"]["properties"]) == ["customer", "product", "category", "salesperson", "status"]


def test_an_unknown_person_has_no_tools_and_a_customer_has_no_plans(call: Caller) -> None:
    offered = {role: {n for n, tool in call.tools.items() if role in tool.roles} for role in get_args(PersonRole)}
    assert offered["unknown"] == set()
    assert offered["customer"] == {"sales_summary", "customer_brief", "find_order", "exchange_rate"}
    assert offered["rep"] == offered["manager"] == set(TOOLS)


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_called_for_a_role_that_may_not_use_it_refuses(call: Caller, name: str) -> None:
    for role in get_args(PersonRole):
        if role not in call.tools[name].roles:
            assert call.code(name, role) == "not_allowed"
