"""Tools from configuration built together."""

from typing import Any

import pytest

from agent.tools.configured import Ground, build_configured_tools
from agent.tools.openapi_spec import OpenApiSpec
from models.errors import ConfigurationError
from tests.agent.tools.conftest import HandClock
from tests.agent.tools.http.conftest import spec_of
from tests.agent.tools.http.crm_openapi import CRM
from tests.agent.tools.sql.conftest import spec_of as sql_spec_of

CRM_SPEC = OpenApiSpec.model_validate(
    {
        "name": "crm",
        "document": CRM,
        "base_url": "https://crm.example.com",
        "operations": ["listDeals"],
        "fixed": {"owner": "{person.salesperson}"},
    }
)
SECRETS = {"FREE_SQL_URL": "postgresql://reader@127.0.0.1:1/sales"}


def ground(**given: Any) -> Ground:
    return Ground(**{"environ": SECRETS, "clock": HandClock(), **given})


def test_every_kind_of_tool_comes_under_its_name_and_all_are_closed_together() -> None:
    built = build_configured_tools([spec_of()], [CRM_SPEC], sql_spec_of(), ground())
    assert set(built.tools) == {"stock", "crm_list_deals", "query_database"}
    built.close()
    built.close()


def test_without_any_there_is_nothing_to_connect() -> None:
    built = build_configured_tools([], [], None, ground(environ={}))
    assert (built.tools, built.door) == ({}, None)
    built.close()


@pytest.mark.parametrize(
    ("http", "given", "words"),
    [
        ([spec_of(), spec_of()], {}, "called stock"),
        ([spec_of(name="crm_list_deals")], {}, "called crm_list_deals"),
        ([spec_of(name="query_database")], {}, "called query_database"),
        ([spec_of(name="sales_summary")], {"taken": ["sales_summary", "top_n"]}, "called sales_summary"),
        ([], {"environ": {}}, "FREE_SQL_URL is not set"),
    ],
)
def test_a_name_that_is_taken_and_a_secret_that_is_not_set_are_refused(
    http: list[Any], given: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        build_configured_tools(http, [CRM_SPEC], sql_spec_of(), ground(**given))
