"""What leaves for the API: each value in its place, whatever it holds."""

from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.base import ToolContext
from agent.tools.http.request import RequestTemplate
from models.errors import ToolError
from tests.agent.tools.conftest import ZONE, situation
from tests.agent.tools.http.conftest import SECRETS, Make, StandInApi, spec_of

ORDER: dict[str, Any] = {
    "properties": {
        "sku": {"type": "string"},
        "quantity": {"type": "integer", "minimum": 1},
        "note": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["sku", "quantity"],
}
BODY = {"item": {"sku": "{sku}", "quantity": "{quantity}"}, "note": "Recado: {note}", "tags": "{tags}", "by": 1}


def test_arguments_stand_in_path_and_query_and_secrets_in_headers(api: StandInApi, make: Make) -> None:
    stock = make(
        query={"rep": "{person.salesperson}", "on": "{today}", "key": "${STOCK_KEY}", "page": 1, "all": True},
        headers={"Authorization": "Bearer ${STOCK_TOKEN}", "X-Version": "2"},
    )
    assert stock("rep", sku="A-1 ç").ok
    assert (api.last.method, api.last.target.partition("?")[0]) == ("GET", "/v1/items/A-1%20%C3%A7")
    assert api.last.query == [
        ("rep", "Rafael Quintela"),
        ("on", "2026-11-21"),
        ("key", SECRETS["STOCK_KEY"]),
        ("page", "1"),
        ("all", "true"),
    ]
    assert api.last.headers["authorization"] == f"Bearer {SECRETS['STOCK_TOKEN']}"
    assert api.last.headers["x-version"] == "2"
    assert "idempotency-key" not in api.last.headers


def test_a_body_is_made_as_data_and_keeps_types(api: StandInApi, make: Make) -> None:
    order = make("/v1/orders", method="POST", parameters=ORDER, body=BODY)
    hostile = '"}, "price": 0, {"x": "\\'
    assert order(sku=hostile, quantity=3, note="{sku} ${STOCK_TOKEN}", tags=["a", "b"]).ok
    assert api.last.headers["content-type"] == "application/json"
    assert api.last.json == {
        "item": {"sku": hostile, "quantity": 3},
        "note": "Recado: {sku} ${STOCK_TOKEN}",
        "tags": ["a", "b"],
        "by": 1,
    }


def test_what_was_left_out_is_not_sent(api: StandInApi, make: Make) -> None:
    order = make("/v1/orders", method="POST", parameters=ORDER, body=BODY)
    assert order(sku="A", quantity=1, note=None, tags=None).ok
    assert api.last.json == {"item": {"sku": "A", "quantity": 1}, "by": 1}


def test_a_form_and_a_list_in_a_query_are_written_as_their_fields(api: StandInApi, make: Make) -> None:
    order = make(
        "/v1/orders",
        method="POST",
        parameters=ORDER,
        body_as="form",
        body={**BODY, "item": "{sku}"},
        query={"q": "{quantity}"},
    )
    assert order(sku="a&b=c", quantity=2, tags=["x y", "z"]).ok
    assert api.last.headers["content-type"] == "application/x-www-form-urlencoded"
    assert api.last.body == b"item=a%26b%3Dc&tags=x%20y&tags=z&by=1"
    assert api.last.query == [("q", "2")]


def test_a_writing_call_names_itself_so_that_it_is_taken_once(api: StandInApi, make: Make) -> None:
    order = make("/v1/orders", method="POST", parameters=ORDER, body=BODY)
    other = make("/v1/orders", method="POST", parameters=ORDER, body=BODY, idempotency_header="X-Request-Id")
    order(key="turn-7-1", sku="A", quantity=1)
    order(key="turn-7-1", sku="A", quantity=1)
    other(key="turn-7-2", sku="A", quantity=1)
    assert [request.headers.get("idempotency-key") for request in api.requests] == ["turn-7-1", "turn-7-1", None]
    assert api.last.headers["x-request-id"] == "turn-7-2"


@pytest.mark.parametrize(
    "sku",
    [
        "",
        ".",
        "..",
        "../admin",
        "..\\admin",
        "a/b",
        "/etc/passwd",
        "%2e%2e%2fadmin",
        "..%2fadmin",
        "a%00",
        "a\r\nX: 1",
        "\x7f",
    ],
)
def test_an_argument_cannot_climb_out_of_its_place_in_a_path(api: StandInApi, make: Make, sku: str) -> None:
    assert make().error(sku=sku)["code"] == "bad_arguments"
    assert api.requests == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_arguments_hold_the_host_the_path_and_the_names_of_fields_stay(sku: str, word: str) -> None:
    schema = {"properties": {"sku": {"type": "string"}, "word": {"type": "string"}}, "required": ["sku", "word"]}
    template = RequestTemplate(spec_of(parameters=schema, query={"word": "{word}", "last": "1"}), {})
    try:
        request = template.fill({"sku": sku, "word": word}, ToolContext(situation(), ZONE))
    except (ToolError, UnicodeEncodeError):
        return  # what the schema's check would have refused before
    address, _, query = request.url.partition("?")
    assert address.startswith("https://stock.example.com/v1/items/")
    assert unquote(address.removeprefix("https://stock.example.com/v1/items/")) == sku
    names, values = zip(*(pair.split("=") for pair in query.split("&")), strict=True)
    assert (names, unquote(values[0]), values[1]) == (("word", "last"), word, "1")
    assert "#" not in request.url


def test_somebody_without_the_name_that_the_request_needs_is_refused(api: StandInApi, make: Make) -> None:
    stock = make(query={"customer": "{person.customer}"}, roles=["rep", "customer"])
    assert stock("customer", sku="A").ok
    assert stock.error("rep", sku="A")["code"] == "not_allowed"
    assert len(api.requests) == 1


def test_who_asks_cannot_be_given_as_an_argument(api: StandInApi, make: Make) -> None:
    stock = make(query={"rep": "{person.salesperson}"})
    error = stock.error("rep", sku="A", **{"person.salesperson": "Marina Azevedo"})
    assert error["code"] == "bad_arguments"
    assert api.requests == []


def test_a_role_that_may_not_use_the_tool_sends_nothing(api: StandInApi, make: Make) -> None:
    assert make().error("customer", sku="A")["code"] == "not_allowed"
    assert make().error("unknown", sku="A")["code"] == "not_allowed"
    assert api.requests == []
