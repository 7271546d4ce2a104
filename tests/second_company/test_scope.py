"""Whoever asks, however it is asked, with whatever text injected: nobody's customers but the own are ever seen."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.agent import Agent, Limits
from agent.base import Situation, Tool, ToolContext, ToolResult, TurnInput
from agent.periods import resolve_period
from agent.providers.offline.engine import OfflineProvider
from agent.scratch import ScratchJournal
from agent.tools.exchange_rates import ExchangeRates
from agent.tools.eyes import catalogue_seen
from agent.tools.registry import build_tools
from models.clock import SystemClock
from models.ids import new_id
from models.period import Period
from models.sales.question import SalesFilters, SalesQuestion, Scope
from models.sales.source import SalesSource
from tests.second_company.expected import OF_LINES, owner_of, total
from tests.second_company.hostile import CALLS, CLIENTS, INJECTIONS, TEXTS
from tests.second_company.world import SELLERS, TODAY, World

REPS = [name for _, name, _ in SELLERS]
LIVING = CLIENTS[:-1]
SEARCH = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
ZONE = "America/Sao_Paulo"


@pytest.fixture(scope="module")
def tools(second: SalesSource) -> Iterator[dict[str, Tool]]:
    exchange = ExchangeRates("http://127.0.0.1:9")
    yield build_tools(second, exchange)
    exchange.close()


@pytest.fixture(scope="module")
def agent(second: SalesSource, tools: dict[str, Tool]) -> Agent:
    return Agent(OfflineProvider(catalogue_seen(second)), "", tools, Limits(), SystemClock())


def call(tools: dict[str, Tool], who: Situation, name: str, arguments: dict[str, Any]) -> ToolResult:
    return tools[name].call(ToolContext(who, ZONE), arguments)


def canaries_in(shown: Any, asked: Any, foreign: list[str]) -> list[str]:
    """Names of others that an answer shows and the question did not."""
    said, asked = json.dumps(shown, ensure_ascii=False), json.dumps(asked, ensure_ascii=False)
    return [name for name in foreign if name in said and name not in asked]


@SEARCH
@given(rep=st.sampled_from(REPS), wanted=CALLS)
def test_no_tool_shows_a_rep_anothers_customer_or_anothers_figure(
    tools: dict[str, Tool], world: World, rep: str, wanted: tuple[str, dict[str, Any]]
) -> None:
    name, arguments = wanted
    result = call(tools, Situation(TODAY, "rep", rep, rep), name, arguments)
    foreign = [client for client in CLIENTS if owner_of(client) != rep or client not in LIVING]
    assert canaries_in(result.content, arguments, foreign) == []
    if result.ok:
        assert result.content["filters"]["salesperson"] == rep
    if result.ok and name == "sales_summary":
        _assert_own_rows(world, rep, result)


def _assert_own_rows(world: World, rep: str, result: ToolResult) -> None:
    """The total is what the rep's own rows give, whatever was asked."""
    applied, data = result.arguments, result.content["data"]
    metric, held = data["metric"], dict(applied["filters"]) | {"salesperson": rep}
    status = {"open": "DA", "invoiced": "FE", "cancelled": "X"}.get(held.pop("status", ""), "DAFE")
    if metric in ("orders", "average_ticket") and data["group_by"] in OF_LINES:
        return  # counts orders that have lines
    period = f"{applied['period']['start']}/{applied['period']['end']}"
    expected = total(world, metric, period, status, **held)
    assert (None if data["total"] is None else Decimal(data["total"])) == expected


@SEARCH
@given(customer=st.sampled_from(LIVING), wanted=CALLS)
def test_no_tool_shows_a_customer_another_customer(
    tools: dict[str, Tool], customer: str, wanted: tuple[str, dict[str, Any]]
) -> None:
    name, arguments = wanted
    result = call(tools, Situation(TODAY, "customer", "", None, customer), name, arguments)
    assert canaries_in(result.content, arguments, [client for client in CLIENTS if client != customer]) == []
    if result.ok:
        assert result.content["filters"]["customer"] == customer


@SEARCH
@given(rep=st.sampled_from(REPS), text=TEXTS)
def test_no_phrasing_makes_the_assistant_name_anothers_customer(agent: Agent, rep: str, text: str) -> None:
    turn = TurnInput(new_id(), text, (), Situation(TODAY, "rep", rep, rep), ZONE, "Ferragens Ipê")
    result = agent.run(turn, ScratchJournal())
    foreign = [client for client in CLIENTS if owner_of(client) != rep]
    shown = [result.text, [dict(use.result) for use in result.tools]]
    assert canaries_in(shown, text, foreign) == []


@pytest.mark.parametrize(
    "name", [*INJECTIONS, "HELENA DUARTE", "helena duarte", "Hélena Duarte", "Helena Duarte ", "Helena%", "' or ''='"]
)
def test_a_name_is_a_value_and_equals_nothing_but_itself(second: SalesSource, name: str) -> None:
    year = Period(TODAY.replace(month=1, day=1), TODAY)
    if "\x00" in name:
        return  # no database takes it, and no channel lets it through
    for scope in (Scope(name, None), Scope(None, name)):
        (figures,) = second.summarise(scope, SalesQuestion(year, "revenue"))
        assert (figures.total, figures.orders) == (0, 0)
        assert second.catalogue(scope).customers == ()
        assert second.pipeline(scope) == ()
        assert second.find_customer(scope, "Hotel Igarapé", TODAY) is None
    everything = Scope(None, None)
    (filtered,) = second.summarise(everything, SalesQuestion(year, "revenue", filters=SalesFilters(customer=name)))
    assert filtered.orders == 0


def test_the_reps_figures_and_nobodys_add_up_to_the_companys(second: SalesSource) -> None:
    question = SalesQuestion(resolve_period("2025", TODAY), "revenue")
    parts = [second.summarise(Scope(rep, None), question)[0].total or Decimal(0) for rep in REPS]
    cut = second.summarise(Scope(None, None), SalesQuestion(question.period, "revenue", "salesperson"))[0]
    nobodys = next(group.value for group in cut.groups if group.name == "—")
    assert sum(parts) + (nobodys or 0) == cut.total == second.summarise(Scope(None, None), question)[0].total


def test_groups_of_sums_add_up_to_the_total_however_they_are_cut(second: SalesSource) -> None:
    period = resolve_period("2025", TODAY)
    for metric in ("revenue", "units", "lucro", "desconto"):
        for cut in second.layer.dimensions:
            (figures,) = second.summarise(Scope(None, None), SalesQuestion(period, metric, cut))
            assert sum((group.value or 0) for group in figures.groups) == figures.total, (metric, cut)
