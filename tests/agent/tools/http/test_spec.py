"""The configuration of an HTTP tool: what is refused, by which words."""

from typing import Any

import pytest
from pydantic import ValidationError

from agent.tools.http.tool import build_http_tools
from models.errors import ConfigurationError
from models.network.guarded_client import GuardedClient
from tests.agent.tools.http.conftest import spec_of

SKU = {"properties": {"sku": {"type": "string"}}, "required": ["sku"]}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "Stock"}, "name"),
        ({"name": "stock-of"}, "name"),
        ({"description": "short"}, "description"),
        ({"method": "TRACE"}, "method"),
        ({"url": "ftp://stock.example.com/{sku}"}, "must begin with https"),
        ({"url": "//stock.example.com/{sku}"}, "must begin with https"),
        ({"url": "https://{sku}.example.com/x"}, "host is fixed"),
        ({"url": "https://stock.example.com:{sku}/x"}, "host is fixed"),
        ({"url": "https://${HOST}/{sku}"}, "host is fixed"),
        ({"url": "https://user:word@stock.example.com/{sku}"}, "no user and password"),
        ({"url": "https://stock.example.com/{sku}?x=1"}, "under query"),
        ({"url": "https://stock.example.com/{sku}#x"}, "under query"),
        ({"url": "https:///{sku}"}, "names no host"),
        ({"url": "https://stock_.example.com/{sku}"}, "names no host"),
        ({"url": "https://stock.example.com:99999/{sku}"}, "ort out of range"),
        ({"url": "https://2130706433/{sku}"}, "by a number"),
        ({"url": "https://0x7f000001/{sku}"}, "by a number"),
        ({"url": "https://127.1/{sku}"}, "by a number"),
        ({"url": "https://0177.0.0.1/{sku}"}, "leading zeros|by a number"),
        ({"url": "https://stock.example.com/../{sku}"}, "climb"),
        ({"url": "https://stock.example.com/{sku}/${STOCK_KEY}"}, "no place in an address"),
        ({"url": "https://stock.example.com/{sku"}, "brace stands alone"),
        ({"url": "https://stock.example.com/{sku}/{person.id}"}, "is none of"),
        ({"url": "https://stock.example.com/{sku}/{warehouse}"}, "does not describe warehouse"),
        ({"url": "https://stock.example.com/items"}, "sku stands nowhere"),
        ({"parameters": {"properties": {"sku": {"type": "string"}}}}, "make it required"),
        ({"headers": {"Authorization": "Bearer abc"}}, "looks like a secret"),
        ({"headers": {"X-Api-Key": "abc"}}, "looks like a secret"),
        ({"headers": {"Cookie": "a=b"}}, "looks like a secret"),
        ({"headers": {"X-Sku": "{sku}"}}, "no other places"),
        ({"headers": {"X-Rep": "{person.salesperson}"}}, "no other places"),
        ({"headers": {"Host": "other.example.com"}}, "no header to be set"),
        ({"headers": {"X Y": "1"}}, "no header to be set"),
        ({"headers": {"X-Y": "1\r\nX-Z: 2"}}, "plain text"),
        ({"answer": "items[?"}, "not JMESPath"),
        ({"body": {"sku": "{sku}"}}, "a GET has no body"),
        ({"method": "POST", "body": ["{sku}"], "body_as": "form"}, "an object"),
        ({"method": "POST", "cache_seconds": 60}, "tools that read"),
        ({"timeout_seconds": 600}, "timeout_seconds"),
        ({"roles": ["unknown"]}, "roles"),
        ({"roles": []}, "roles"),
        ({"labels": ["harmless"]}, "labels"),
        ({"retries": 3}, "retries"),
    ],
)
def test_a_mistake_is_refused_with_its_reason(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        spec_of(**given)


@pytest.mark.parametrize("name", ["tenant", "tenant_id", "person", "person_id", "Role"])
def test_tenant_and_person_can_be_no_arguments(name: str) -> None:
    schema = {"properties": {"sku": {"type": "string"}, name: {"type": "string"}}, "required": ["sku"]}
    with pytest.raises(ValidationError, match="can be no argument"):
        spec_of(parameters=schema, query={"x": f"{{{name}}}"})


def test_what_is_not_said_is_the_careful_choice() -> None:
    reading, writing = spec_of(), spec_of(method="POST", body={"sku": "{sku}"})
    assert (reading.effect_or_default, writing.effect_or_default) == ("read", "external_write")
    assert reading.labels == ("untrusted",)
    assert "customer" not in reading.roles
    assert reading.cache_for.total_seconds() == 0


def test_a_post_that_only_searches_may_be_called_reading() -> None:
    assert spec_of(method="POST", effect="read", body={"sku": "{sku}"}).effect_or_default == "read"


def test_a_tool_says_what_it_does_and_what_it_promises(client: GuardedClient) -> None:
    specs = [spec_of(cache_seconds=60, max_bytes=1024), spec_of(name="order", method="POST", parameters=SKU)]
    tools = build_http_tools(specs, client=client, environ={})
    stock, order = tools["stock"], tools["order"]
    assert (stock.effect, stock.labels, stock.max_bytes) == ("read", {"untrusted"}, 1024)
    assert stock.cache_for.total_seconds() == 60
    assert (order.effect, order.labels) == ("external_write", {"untrusted", "sink"})
    assert stock.timeout > 10
    assert stock.spec.description == "What is in stock of an article, by its number."


def test_a_secret_that_is_not_set_is_found_when_the_tool_is_built(client: GuardedClient) -> None:
    with pytest.raises(ConfigurationError, match="STOCK_TOKEN"):
        build_http_tools([spec_of(headers={"Authorization": "Bearer ${STOCK_TOKEN}"})], client=client, environ={})


def test_two_tools_of_one_name_are_refused(client: GuardedClient) -> None:
    with pytest.raises(ConfigurationError, match="two HTTP tools"):
        build_http_tools([spec_of(), spec_of()], client=client, environ={})
