"""A draft with a figure that comes from nowhere: sent back once with the reason, then sent without the figure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from agent.agent import Agent, Limits
from agent.base import EngineKind, RunResult, Situation, Tool, ToolContext, ToolResult, ToolSpec, TurnInput
from agent.scratch import ScratchJournal
from models.ids import new_id
from tests.fakes import FixedClock, ScriptedProvider, Step, wish

LEFT_OUT = "Deixei de fora o que não consegui conferir nos dados."
CUSTOMERS = {
    "ok": True,
    "period": {"start": "2026-02-01", "end": "2026-02-28"},
    "source": "Aurora: sales_order",
    "data": {
        "unit": "BRL",
        "total": "1530.00",
        "items": [{"name": "Mercado Lima", "value": "1234.56"}, {"name": "Padaria Sol", "value": "295.44"}],
    },
}


def top(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
    return ToolResult(True, CUSTOMERS, arguments)


TOP = Tool(ToolSpec("top", "Ranks.", {"type": "object", "properties": {}}), "read", frozenset({"manager"}), top)


def run(
    *script: Step, question: str = "melhores clientes de fevereiro?", engine: EngineKind = "llm", **limits: Any
) -> tuple[RunResult, ScriptedProvider]:
    provider = ScriptedProvider([*script])
    provider.engine = engine
    agent = Agent(provider, "llm-x", {"top": TOP}, Limits(**limits), FixedClock())
    situation = Situation(date(2026, 3, 2), "manager", "Ana", "Ana Souza")
    turn = TurnInput(new_id(), question, (), situation, "America/Sao_Paulo", "Aurora")
    return agent.run(turn, ScratchJournal()), provider


def test_a_true_reply_goes_out_as_it_is_with_where_its_figures_come_from() -> None:
    result, _ = run(wish("top"), "Mercado Lima: **R$ 1.234,56**")
    assert (result.text, result.struck, result.steps) == ("Mercado Lima: **R$ 1.234,56**", (), 2)
    assert result.grounding is not None
    assert result.grounding["claims"][0]["from"] == ["top[0].data.items[0].value"]


def test_a_made_up_figure_goes_back_once_with_the_reason_as_one_more_step() -> None:
    result, provider = run(wish("top"), "Mercado Lima: R$ 1.243,56", "Mercado Lima: R$ 1.234,56")
    assert result.text == "Mercado Lima: R$ 1.234,56"
    assert (result.steps, result.struck) == (3, ())
    draft, objection = provider.requests[-1].messages[-2:]
    assert (draft.role, draft.content) == ("assistant", "Mercado Lima: R$ 1.243,56")
    assert '"R$ 1.243,56": in no tool result' in objection.content
    assert objection.is_context, "the person did not write it"
    assert result.grounding is not None
    assert result.grounding["sent_back"] == ["R$ 1.243,56"]


def test_sent_back_the_llm_may_call_the_tool_that_it_forgot() -> None:
    result, _ = run("Foram R$ 1.530,00", wish("top"), "Foram R$ 1.530,00")
    assert (result.text, result.struck, len(result.tools)) == ("Foram R$ 1.530,00", (), 1)


def test_what_stays_made_up_does_not_go_out_and_the_person_is_told() -> None:
    draft = "Fevereiro foi bom.\n- Mercado Lima: R$ 1.234,56\n- Padaria Sol: R$ 999,99"
    result, _ = run(wish("top"), draft, draft)
    assert result.text == f"Fevereiro foi bom.\n- Mercado Lima: R$ 1.234,56\n\n{LEFT_OUT}"
    assert result.struck == ("R$ 999,99",)


def test_a_figure_beside_another_name_is_no_better_than_a_made_up_one() -> None:
    draft = "Padaria Sol: R$ 1.234,56"
    result, provider = run(wish("top"), draft, draft)
    assert "belongs to somebody or something else" in provider.requests[-1].messages[-1].content
    assert "1.234,56" not in result.text


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("quanto vendi?", "Não consegui conferir"),
        ("how much did we sell?", "I could not verify"),
        ("¿cuánto vendí ayer?", "No pude verificar"),
    ],
)
def test_where_nothing_is_left_the_person_hears_so_in_her_language(question: str, words: str) -> None:
    result, _ = run("R$ 77.777,00", "R$ 77.777,00", question=question)
    assert result.text.startswith(words)
    assert "77" not in result.text


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_limit_of_steps_holds_and_the_run_ends_with_a_reply(steps: int) -> None:
    result, provider = run(*["R$ 77.777,00"] * 9, steps=steps)
    assert len(provider.requests) == min(steps, 2)
    assert result.text
    assert "77.777" not in result.text


def test_the_offline_engine_is_not_asked_again_but_judged_all_the_same() -> None:
    result, provider = run("Foram R$ 77.777,00.", engine="offline")
    assert len(provider.requests) == 1
    assert result.struck == ("R$ 77.777,00",)
