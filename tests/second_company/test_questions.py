"""The second company answers the same sixty questions through its file alone: the offline engine, end to end."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from agent.agent import Agent, Limits
from agent.base import RunResult, Situation, TurnInput
from agent.providers.offline.engine import OfflineProvider
from agent.scratch import ScratchJournal
from agent.tools.exchange_rates import ExchangeRates
from agent.tools.eyes import catalogue_seen
from agent.tools.registry import build_tools
from models.clock import SystemClock
from models.ids import new_id
from models.sales.source import SalesSource
from tests.second_company.expected import goal, groups, owner_of, pipeline, total
from tests.second_company.questions import FEBRUARY, QUESTIONS, Question
from tests.second_company.world import TODAY, World

Ask = Callable[..., RunResult]
MANAGER = Situation(TODAY, "manager", "Helena", "Helena Duarte")


@pytest.fixture(scope="module")
def ask(second: SalesSource) -> Iterator[Ask]:
    exchange, clock = ExchangeRates("http://127.0.0.1:9"), SystemClock()
    provider = OfflineProvider(catalogue_seen(second))
    agent = Agent(provider, "", build_tools(second, exchange, clock), Limits(), clock)

    def answer(text: str, situation: Situation = MANAGER) -> RunResult:
        turn = TurnInput(new_id(), text, (), situation, "America/Sao_Paulo", "Ferragens Ipê")
        return agent.run(turn, ScratchJournal())

    yield answer
    exchange.close()


def reais(value: Decimal) -> str:
    return "R$ " + f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def as_told(value: Decimal | None, metric: str) -> Any:
    """As a tool's result holds it."""
    if value is None:
        return None
    if metric in ("orders", "units", "clientes_ativos"):
        return int(value)
    return str(value.quantize(Decimal("0.1") if metric == "margem" else Decimal("0.01")))


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.text for question in QUESTIONS])
def test_the_answer_holds_the_figures_that_the_rows_hold(ask: Ask, world: World, question: Question) -> None:
    result = ask(question.text)
    assert result.tools, result.text
    use = result.tools[0]
    assert use.ok, use.result
    data = use.result["data"]
    first = total(world, question.metric, question.periods[0], question.status, **question.held)
    if len(question.periods) == 2:
        base = total(world, question.metric, question.periods[1], question.status, **question.held)
        assert (data["a"]["value"], data["b"]["value"]) == (
            as_told(first, question.metric),
            as_told(base, question.metric),
        )
        return
    if "total" in data and not (question.by in ("product", "category", "marca") and question.metric != "revenue"):
        assert data["total"] == as_told(first, question.metric), use.arguments
    if question.by:
        _assert_groups(world, question, data)
    elif question.metric in ("revenue", "average_ticket", "lucro"):
        assert first is not None
        assert reais(first) in result.text


def _assert_groups(world: World, question: Question, data: dict[str, Any]) -> None:
    found = groups(world, question.metric, question.periods[0], question.by, question.status, **question.held)
    told = {row["name"]: row["value"] for row in data.get("groups") or data["items"]}
    expected = {name: as_told(value, question.metric) for name, value in found.items()}
    if question.top and "items" in data:
        best = sorted(found.items(), key=lambda entry: -(entry[1] or 0))[: question.top]
        assert list(told) == [name for name, _ in best]
        assert told == {name: expected[name] for name, _ in best}
    else:
        assert told == expected


def test_there_are_sixty_questions() -> None:
    assert len({question.text for question in QUESTIONS}) == 60


def test_goals_pipeline_and_a_brief_are_read_from_the_company_s_own_tables(ask: Ask, world: World) -> None:
    mine = ask("qual a minha meta de fevereiro?").tools[0].result["data"]
    assert mine["goal"] == str(goal(world, 2026, 2, "Helena Duarte").quantize(Decimal("0.01")))
    assert mine["achieved"] == as_told(total(world, "revenue", FEBRUARY, salesperson="Helena Duarte"), "revenue")
    stages = ask("como está o funil?").tools[0].result["data"]["stages"]
    assert {row["stage"]: (row["deals"], Decimal(row["value"])) for row in stages} == pipeline(world)
    brief = ask("me fala do Hotel Igarapé").tools[0].result["data"]
    assert (brief["city"], brief["state"], brief["salesperson"]) == ("Manaus", "AM", owner_of("Hotel Igarapé"))
    year = "2025-03-05/2026-03-04"
    assert brief["revenue_12m"] == as_told(total(world, "revenue", year, customer="Hotel Igarapé"), "revenue")


def test_what_the_data_cannot_combine_is_said_and_no_figure_is_given(ask: Ask) -> None:
    result = ask("clientes ativos por marca em fevereiro")
    assert "não permitem cruzar" in result.text
    assert not any(char.isdigit() for char in result.text)
