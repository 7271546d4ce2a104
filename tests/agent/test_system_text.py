"""The first words that an LLM reads: golden, byte-stable, and never made of what a company's words would render to."""

from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import TemplateNotFound

from agent.base import Situation, TurnInput
from agent.instructions import build_prompt
from agent.providers.fallback import Fallback, Link
from agent.spec.agent_spec import AgentSpec
from agent.system_text import Brief, list_prompts, newest_prompt, render_polish, render_route, render_system
from bot.agents.chains import build_chain
from models.ids import new_id
from tests.fakes import FixedClock, ScriptedProvider

GOLDEN = Path(__file__).parent / "prompts"
BRIEFS = {
    "plain": Brief(),
    "full": Brief(
        persona="You are Aurora: warm, brief.\n",
        instructions="- Deliveries leave on Tuesdays.\n- Prices are before tax.",
        languages=("es", "pt"),
    ),
    "one-language": Brief(languages=("pt",)),
}


@pytest.mark.parametrize("name", BRIEFS)
@pytest.mark.parametrize("prompt", list_prompts())
def test_a_released_prompt_never_changes(prompt: str, name: str) -> None:
    brief = BRIEFS[name]
    words = render_system(Brief(prompt, brief.persona, brief.instructions, brief.languages), "Aurora Distribuidora")
    assert words == (GOLDEN / f"{prompt}-{name}.txt").read_text(encoding="utf-8")


SPECIALISTS = (("cobranca", "Boletos, due dates"), ("vendas", "Revenue, goals"))
ROUTES = {"plain": "", "full": "Complaints are for cobranca.\n"}
POLISHES = {
    "plain": (Brief(), ""),
    "full": (Brief(persona="You are Aurora: warm, brief.", instructions="A greeting first."), "email"),
}


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("prompt", list_prompts("route"))
def test_a_released_prompt_of_who_chooses_never_changes(prompt: str, name: str) -> None:
    words = render_route(prompt, "Aurora Distribuidora", ROUTES[name], SPECIALISTS, "vendas")
    assert words == (GOLDEN / f"{prompt}-{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", POLISHES)
@pytest.mark.parametrize("prompt", list_prompts("polish"))
def test_a_released_prompt_of_who_rewrites_never_changes(prompt: str, name: str) -> None:
    brief, channel = POLISHES[name]
    words = render_polish(replace(brief, prompt=prompt), "Aurora Distribuidora", channel)
    assert words == (GOLDEN / f"{prompt}-{name}.txt").read_text(encoding="utf-8")


def test_what_a_specialist_is_told_is_what_the_agent_is_told_and_its_own_part_below() -> None:
    """Its beginning is the agent's, so that a vendor's cache serves all of them as far as it goes."""
    own = {"agent": "a", "persona": "Be warm.", "instructions": "No discounts."}
    described = {"description": "x", "instructions": "Ask for the CNPJ."}
    chain = {"specialists": {"vendas": {"description": "y"}, "cobranca": described}, "default": "vendas"}
    spec = AgentSpec.model_validate({**own, "chain": chain})
    line = Fallback([Link(ScriptedProvider(), "x", "scripted")])
    built = build_chain(spec, line, lambda llm: line, ()).specialists
    words = {name: render_system(one.brief, "Aurora") for name, one in built.items()}
    assert words["vendas"] == render_system(Brief(persona="Be warm.", instructions="No discounts."), "Aurora")
    assert words["cobranca"] == words["vendas"] + "\n\nAsk for the CNPJ."


def test_what_a_company_says_is_a_value_and_no_template() -> None:
    words = render_system(Brief(persona="{{ company }} {% raw %}", instructions="{{ 7 * 7 }}"), "A & B <c>")
    assert "{{ company }} {% raw %}" in words
    assert "{{ 7 * 7 }}" in words
    assert "A & B <c>'s sales assistant" in words


def test_the_first_message_is_the_same_whoever_asks_and_whenever() -> None:
    clock = FixedClock()
    firsts = set()
    for person in ("Ana", "Bia"):
        situation = Situation(clock.today("UTC"), "manager", person)
        turn = TurnInput(new_id(), f"oi, {person}", (), situation, "UTC", "Aurora")
        messages = build_prompt(turn, BRIEFS["full"])
        firsts.add(messages[0].content)
        assert person in messages[1].content
        clock.move(86_400)
    assert len(firsts) == 1


def test_the_newest_prompt_is_what_a_file_gets_that_names_none() -> None:
    assert AgentSpec(agent="a").prompt == newest_prompt() == Brief().prompt


def test_a_prompt_that_is_not_there_is_an_error() -> None:
    with pytest.raises(TemplateNotFound):
        render_system(Brief("sales-99"), "Aurora")
