"""The file of an agent: what it may say, and how its mistakes are told."""

from datetime import UTC, datetime

import pytest

from agent.spec.agent_spec import AgentSpec, ToolUseSpec
from agent.spec.hours import HoursSpec
from agent.toolbox import ToolRule
from models.errors import ConfigurationError
from models.yaml_document import parse_yaml

TWO = "specialists: {x: {description: X}, y: {description: Y}}"


def read(text: str) -> AgentSpec:
    return parse_yaml(text, "a.yaml").read_as(AgentSpec)


def test_a_name_is_all_that_an_agent_needs() -> None:
    spec = read("agent: aurora\n")
    assert (spec.tenant, spec.llm.provider, spec.languages, spec.tools) == (
        "default",
        "offline",
        ("pt", "en", "es"),
        None,
    )


def test_a_spec_survives_being_stored_as_json() -> None:
    spec = read("agent: a\nlimits: {usd: 0.05}\nhours: {mon: '08:00-18:00'}\ntools: {top_n: {roles: [manager]}}\n")
    assert AgentSpec.model_validate(spec.model_dump(mode="json")) == spec


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tenant: x\n", "a.yaml:1: agent: is missing"),
        ("agent: a\nllm:\n  api_key: sk-12345\n", "a.yaml:3: llm.api_key: must be a reference"),
        ("agent: a\nllm:\n  modle: x\n", "a.yaml:3: llm.modle: is not known here"),
        ("agent: a\n\nserves: [whatsapp]\n", "a.yaml:3: serves[0]: "),
        ("agent: a\nserves: [chat/a, chat/a]\n", "a.yaml:1: serves names an account twice"),
        ("agent: a\nhours:\n  mon: 18:00-08:00\n", "a.yaml:3: hours.mon: must be hours such as"),
        ("agent: a\nhours: {timezone: Mars/Base}\n", "a.yaml:2: hours.timezone: must be an IANA time zone"),
        ("agent: a\nlimits: {steps: 0}\n", "a.yaml:2: limits.steps: should be greater"),
        ("agent: a\ntools:\n  top_n: {roles: [king]}\n", "a.yaml:3: tools.top_n.roles[0]: should be 'rep'"),
        ("agent: a\nlanguages: []\n", "a.yaml:2: languages: "),
        ("agent: A b\n", "a.yaml:1: agent: "),
        ("agent: a\nchain: {}\n", "a.yaml:2: chain: says nothing: name two or more specialists"),
        ("agent: a\nchain:\n  specialists: {x: {description: X}}\n", "a.yaml:2: chain: one specialist is no choice"),
        (f"agent: a\nchain:\n  {TWO}\n", "a.yaml:2: chain: default must name the specialist who answers"),
        (f"agent: a\nchain:\n  {TWO}\n  default: z\n", "a.yaml:2: chain: default must name the specialist who"),
        ("agent: a\nchain: {polish: {}, default: x}\n", "a.yaml:2: chain: route and default need specialists"),
        (f"agent: a\nchain:\n  {TWO}\n  default: x\n  route: {{by: words}}\n", "a.yaml:2: chain: route by words"),
        ("agent: a\nchain:\n  polish: {share: 1.5}\n", "a.yaml:3: chain.polish.share: should be less"),
        ("agent: a\nchain:\n  specialists: {X y: {description: X}}\n", "a.yaml:3: chain.specialists.X y"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_name(text: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(text)
    assert str(refused.value).splitlines()[0].startswith(words)
    assert "sk-12345" not in str(refused.value)


def test_a_chain_is_waited_for_where_all_who_answer_are_away_and_as_long_as_its_slowest_call() -> None:
    llm = "llm: {provider: anthropic, model: m, timeout_seconds: 30}"
    chain = (
        "chain: {default: x, route: {llm: {provider: groq, model: g}}, specialists: {x: {description: X}, "
        "y: {description: Y, llm: {provider: openai, model: o, timeout_seconds: 90, "
        "fallbacks: [{provider: mistral, model: m, timeout_seconds: 40}]}}}}"
    )
    spec = read(f"agent: a\n{llm}\n{chain}\n")
    assert spec.addresses == ("anthropic", "openai", "mistral")
    assert (spec.longest_call, spec.longest_run) == (90, 180 + 130)
    assert AgentSpec.model_validate(spec.model_dump(mode="json")) == spec


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 11, 23, 10, 59, tzinfo=UTC), False),  # Monday, 07:59 in São Paulo
        (datetime(2026, 11, 23, 11, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 15, 0, tzinfo=UTC), False),  # noon
        (datetime(2026, 11, 23, 16, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 21, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 24, 12, 0, tzinfo=UTC), False),  # Tuesday is free
        (datetime(2026, 11, 29, 2, 59, tzinfo=UTC), True),  # Saturday, until midnight
    ],
)
def test_hours_are_kept_in_the_time_zone_of_the_company(moment: datetime, is_open: bool) -> None:
    hours = HoursSpec(mon="08:00-12:00, 13:30-18:00", sat="20:00-24:00")
    assert hours.are_open(moment, "America/Sao_Paulo") is is_open


def test_a_rule_is_what_the_toolbox_keeps_to() -> None:
    rule = ToolUseSpec(roles=("manager",), channels=("chat",), calls_per_turn=2).as_rule()
    assert rule == ToolRule(2, frozenset({"manager"}), frozenset({"chat"}))
    assert ToolUseSpec().as_rule() == ToolRule()
