"""The examples of docs/tools.md: each is read as it stands, and those of HTTP are called."""

import re
from pathlib import Path
from typing import Any

import pytest

from agent.spec.agent_spec import AgentSpec
from agent.tools.http.spec import HttpToolSpec
from agent.tools.http.tool import build_http_tools
from agent.tools.openapi.operations import describe_operations
from agent.tools.openapi.spec import OpenApiSpec
from agent.tools.sql.spec import SqlSpec
from models.network.guarded_client import GuardedClient
from models.yaml_document import parse_yaml
from tests.agent.tools.conftest import HandClock
from tests.agent.tools.http.conftest import SECRETS, StandInApi, ToolCaller
from tests.agent.tools.http.crm_openapi import CRM

PAGE = Path(__file__).resolve().parents[4] / "docs" / "tools.md"


def examples(kind: str) -> list[Any]:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    values = [parse_yaml(block, PAGE.name).value for block in blocks]
    return [value[kind] for value in values if kind in value]


HTTP = {entry["name"]: entry for listed in examples("http") for entry in listed}


@pytest.fixture
def call(api: StandInApi, client: GuardedClient) -> Any:
    def build(name: str) -> ToolCaller:
        host = re.match(r"https://[^/]+", HTTP[name]["url"])
        assert host
        spec = HttpToolSpec.model_validate(HTTP[name] | {"url": HTTP[name]["url"].replace(host[0], api.url)})
        return ToolCaller(build_http_tools([spec], client=client, environ=SECRETS, clock=HandClock())[name])

    return build


def test_every_kind_of_tool_has_an_example() -> None:
    assert set(HTTP) == {"stock", "find_address", "reserve_stock"}
    assert len(examples("openapi")) == len(examples("sql")) == 1


def test_the_stock_is_asked_for_and_cut_to_what_the_question_needs(api: StandInApi, call: Any) -> None:
    api.answers({"warehouses": [{"code": "SP", "stock": {"free": 12, "next": {"date": "2026-12-01"}}, "rent": 9}]})
    data = call("stock").data("rep", sku="CAF-500", warehouse=None)
    assert data == [{"warehouse": "SP", "free": 12, "next_delivery": "2026-12-01"}]
    assert api.last.target == "/v1/items/CAF-500/stock?asked_for=Rafael%20Quintela"


def test_a_postal_code_becomes_an_address(api: StandInApi, call: Any) -> None:
    api.answers(
        {"cep": "01001-000", "logradouro": "Praça da Sé", "bairro": "Sé", "localidade": "São Paulo", "uf": "SP"}
    )
    assert call("find_address").data(cep="01001000")["city"] == "São Paulo"
    assert api.last.target == "/ws/01001000/json/"
    assert call("find_address").error(cep="01001-000")["code"] == "bad_arguments"


def test_a_reservation_is_written_with_its_key(api: StandInApi, call: Any) -> None:
    assert call("reserve_stock")("rep", sku="CAF-500", quantity=2).ok
    assert api.last.json == {
        "item": {"sku": "CAF-500", "quantity": 2},
        "until": "2026-11-21",
        "by": "Rafael Quintela",
    }
    assert api.last.headers["idempotency-key"] == "turn-0-0"
    assert call("reserve_stock").tool.effect == "external_write"


def test_the_crm_s_operations_become_tools() -> None:
    [[example]] = examples("openapi")
    tools = describe_operations(OpenApiSpec.model_validate(example | {"document": CRM}))
    assert [tool.name for tool in tools] == ["crm_list_deals", "crm_create_deal"]
    assert tools[1].schema_of_arguments.names == {"title", "value", "stage"}


def test_all_of_them_together_stand_in_one_agent_s_file() -> None:
    listed = {kind: [entry for block in examples(kind) for entry in block] for kind in ("http", "openapi")}
    spec = AgentSpec.model_validate({"agent": "aurora", "sql": examples("sql")[0], **listed})
    assert [tool.name for tool in spec.http] == list(HTTP)
    assert AgentSpec.model_validate_json(spec.model_dump_json()) == spec


def test_the_example_of_free_sql_is_read() -> None:
    [example] = examples("sql")
    spec = SqlSpec.model_validate(example)
    assert spec.roles == ("manager", "rep")
    assert spec.tables["customer"].masks == {"phone": "last_four"}
