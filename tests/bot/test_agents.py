"""Agents as versions: what was applied never changes, and which one is active is only ever one of them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from agent.base import Situation
from agent.spec.agent_spec import AgentSpec
from agent.spec.comparing import compare_specs
from bot.agents.applying import apply_specs, as_json, read_agent_file, roll_back
from bot.assistant import Surroundings, build_assistant
from bot.settings import Settings
from models.agents.version import AgentRefused, AgentVersions
from models.clock import SystemClock
from models.errors import ConfigurationError
from models.session import build_engine, session_scope
from models.tenant import ensure_account, ensure_tenant


def spec(name: str = "aurora", **more: Any) -> AgentSpec:
    return AgentSpec.model_validate({"agent": name, **more})


@pytest.fixture
def tenant(engine: Engine) -> Engine:
    prepare(engine)
    return engine


def prepare(engine: Engine) -> None:
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="UTC")
        for channel in ("chat", "whatsapp"):
            ensure_account(connection, tenant_id, channel=channel)


def active(engine: Engine, name: str = "aurora") -> int:
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="UTC")
        found = AgentVersions(connection, tenant_id).find_active(name)
    assert found is not None
    return found.number


def served(engine: Engine) -> dict[str, str | None]:
    with session_scope(engine) as connection:
        rows = connection.execute(text("SELECT channel, agent FROM channel_account ORDER BY channel")).all()
    return {row.channel: row.agent for row in rows}


def test_applying_the_same_again_makes_no_version(tenant: Engine) -> None:
    [first] = apply_specs(tenant, [spec(persona="a")])
    [second] = apply_specs(tenant, [spec(persona="a")])
    assert (first.is_new, second.is_new, second.version.number) == (True, False, 1)


def test_an_account_has_one_agent_and_changes_hands_in_one_step(tenant: Engine) -> None:
    apply_specs(tenant, [spec("a", serves=["chat/default"])])
    with pytest.raises(AgentRefused, match="chat/default is served by the agent a"):
        apply_specs(tenant, [spec("b", serves=["chat/default"])])
    assert served(tenant) == {"chat": "a", "whatsapp": None}
    apply_specs(tenant, [spec("b", serves=["chat/default"]), spec("a", serves=["whatsapp/default"])])
    assert served(tenant) == {"chat": "b", "whatsapp": "a"}


def test_nothing_is_applied_where_one_of_several_cannot_be(tenant: Engine) -> None:
    with pytest.raises(AgentRefused, match="no account email/default"):
        apply_specs(tenant, [spec("a", serves=["chat/default"]), spec("b", serves=["email/default"])])
    with tenant.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM agent_version")).scalar_one() == 0


def test_going_back_serves_the_accounts_of_that_version(tenant: Engine) -> None:
    apply_specs(tenant, [spec(serves=["chat/default"])])
    apply_specs(tenant, [spec(serves=["whatsapp/default"])])
    roll_back(tenant, "default", "aurora")
    assert served(tenant) == {"chat": "aurora", "whatsapp": None}
    with pytest.raises(AgentRefused, match="had no version before 1"):
        roll_back(tenant, "default", "aurora")
    with pytest.raises(AgentRefused, match="has no version 7"):
        roll_back(tenant, "default", "aurora", 7)


def test_going_back_leads_to_what_was_active_and_not_to_the_number_before(tenant: Engine) -> None:
    for persona in ("a", "b", "c"):
        apply_specs(tenant, [spec(persona=persona)])
    roll_back(tenant, "default", "aurora", 1)
    apply_specs(tenant, [spec(persona="d")])
    seen = []
    for _ in range(4):
        roll_back(tenant, "default", "aurora")
        seen.append(active(tenant))
    assert seen == [1, 3, 2, 1]
    with pytest.raises(AgentRefused, match="had no version before 1"):
        roll_back(tenant, "default", "aurora")


def test_what_is_active_already_is_no_step_of_history(tenant: Engine) -> None:
    for persona in ("a", "b", "b"):
        apply_specs(tenant, [spec(persona=persona)])
    roll_back(tenant, "default", "aurora", 2)
    roll_back(tenant, "default", "aurora")
    assert active(tenant) == 1


def test_an_agent_of_a_tenant_that_is_not_there_is_refused(tenant: Engine) -> None:
    with pytest.raises(AgentRefused, match="there is no tenant acme"):
        apply_specs(tenant, [spec(tenant="acme")])


def test_the_database_itself_refuses_to_change_a_version(tenant: Engine) -> None:
    apply_specs(tenant, [spec()])
    with pytest.raises(DBAPIError, match="never changes"), session_scope(tenant) as connection:
        connection.execute(text("UPDATE agent_version SET note = 'x'"))


@pytest.fixture(scope="module")
def many(clone_database: Callable[[], str]) -> Iterator[Engine]:
    engine = build_engine(clone_database(), application_name="recado-tests")
    prepare(engine)
    yield engine
    engine.dispose()


_SPECS = st.builds(
    lambda persona, steps, serves: spec(persona=persona, limits={"steps": steps}, serves=sorted(serves)),
    st.sampled_from(["", "warm", "brief"]),
    st.integers(1, 3),
    st.sets(st.sampled_from(["chat/default", "whatsapp/default"])),
)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.one_of(_SPECS, st.integers(1, 8)), min_size=1, max_size=8))
def test_whatever_is_applied_and_rolled_back_history_only_grows(many: Engine, steps: list[AgentSpec | int]) -> None:
    with session_scope(many) as connection:
        connection.execute(text("UPDATE channel_account SET agent = NULL"))
        connection.execute(text("DELETE FROM active_agent"))
        connection.execute(text("DELETE FROM agent_activation"))
        connection.execute(text("DELETE FROM agent_version"))
    history: list[AgentSpec] = []
    now = 0
    for step in steps:
        if isinstance(step, AgentSpec):
            apply_specs(many, [step])
            if not now or history[now - 1] != step:
                history.append(step)
                now = len(history)
        elif 1 <= step <= len(history):
            roll_back(many, "default", "aurora", step)
            now = step
        elif history:
            with pytest.raises(AgentRefused):
                roll_back(many, "default", "aurora", step)
        if history:
            assert active(many) == now
            accounts = {f"{channel}/default" for channel, agent in served(many).items() if agent}
            assert accounts == set(history[now - 1].serves)
    with session_scope(many) as connection:
        rows = connection.execute(text("SELECT spec FROM agent_version ORDER BY number")).scalars()
        assert [AgentSpec.model_validate(row) for row in rows] == history


@given(before=_SPECS, after=_SPECS)
def test_a_comparison_is_empty_only_for_equals_and_says_all_that_changed(before: AgentSpec, after: AgentSpec) -> None:
    changes = compare_specs(as_json(before), as_json(after))
    assert (changes == []) is (before == after)
    patched = as_json(before)
    for change in changes:
        *path, last = change.place.split(".")
        place = patched
        for name in path:
            place = place[name]
        assert place[last] == change.before
        place[last] = change.after
    assert AgentSpec.model_validate(patched) == after


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        ("llm: {provider: opnai}", "a.yaml:2: llm.provider: there is no provider 'opnai'; there are: anthropic"),
        ("llm: {provider: openai-compatible}", "a.yaml:2: llm.model: is missing"),
        ("llm: {fallbacks: [{provider: offline}]}", "a.yaml:2: llm.fallbacks[0].provider: offline never stands in"),
        ("llm: {provider: openai-compatible, model: x}", "a.yaml:2: llm.base_url: is missing"),
        (
            "llm: {provider: openai, model: x, fallbacks: [{provider: openai, model: y}]}",
            "a.yaml:2: llm.fallbacks[0].provider: openai stands in the chain already",
        ),
        ("tools: {sales_sumary: {}}", "a.yaml:2: tools.sales_sumary: there is no such tool; there are:"),
        (
            "chain: {polish: {llm: {provider: offline}}}",
            "a.yaml:2: chain.polish.llm.provider: offline answers by",
        ),
        ("chain: {polish: {prompt: sales-1}}", "a.yaml:2: chain.polish.prompt: there is no prompt 'sales-1'"),
        ("chain: {polish: {llm: {provider: grok}}}", "a.yaml:2: chain.polish.llm.provider: there is no provider"),
        (
            "tools: {top_n: {}}\nchain: {default: x, specialists: {x: {description: X, tools: [goal_progress]}, "
            "y: {description: Y}}}",
            "a.yaml:3: chain.specialists.x.tools: goal_progress is no tool of this agent's; there are: top_n",
        ),
        ("serves: [WhatsApp]", "a.yaml:2: serves[0]: an account is its channel, a slash and its name"),
        ("tenant: Acme Ltda", "a.yaml:2: tenant: a name is up to 40 small letters, digits and hyphens"),
        ("tenant: 5", "a.yaml:2: tenant: should be a valid string"),
        (
            "chain: {default: V, specialists: {V: {description: V}, w: {description: W}}}",
            "a.yaml:2: chain.specialists.V.[key]: a specialist's name is small letters",
        ),
        ("tenant: acme", "a.yaml:1: source.url: is missing: the tenant acme needs sales data of its own"),
    ],
)
def test_names_that_lead_nowhere_are_mistakes_with_their_place(
    words: str, mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(f"agent: a\n{words}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_agent_file(Path("a.yaml"))
    assert str(refused.value).startswith(mistake)


def test_tools_that_a_file_describes_are_built_beside_the_built_in_ones(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        """
agent: a
tools: {top_n: {}, find_stock: {roles: [manager], calls_per_turn: 2}}
http:
  - name: find_stock
    description: Looks up how many pieces of an article are free.
    url: https://stock.example.com/items/{sku}
    headers: {Authorization: "Bearer ${STOCK_TOKEN}"}
    parameters: {properties: {sku: {type: string}}, required: [sku]}
