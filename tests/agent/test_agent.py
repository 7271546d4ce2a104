"""The loop: what it asks, what it runs, and that it always ends with words."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from agent.agent import Agent, Limits
from agent.base import Completion, Cost, Situation, Tool, ToolCall, ToolContext, ToolResult, ToolSpec, TurnInput, Usage
from agent.scratch import ScratchJournal
from models.ids import new_id
from tests.fakes import FixedClock, ScriptedProvider, Step, wish

SITUATION = Situation(date(2026, 3, 2), "manager", "Ana", "Ana Souza")


def turn(text: str = "quanto vendi?", situation: Situation = SITUATION) -> TurnInput:
    return TurnInput(new_id(), text, (), situation, "America/Sao_Paulo", "Aurora")


def total_tool(seen: list[ToolContext] | None = None) -> Tool:
    def call(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        if seen is not None:
            seen.append(context)
        return ToolResult(True, {"ok": True, "total": "42.00"}, {**arguments, "resolved": True})

    spec = ToolSpec("total", "Adds up.", {"type": "object", "properties": {}})
    return Tool(spec, "read", frozenset({"manager"}), call)


def agent(provider: ScriptedProvider, clock: FixedClock | None = None, **limits: Any) -> Agent:
    return Agent(provider, "llm-x", {"total": total_tool()}, Limits(**limits), clock or FixedClock())


def test_words_end_the_run_at_once() -> None:
    result = agent(ScriptedProvider(["olá"])).run(turn(), ScratchJournal())
    assert (result.text, result.steps, result.tools) == ("olá", 1, ())
    assert (result.tokens_in, result.tokens_out, result.llm) == (10, 5, "scripted-1")


def test_a_tools_result_goes_back_under_its_calls_id_and_on_record_as_the_tool_resolved_it() -> None:
    provider = ScriptedProvider([wish("total", "c1", period="hoje"), "R$ 42,00"])
    result = agent(provider).run(turn(), ScratchJournal())
    last = provider.requests[-1].messages
    assert (last[-1].role, last[-1].tool_call_id, json.loads(last[-1].content)["total"]) == ("tool", "c1", "42.00")
    assert last[-2].tool_calls[0].id == "c1"
    assert result.tools[0].arguments == {"period": "hoje", "resolved": True}
    assert result.context_size == len(last)


def test_what_the_provider_wants_back_goes_back_untouched() -> None:
    state = {"opaque": ["å", 1]}
    first = replace(wish("total"), provider_state=state)
    provider = ScriptedProvider([first, "pronto"])
    agent(provider).run(turn(), ScratchJournal())
    echoed = provider.requests[-1].messages[-2]
    assert echoed.provider_state is state
    assert echoed.provider == "scripted"


def test_a_person_is_offered_only_the_tools_of_the_role() -> None:
    provider = ScriptedProvider(["oi"])
    rep = replace(SITUATION, role="rep")
    agent(provider).run(turn(situation=rep), ScratchJournal())
    assert provider.requests[0].tools == []


def test_a_tool_the_person_may_not_use_is_refused_even_if_the_llm_names_it() -> None:
    provider = ScriptedProvider([wish("total"), "não posso"])
    rep = replace(SITUATION, role="rep")
    result = agent(provider).run(turn(situation=rep), ScratchJournal())
    assert result.tools[0].result["error"]["code"] == "unknown_tool"


def test_the_very_same_call_is_not_run_twice() -> None:
    provider = ScriptedProvider([wish("total", "c1", a=1), wish("total", "c2", a=1), "42"])
    result = agent(provider).run(turn(), ScratchJournal())
    assert [tool.ok for tool in result.tools] == [True, False]
    assert result.tools[1].result["error"]["code"] == "repeated"


@pytest.mark.parametrize(("limits", "limit"), [({"steps": 3}, "steps"), ({"steps": 9, "tool_calls": 2}, "tool_calls")])
def test_a_limit_forbids_tools_and_asks_for_words(limits: dict[str, int], limit: str) -> None:
    provider = ScriptedProvider([wish("total", n=n) for n in range(9)])
    result = agent(provider, **limits).run(turn(), ScratchJournal())
    assert provider.requests[-1].tool_choice == "none"
    assert result.limit == limit
    assert result.text


def test_time_runs_out_between_steps() -> None:
    clock = FixedClock()

    def slow(request: object) -> Completion:
        clock.move(100)
        return wish("total", n=clock.monotonic())

    provider = ScriptedProvider([slow, slow, slow, "enfim"])
    result = agent(provider, clock, seconds=150).run(turn(), ScratchJournal())
    assert result.limit == "seconds"
    assert len(provider.requests) == 3


def test_a_tool_call_cut_in_the_middle_is_not_run_and_the_person_is_told() -> None:
    cut = Completion("", (ToolCall("c", "total", {}),), "length", Usage(1, 1))
    result = agent(ScriptedProvider([cut])).run(turn(), ScratchJournal())
    assert result.tools == ()
    assert result.limit == "output_tokens"
    assert "limite de trabalho" in result.text


def test_a_refusal_without_words_is_put_into_words() -> None:
    refused = Completion("", finish="content_filter")
    result = agent(ScriptedProvider([refused])).run(turn("hello, what is the weather?"), ScratchJournal())
    assert result.text.startswith("I cannot help with that")


def test_one_unknown_price_makes_the_runs_cost_unknown() -> None:
    class HalfPriced(ScriptedProvider):
        def price(self, completion: Completion, llm: str) -> Cost:
            return Cost(None, "unknown") if completion.tool_calls else Cost(Decimal("0.5"), "price_table")

    script: list[Step] = [wish("total"), "42"]
    assert agent(HalfPriced(script)).run(turn(), ScratchJournal()).cost is None
    assert agent(HalfPriced(["pronto"])).run(turn(), ScratchJournal()).cost == Decimal("0.5")


def test_the_instructions_are_the_same_bytes_for_everyone_and_every_day() -> None:
    provider = ScriptedProvider(["a", "b"])
    one = agent(provider)
    one.run(turn(), ScratchJournal())
    one.run(turn("outra", Situation(date(2027, 1, 1), "manager", "Bia")), ScratchJournal())
    assert provider.requests[0].messages[0] == provider.requests[1].messages[0]
