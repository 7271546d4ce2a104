"""A chain: a call that picks a specialist, the specialist's own loop, and a call that rewrites what it wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from agent.agent import Agent, Limits
from agent.base import (
    ChatMessage,
    Completion,
    Situation,
    Tool,
    ToolContext,
    ToolResult,
    ToolSpec,
    TurnInput,
    Usage,
)
from agent.chain import Chain, Part, Polish, Route, Specialist, name_of_step
from agent.polishing import keeps_figures
from agent.routing import find_by_words, read_choice
from agent.scratch import ScratchJournal
from agent.system_text import Brief
from models.errors import BudgetExceeded, ProviderError, ProviderErrorKind
from models.ids import new_id
from models.taint import Taint
from tests.fakes import FixedClock, ScriptedProvider, Step, wish

SITUATION = Situation(date(2026, 3, 2), "manager", "Ana", "Ana Souza", channel="email")
PICK = wish("choose_specialist", specialist="cobranca")


def turn(text: str = "quanto vendi?", situation: Situation = SITUATION) -> TurnInput:
    return TurnInput(new_id(), text, (), situation, "America/Sao_Paulo", "Aurora")


def tool(name: str) -> Tool:
    def call(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        return ToolResult(True, {"ok": True, "total": "42.00", "currency": "BRL"}, arguments)

    return Tool(ToolSpec(name, "Adds up.", {"type": "object", "properties": {}}), "read", frozenset({"manager"}), call)


class Crew:
    """An agent of two specialists, each provider with its script."""

    def __init__(
        self,
        route: Sequence[Step] = (),
        vendas: Sequence[Step] = (),
        cobranca: Sequence[Step] = (),
        polish: Sequence[Step] | None = None,
        channels: frozenset[str] | None = None,
        share: Decimal | None = None,
        **limits: Any,
    ) -> None:
        self.route = ScriptedProvider([*route], name="router")
        self.vendas = ScriptedProvider([*vendas], name="seller")
        self.cobranca = ScriptedProvider([*cobranca], name="collector")
        self.polish = ScriptedProvider([*(polish or ())], name="polisher")
        specialists = {
            "cobranca": self._specialist("cobranca", self.cobranca, "Boletos", {"dues"}, ("boleto", "segunda via")),
            "vendas": self._specialist("vendas", self.vendas, "Vendas", {"total"}, ("faturamento",)),
        }
        chain = Chain(
            specialists,
            "vendas",
            Route(Part(self.route, "small", "route", share=share)),
            None if polish is None else Polish(Part(self.polish, "fine", "polish"), Brief("polish-1"), channels),
        )
        tools = {name: tool(name) for name in ("total", "dues")}
        self.clock = FixedClock()
        self.agent = Agent(self.vendas, "large", tools, Limits(**limits), self.clock, chain=chain)

    @staticmethod
    def _specialist(
        name: str, provider: ScriptedProvider, description: str, tools: set[str], words: tuple[str, ...]
    ) -> Specialist:
        part = Part(provider, f"llm-{name}", name_of_step(name))
        return Specialist(part, Brief(instructions=f"You are {name}."), description, frozenset(tools), words)


def test_the_one_that_the_route_names_answers_with_its_own_llm_words_and_tools() -> None:
    crew = Crew(route=[PICK], cobranca=[wish("dues"), "R$ 42,00"])
    result = crew.agent.run(turn(), ScratchJournal())
    assert (result.text, result.specialist, result.provider, result.steps) == ("R$ 42,00", "cobranca", "collector", 3)
    asked = crew.cobranca.requests[0]
    assert (asked.llm, [spec.name for spec in asked.tools]) == ("llm-cobranca", ["dues"])
    assert "You are cobranca." in asked.messages[0].content
    assert crew.vendas.requests == []
    assert result.cost == Decimal("0.003")
    assert result.passed == ()


@pytest.mark.parametrize(
    "said",
    [
        "I think it is about money",
        "",
        wish("choose_specialist", specialist="nobody"),
        wish("choose_specialist", specialist=["cobranca"]),
        wish("total"),
        replace(PICK, tool_calls=(replace(PICK.tool_calls[0], arguments=None),)),
    ],
)
def test_whatever_names_nobody_leaves_the_question_to_the_default_one(said: Step) -> None:
    crew = Crew(route=[said], vendas=["olá"])
    result = crew.agent.run(turn(), ScratchJournal())
    assert (result.text, result.specialist, result.passed) == ("olá", "vendas", ("route: no name",))


def test_a_name_in_words_is_a_name() -> None:
    names = ("cobranca", "pos-venda")
    assert read_choice(Completion(" Cobrança.\n"), names) == "cobranca"
    assert read_choice(Completion("**pos venda**"), names) == "pos-venda"
    assert read_choice(Completion("cobranca or pos-venda"), names) is None


def test_a_route_that_fails_costs_nobody_the_answer() -> None:
    crew = Crew(route=[ProviderError("no", kind="overloaded")], vendas=["olá"])
    result = crew.agent.run(turn(), ScratchJournal())
    assert (result.text, result.passed) == ("olá", ("route: overloaded",))


@pytest.mark.parametrize(
    "kind", ["auth", "model_not_found", "overloaded", "timeout", "tool_call_invalid", "rate_limit"]
)
def test_a_route_that_fails_at_the_same_server_is_no_reason_to_leave_that_alone(kind: ProviderErrorKind) -> None:
    crew = Crew(route=[ProviderError("no", kind=kind)] * 2, vendas=["olá"])
    crew.route.name = "seller"
    result = crew.agent.run(turn(), ScratchJournal())
    assert (result.text, result.passed) == ("olá", (f"route: {kind}",))


def test_words_of_one_specialist_choose_without_a_call_and_words_of_two_do_not() -> None:
    crew = Crew(route=[PICK], cobranca=["aqui", "aqui"])
    assert crew.agent.run(turn("Cadê a segunda  VIA?"), ScratchJournal()).specialist == "cobranca"
    assert crew.route.requests == []
    specialists = crew.agent.chain.specialists
    assert find_by_words(specialists, "o boleto do faturamento") is None
    assert find_by_words(specialists, "boletos") is None


def test_who_chooses_sees_the_conversation_and_can_call_nothing_but_the_choice() -> None:
    crew = Crew(route=[PICK], cobranca=["ok"])
    history = [ChatMessage("user", f"line {number}") for number in range(9)]
    crew.agent.run(replace(turn("e ontem?"), history=history), ScratchJournal())
    [asked] = crew.route.requests
    assert [spec.name for spec in asked.tools] == ["choose_specialist"]
    assert asked.tools[0].parameters["properties"]["specialist"]["enum"] == ["cobranca", "vendas"]
    assert [line.content for line in asked.messages[1:]] == [*(f"line {n}" for n in range(3, 9)), "e ontem?"]


def test_a_specialist_cannot_call_a_tool_of_another() -> None:
    crew = Crew(route=[PICK], cobranca=[wish("total"), "não posso"])
    result = crew.agent.run(turn(), ScratchJournal())
    assert result.tools[0].result["error"]["code"] == "unknown_tool"


def test_a_specialist_gives_no_right_that_the_role_has_not() -> None:
    crew = Crew(route=[PICK], cobranca=["ok"])
    crew.agent.run(turn(situation=replace(SITUATION, role="rep")), ScratchJournal())
    assert crew.cobranca.requests[0].tools == []


class Asker:
    """Notes what would be put before the person."""

    def __init__(self) -> None:
        self.proposed: list[str] = []

    def propose(self, tool: Tool, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        self.proposed.append(tool.spec.name)
        return ToolResult(True, {"ok": True, "proposed": {}}, arguments)


@pytest.mark.parametrize(("taint", "proposed"), [(frozenset[Taint](), ["dues"]), (frozenset[Taint]({"forwarded"}), [])])
def test_third_party_words_switch_writing_off_for_whoever_was_chosen(
    taint: frozenset[Taint], proposed: list[str]
) -> None:
    crew = Crew(route=[PICK], cobranca=[wish("dues"), "feito"], polish=["feito!"])
    tools = {name: replace(tool(name), effect="write") for name in ("total", "dues")}
    agent = Agent(crew.vendas, "large", tools, Limits(), crew.clock, chain=crew.agent.chain)
    asker = Asker()
    result = agent.run(replace(turn(), taint=taint), ScratchJournal(), asker)
    assert (result.text, asker.proposed, result.is_write_refused) == ("feito!", proposed, bool(taint))
    asked = [*crew.route.requests, *crew.polish.requests]
    assert {request.messages[-1].origin for request in asked} == {"third_party" if taint else "person"}


def test_a_reply_is_rewritten_where_the_polish_is_for_that_channel() -> None:
    said = [wish("total"), "Total: R$ 42,00."]
    crew = Crew(route=["vendas"], vendas=said, polish=["Bom dia! O total é de **R$ 42,00**."])
    result = crew.agent.run(turn(), ScratchJournal())
    assert result.text == "Bom dia! O total é de **R$ 42,00**."
    assert (result.provider, result.steps, result.passed) == ("seller", 4, ())
    [asked] = crew.polish.requests
    assert (asked.tools, asked.tool_choice) == ((), "none")
    assert "Total: R$ 42,00." in asked.messages[-1].content
    assert result.grounding is not None
    assert result.grounding["claims"][0]["text"] == "R$ 42,00"
    elsewhere = Crew(route=["vendas"], vendas=said, polish=["never"], channels=frozenset({"whatsapp"}))
    assert elsewhere.agent.run(turn(), ScratchJournal()).text == "Total: R$ 42,00."
    assert elsewhere.polish.requests == []


@pytest.mark.parametrize(
    ("polished", "why"),
    [
        ("O total é de R$ 43,00.", "figures changed"),
        ("O total é de R$ 42,00, 10% a mais.", "figures changed"),
        ("Vendemos bem!", "figures changed"),
        ("", "no reply"),
        (wish("total"), "no reply"),
        (Completion("R$ 42,00 e ", finish="length"), "no reply"),
        ("R$ 42,00 " + "bla " * 500, "no reply"),
        (ProviderError("no", kind="timeout"), "timeout"),
        (BudgetExceeded("no", limit="day"), "day"),
    ],
)
def test_a_polish_that_breaks_a_figure_or_fails_leaves_the_specialists_own_words(polished: Step, why: str) -> None:
    crew = Crew(route=["vendas"], vendas=[wish("total"), "Total: R$ 42,00."], polish=[polished])
    result = crew.agent.run(turn(), ScratchJournal())
    assert (result.text, result.passed) == ("Total: R$ 42,00.", (f"polish: {why}",))
    assert result.grounding is not None
    assert not result.grounding["untraceable"]


def test_what_left_figures_out_says_so_and_is_not_rewritten() -> None:
    invented = "Total: R$ 99,00. Bom trabalho."
    crew = Crew(route=["vendas"], vendas=[wish("total"), invented, invented], polish=["never"])
    result = crew.agent.run(turn(), ScratchJournal())
    assert result.struck
    assert crew.polish.requests == []


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ("R$ 1.234,56", "1.234,56 reais", True),
        ("12 mil reais", "R$ 12.000,00", True),
        ("R$ 10 e R$ 20", "R$ 20 e R$ 10, ou seja, R$ 20", True),
        ("R$ 10 hoje, 02/03/2026", "R$ 10 hoje", True),
        ("R$ 10 hoje", "R$ 10 em 02/03/2026", False),
        ("10%", "R$ 10", False),
        ("pedido 12345", "pedido 12346", False),
        ("sem figura", "nem aqui", True),
    ],
)
def test_figures_are_kept_whatever_they_look_like(before: str, after: str, kept: bool) -> None:
    assert keeps_figures(before, after) is kept


class Ear:
    """Hears what is said while it is made."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def begin(self) -> None:
        self.heard.append("|")

    def say(self, words: str) -> None:
        self.heard.append(words)


