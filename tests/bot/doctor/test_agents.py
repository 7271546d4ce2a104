"""What is amiss with an agent here: each thing has its line, and a whole agent has none."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from agent.mcp.connection import close_portal
from agent.spec.agent_spec import AgentSpec
from bot.assistant import Surroundings
from bot.doctor.agents import examine_agent
from bot.settings import Settings
from models.clock import Clock, SystemClock
from tests.fakes import FixedClock

AWAY = "postgresql://reader:canary-word@127.0.0.1:1/none"
FREE = {"url": "${FREE_URL}", "tables": {"t": {"columns": {"c": ""}}}}
OWN = {"provider": "openai-compatible", "model": "house-model", "base_url": "http://127.0.0.1:1/v1"}


def examined(
    settings: Settings | None = None,
    /,
    *,
    environ: dict[str, str] | None = None,
    clock: Clock | None = None,
    engine: Engine | None = None,
    **more: Any,
) -> list[str]:
    spec = AgentSpec.model_validate({"agent": "a", **more})
    found = examine_agent(
        spec,
        Surroundings(
            settings or Settings(), "postgresql://nowhere/none", clock or SystemClock(), environ or {}, engine
        ),
    )
    assert all(finding.subject == f"agent {spec.tenant}/a" and finding.cure for finding in found)
    assert "canary-word" not in str(found)
    return [f"{finding.state} {finding.words}" for finding in found]


def test_an_agent_that_lacks_nothing_has_no_line() -> None:
    assert examined(serves=["chat/default"]) == []


def test_all_secrets_that_are_not_set_are_named_at_once() -> None:
    llm = {"provider": "openai", "model": "m", "api_key": "${KEY_B}"}
    assert examined(llm=llm, sql=FREE, environ={"KEY_C": "x"}, source={"url": "${KEY_A}"}) == [
        "fail cannot work here: FREE_URL, KEY_A, KEY_B are not set"
    ]


def test_a_file_that_is_not_there_is_named() -> None:
    assert examined(source={"file": "no-such.yaml"})[0].startswith("fail cannot work here: no-such.yaml: cannot be")


def test_accounts_must_be_there_and_its_own(tmp_path: Path) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text("tenants: [{tenant: acme, name: Acme, accounts: [{channel: chat, name: acme}]}]", encoding="utf-8")
    settings = Settings(accounts_file=str(file))
    assert examined(settings, serves=["chat/acme", "chat/default", "whatsapp/gone", "email/default"]) == [
        "fail serves chat/acme, which is acme's",
        "fail serves whatsapp/gone, which is no account",
        "warn serves email/default, but there is no mailbox",
    ]


def test_llms_that_end_or_whose_price_nobody_knows_are_named_down_the_chain() -> None:
    llm = {"provider": "openai", "model": "gpt-4o", "api_key": "${K}", "fallbacks": [OWN]}
    assert examined(llm=llm, environ={"K": "sk-0123456789"}, clock=FixedClock()) == [
        "warn gpt-4o ends on 2027-01-14 by its vendor's word",
        "warn no price is known for house-model at openai-compatible",
    ]


def test_the_llms_of_a_chains_steps_are_looked_at_too_and_each_once() -> None:
    step = {"description": "Answers about sales and goals.", "llm": OWN}
    chain = {"specialists": {"vendas": step, "metas": step}, "default": "vendas"}
    assert examined(llm=OWN, chain=chain) == ["warn no price is known for house-model at openai-compatible"]
    other = {"polish": {"llm": {**OWN, "model": "gpt-4o"}}}
    assert examined(chain=other, clock=FixedClock())[0] == "warn gpt-4o ends on 2027-01-14 by its vendor's word"


def test_a_tool_that_no_specialist_is_given_is_named() -> None:
    step = {"description": "Answers about sales.", "tools": ["top_n"]}
    tools: dict[str, Any] = {"top_n": {}, "goal_progress": {}}
    chain = {"specialists": {"vendas": step, "metas": step}, "default": "vendas"}
    assert examined(tools=tools, chain=chain) == [
        "warn no specialist of the chain is given goal_progress, so no turn can use it"
    ]
    assert examined(tools={"top_n": {}}, chain=chain) == []
    chain["specialists"] = {"vendas": step, "metas": {"description": "All the rest."}}
    assert examined(tools=tools, chain=chain) == []


def test_databases_that_are_away_are_named_by_their_secret() -> None:
    found = examined(source={"url": "${SALES}"}, sql=FREE, environ={"SALES": AWAY, "FREE_URL": AWAY})
    assert [words.partition(" (")[0] for words in found] == [
        "fail sales data: cannot read 'sales_order'",
        "fail the database of ${FREE_URL} does not answer",
    ]


def test_a_role_for_free_sql_that_may_do_more_than_read_is_told_of(clone_database: Callable[[], str]) -> None:
    [found] = examined(sql=FREE, environ={"FREE_URL": clone_database()})
    assert found.startswith("fail the role for free SQL must only read what is configured: it is a superuser")


@pytest.mark.parametrize("is_worker", [False, True], ids=["alone", "with a database"])
def test_an_mcp_server_that_is_away_is_told_of(engine: Engine, is_worker: bool) -> None:
    pytest.importorskip("mcp", reason="the MCP extra (requirements-mcp.txt) is not installed")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        tool = {"name": "find", "pin": "sha256:" + "0" * 64}
        server = {"name": "far", "url": f"http://127.0.0.1:{held.getsockname()[1]}/mcp", "tools": [tool]}
        [found] = examined(mcp=[server], engine=engine if is_worker else None)
    assert found.startswith("warn MCP server far does not answer (")
    close_portal()