sql:
  url: ${FREE_SQL_URL}
  tables: {orders: {columns: {id: ""}}}
""",
        encoding="utf-8",
    )
    spec = read_agent_file(file)
    environ = {"STOCK_TOKEN": "s3cr3t", "FREE_SQL_URL": "postgresql://reader@nowhere.example/none"}
    surroundings = Surroundings(Settings(), "postgresql://nowhere/none", SystemClock(), environ)
    assistant = build_assistant(spec, surroundings)
    asker = Situation(date(2026, 3, 2), "manager", "Ana")
    try:
        names = ("find_stock", "query_database", "top_n", "sales_summary")
        assert [assistant.agent.toolbox.find(name, asker) is not None for name in names] == [True, True, True, False]
        assert assistant.agent.toolbox.find("find_stock", replace(asker, role="rep", salesperson="Ana")) is None
    finally:
        assistant.close()
    without = Surroundings(Settings(), "postgresql://nowhere/none", SystemClock(), {"STOCK_TOKEN": "x"})
    with pytest.raises(ConfigurationError, match="FREE_SQL_URL is not set"):
        build_assistant(spec, without)


def test_two_tools_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    tool = "{name: top_n, description: A tool that bears a name which is taken., url: 'https://a.example.com/'}"
    file.write_text(f"agent: a\nhttp: [{tool}]\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"http\[0\].name: another tool is called top_n"):
        read_agent_file(file)


def test_the_demos_own_example_can_be_applied_and_built(tenant: Engine) -> None:
    example = read_agent_file(Path(__file__).resolve().parents[2] / "agents/aurora.yaml")
    apply_specs(tenant, [example])
    assert served(tenant) == {"chat": "aurora", "whatsapp": "aurora"}
    build_assistant(example, Surroundings(Settings(), "postgresql://nowhere/none", SystemClock())).close()


def test_a_fallback_is_asked_under_the_limits_that_the_file_gives_it() -> None:
    reserve = {
        "provider": "openai-compatible",
        "model": "small",
        "base_url": "http://localhost:11434/v1",
        "timeout_seconds": 300,
        "max_output_tokens": 512,
    }
    llm = {"provider": "openai", "model": "large", "api_key": "${OPENAI_API_KEY}", "timeout_seconds": 30}
    spec = AgentSpec.model_validate({"agent": "a", "llm": {**llm, "fallbacks": [reserve]}})
    surroundings = Surroundings(
        Settings(), "postgresql://nowhere/none", SystemClock(), {"OPENAI_API_KEY": "sk-0123456789"}
    )
    assistant = build_assistant(spec, surroundings)
    assert [(link.call_seconds, link.output_tokens) for link in assistant.agent.links] == [(30, 2048), (300, 512)]
    assert spec.llm.longest_call == 300
    assistant.close()


def test_a_step_of_a_chain_is_held_to_its_own_limits_and_to_those_of_its_llm() -> None:
    llm = {"provider": "openai", "model": "large", "api_key": "${OPENAI_API_KEY}", "timeout_seconds": 30}
    small = {"provider": "groq", "model": "small", "api_key": "${GROQ_API_KEY}", "timeout_seconds": 5}
    one = {"description": "x", "max_output_tokens": 700, "tools": ["top_n"]}
    chain = {
        "specialists": {"b": one, "a": {"description": "y"}},
        "default": "b",
        "route": {"llm": small},
        "polish": {"timeout_seconds": 12, "share": "0.2", "channels": ["email"]},
    }
    spec = AgentSpec.model_validate({"agent": "a", "llm": llm, "chain": chain})
    environ = {"OPENAI_API_KEY": "sk-0123456789", "GROQ_API_KEY": "gsk-0123456789"}
    assistant = build_assistant(spec, Surroundings(Settings(), "postgresql://nowhere/none", SystemClock(), environ))
    built = assistant.agent.chain
    assert [part.name for part in built.parts] == ["specialist:a", "specialist:b", "route", "polish"]
    limits = [(link.llm, link.call_seconds, link.output_tokens) for part in built.parts for link in part.links]
    assert limits == [("large", 30, 2048), ("large", 30, 700), ("small", 5, 512), ("large", 12, 2048)]
    assert [part.share for part in built.parts] == [None, None, Decimal("0.1"), Decimal("0.2")]
    assert built.default == "b"
    assistant.close()


def test_the_chain_that_the_documentation_shows_is_well_formed_and_can_be_built(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/agents.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"```yaml\n(agent: acme\n.*?)```", page, re.DOTALL)
    file = tmp_path / "acme.yaml"
    file.write_text(shown, encoding="utf-8")
    spec = read_agent_file(file)
    environ = dict.fromkeys(("ANTHROPIC_API_KEY", "GROQ_API_KEY", "OPENAI_API_KEY"), "key-0123456789")
    assistant = build_assistant(spec, Surroundings(Settings(), "postgresql://nowhere/none", SystemClock(), environ))
    chain = assistant.agent.chain
    assert [part.provider.name for part in chain.parts] == ["openai", "anthropic", "groq", "anthropic"]
    assert chain.specialists["cobranca"].tools == {"customer_brief"}
    assistant.close()


def test_an_address_that_is_none_is_a_mistake_of_the_configuration_and_not_repeated() -> None:
    document: dict[str, Any] = {"agent": "a", "source": {"url": "${URL}"}}
    sql = {"url": "${FREE_URL}", "tables": {"orders": {"columns": {"id": ""}}}}
    good, bad = "postgresql://reader@nowhere.example/none", "postgresql://reader:s3c@ret:s3cr3t@host/none"
    for spec, environ in (
        (document, {"URL": bad}),
        ({**document, "sql": sql}, {"URL": good, "FREE_URL": bad}),
    ):
        surroundings = Surroundings(Settings(), "postgresql://nowhere/none", SystemClock(), environ)
        with pytest.raises(ConfigurationError, match="no database URL") as caught:
            build_assistant(AgentSpec.model_validate(spec), surroundings)
        assert "s3cr3t" not in str(caught.value)
