"""Tools taken from OpenAPI documents: what of them becomes a tool, and what their calls send."""

import copy
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from agent.tools.http.spec import HttpToolSpec
from agent.tools.openapi.operations import build_openapi_tools, describe_operations
from agent.tools.openapi.spec import OpenApiSpec
from models.errors import ConfigurationError
from models.network.guarded_client import GuardedClient
from tests.agent.tools.conftest import HandClock
from tests.agent.tools.http.conftest import SECRETS, StandInApi, ToolCaller
from tests.agent.tools.http.crm_openapi import CRM

TWILIO = Path(__file__).parents[5] / "shared" / "recordings" / "twilio" / "messages-openapi.json"


def spec_of(**given: Any) -> OpenApiSpec:
    whole: dict[str, Any] = {
        "name": "crm",
        "document": CRM,
        "base_url": "https://crm.example.com/v2/",
        "operations": ["listDeals"],
        "fixed": {"owner": "{person.salesperson}"},
    }
    return OpenApiSpec.model_validate(whole | given)


def describe(operation: str, **given: Any) -> HttpToolSpec:
    [tool] = describe_operations(spec_of(operations=[operation], **given))
    return tool


def test_an_operation_becomes_a_tool_with_its_words_and_its_parameters() -> None:
    tool = describe("listDeals")
    assert (tool.name, tool.method, tool.url) == ("crm_list_deals", "GET", "https://crm.example.com/v2/deals")
    assert tool.description == "The deals of the pipeline.\nNewest first.\n(GET /deals)"
    assert tool.effect_or_default == "read"
    assert tool.query == {
        "owner": "{person.salesperson}",
        "stage": "{stage}",
        "updated>": "{updated_gt}",
        "ids[]": "{ids}",
    }
    assert tool.schema_of_arguments.strict["properties"]["stage"]["enum"] == ["new", "won", "lost", None]


def test_what_code_fills_in_or_must_not_be_given_is_no_argument() -> None:
    assert describe("listDeals").schema_of_arguments.names == {"stage", "updated_gt", "ids"}


def test_references_and_parts_of_a_body_become_one_flat_strict_schema() -> None:
    tool = describe("createDeal", writes=["createDeal"])
    strict = tool.schema_of_arguments.strict
    Draft202012Validator.check_schema(strict)
    assert list(strict["properties"]) == ["title", "value", "stage", "contact"]
    contact = strict["properties"]["contact"]
    assert contact["type"] == ["object", "null"]
    assert contact["properties"] == {"mail": {"type": "string", "description": "(format email)"}}
    assert tool.schema_of_arguments.required == {"title", "value"}
    assert tool.effect_or_default == "external_write"


def test_an_operation_that_writes_must_be_listed_as_such() -> None:
    for operation in ("createDeal", "deleteNotes"):
        with pytest.raises(ConfigurationError, match=f"{operation} is a .*under writes"):
            describe(operation)
    assert describe("deleteNotes", writes=["deleteNotes"]).effect_or_default == "external_write"


def test_calls_are_sent_to_the_configured_address_alone(api: StandInApi, client: GuardedClient) -> None:
    spec = spec_of(
        base_url=api.url + "/v2",
        operations=["listDeals", "createDeal", "list-notes"],
        writes=["createDeal"],
        headers={"Authorization": "Bearer ${STOCK_TOKEN}"},
        answers={"listDeals": "results[].title"},
    )
    tools = build_openapi_tools([spec], client=client, environ=SECRETS, clock=HandClock())
    assert set(tools) == {"crm_list_deals", "crm_create_deal", "crm_list_notes"}
    api.answers({"results": [{"title": "A", "internal": 1}]})
    listed = ToolCaller(tools["crm_list_deals"])
    assert listed.data("rep", stage="won", updated_gt="2026-11-01", ids=[1, 2]) == ["A"]
    assert api.last.query == [
        ("owner", "Rafael Quintela"),
        ("stage", "won"),
        ("updated>", "2026-11-01"),
        ("ids[]", "1"),
        ("ids[]", "2"),
    ]
    assert api.last.headers["authorization"] == f"Bearer {SECRETS['STOCK_TOKEN']}"
    created = ToolCaller(tools["crm_create_deal"])
    assert created("rep", title="Café", value=10.5, stage=None, contact={"mail": "a@b.example"}).ok
    assert api.last.json == {"title": "Café", "value": 10.5, "contact": {"mail": "a@b.example"}}
    assert (api.last.method, api.last.headers["idempotency-key"]) == ("POST", "turn-0-0")
    assert created.error("rep", title="x" * 81, value=1)["code"] == "bad_arguments"
    assert ToolCaller(tools["crm_list_notes"])("rep", deal_id=7).ok
    assert api.last.target == "/v2/deals/7/notes"