def test_only_the_words_of_the_last_step_are_heard() -> None:
    ear = Ear()
    Crew(route=["vendas"], vendas=["rascunho"], polish=["pronto"]).agent.run(turn(), ScratchJournal(), listener=ear)
    assert "".join(ear.heard) == "|pronto"
    ear = Ear()
    Crew(route=["vendas"], vendas=["rascunho"]).agent.run(turn(), ScratchJournal(), listener=ear)
    assert "".join(ear.heard) == "|rascunho"


def test_a_step_may_use_no_more_than_its_share_and_is_done_without() -> None:
    crew = Crew(vendas=["olá"], share=Decimal("0.01"), tokens=10_000)
    result = crew.agent.run(turn(), ScratchJournal())
    assert (result.text, result.passed, crew.route.requests) == ("olá", ("route: tokens",), [])


def test_money_that_the_specialist_has_used_is_not_there_to_polish() -> None:
    dear = Completion("olá", usage=Usage(9_000, 10))
    crew = Crew(route=["vendas"], vendas=[dear], polish=["never"], tokens=10_000)
    result = crew.agent.run(turn(), ScratchJournal())
    assert (result.text, result.passed, crew.polish.requests) == ("olá", ("polish: tokens",), [])


def test_time_that_has_run_out_leaves_the_reply_as_it_is() -> None:
    crew = Crew(route=["vendas"], polish=["never"], seconds=10)

    def late(request: object) -> Completion:
        crew.clock.move(11)
        return Completion("olá")

    crew.vendas.script = [late]
    result = crew.agent.run(turn(), ScratchJournal())
    assert (result.text, result.passed) == ("olá", ("polish: seconds",))


def test_an_agent_sees_pictures_only_if_all_who_may_answer_do() -> None:
    crew = Crew()
    assert not crew.agent.sees
    crew.vendas.sees = True
    assert not crew.agent.sees
    crew.cobranca.sees = True
    assert crew.agent.sees


def test_the_offline_engine_chooses_by_words_alone_and_rewrites_nothing() -> None:
    crew = Crew(vendas=["olá"], cobranca=["aqui"], polish=["never"])
    crew.route.engine = crew.polish.engine = "offline"
    assert crew.agent.run(turn(), ScratchJournal()).text == "olá"
    assert crew.agent.run(turn("o boleto"), ScratchJournal()).text == "aqui"
    assert crew.route.requests == crew.polish.requests == []
