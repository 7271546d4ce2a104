"""The first words that an LLM reads: golden, byte-stable, and never made of what a company's words would render to."""

from pathlib import Path

import pytest
from jinja2 import TemplateNotFound

from agent.base import Situation, TurnInput
from agent.instructions import build_prompt
from agent.spec.agent_spec import AgentSpec
from agent.system_text import Brief, list_prompts, newest_prompt, render_system
from models.ids import new_id
from tests.fakes import FixedClock

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