def test_only_the_arguments_that_were_chosen_are_offered_beside_those_that_are_needed() -> None:
    tool = describe("createDeal", writes=["createDeal"], arguments={"createDeal": ["stage"]})
    assert tool.schema_of_arguments.names == {"title", "value", "stage"}


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("missing", "not there; there are circle, createDeal"),
        ("search", "search needs q.*under fixed"),
        ("elsewhere", "leads out of the document"),
        ("nowhere", "leads nowhere"),
        ("circle", "circle"),
        ("upload", "neither JSON nor a form"),
    ],
)
def test_an_operation_that_cannot_be_offered_says_why(operation: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        describe(operation, writes=[operation])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"operations": []}, "operations"),
        ({"operations": [f"o{n}" for n in range(21)]}, "operations"),
        ({"operations": ["a", "a"]}, "names one twice"),
        ({"writes": ["createDeal"]}, "which operations does not offer"),
        ({"answers": {"other": "@"}}, "which operations does not offer"),
    ],
)
def test_a_mistake_in_the_configuration_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        spec_of(**given)


def test_what_the_tool_itself_would_refuse_is_told_with_its_operation() -> None:
    for given, words in (
        ({"base_url": "ftp://crm.example.com"}, "must begin with https"),
        ({"headers": {"Authorization": "Bearer abc"}}, "looks like a secret"),
        ({"answers": {"listDeals": "a["}}, "not JMESPath"),
    ):
        with pytest.raises(ConfigurationError, match=f"listDeals: .*{words}"):
            describe("listDeals", **given)


def test_a_document_s_own_paths_and_names_hold_no_places_of_ours() -> None:
    hostile = copy.deepcopy(CRM)
    hostile["paths"]["/deals/${STOCK_TOKEN}"] = {"get": {"operationId": "steal", "summary": "${STOCK_TOKEN}"}}
    hostile["paths"]["/../admin"] = {"get": {"operationId": "climb"}}
    for operation in ("steal", "climb"):
        with pytest.raises(ConfigurationError, match=r"no place in an address|climb by dots"):
            describe(operation, document=hostile)


@pytest.mark.parametrize("document", [{}, {"swagger": "2.0", "paths": {}}, {"openapi": "3.1.0"}])
def test_what_is_no_openapi_document_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="no OpenAPI 3 document"):
        describe("listDeals", document=document)


def test_a_document_is_read_from_json_and_from_yaml(tmp_path: Path) -> None:
    (tmp_path / "crm.json").write_text(json.dumps(CRM), encoding="utf-8")
    (tmp_path / "crm.yaml").write_text(json.dumps(CRM, indent=1), encoding="utf-8")
    for name in ("crm.json", "crm.yaml"):
        assert describe_operations(spec_of(document=name), tmp_path) == describe_operations(spec_of())
    for name, content in (("none.json", None), ("bad.json", "{"), ("list.json", "[]")):
        if content is not None:
            (tmp_path / name).write_text(content, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=name):
            describe_operations(spec_of(document=name), tmp_path)


@pytest.mark.skipif(not TWILIO.exists(), reason="the vendor's own document is not on this machine")
def test_a_vendor_s_own_document_is_read_whole(api: StandInApi, client: GuardedClient) -> None:
    document = json.loads(TWILIO.read_text(encoding="utf-8"))
    operations = [o["operationId"] for item in document["paths"].values() for o in item.values() if "operationId" in o]
    spec = OpenApiSpec(
        name="twilio",
        document=document,
        base_url=api.url,
        operations=tuple(operations),
        writes=tuple(name for name in operations if not name.startswith(("Fetch", "List"))),
        fixed={"AccountSid": "AC" + "0" * 32},
    )
    tools = build_openapi_tools([spec], client=client, environ={}, clock=HandClock())
    assert len(tools) == len(operations) == 9
    for tool in tools.values():
        Draft202012Validator.check_schema(dict(tool.spec.parameters))
        assert "AccountSid" not in tool.spec.parameters["properties"]
    assert ToolCaller(tools["twilio_list_message"])(PageSize=5, DateSent_gt="2026-11-01T00:00:00Z").ok
    assert api.last.target.startswith(f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json?")
    assert api.last.query == [("DateSent>", "2026-11-01T00:00:00Z"), ("PageSize", "5")]
    assert ToolCaller(tools["twilio_create_message"])(To="+5511", Body="Olá & até", MediaUrl=["a", "b"]).ok
    sent = sorted(parse_qsl(api.last.body.decode()))
    assert sent == [("Body", "Olá & até"), ("MediaUrl", "a"), ("MediaUrl", "b"), ("To", "+5511")]
