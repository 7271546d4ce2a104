"""stalled_deals: which it names, held against SQL of its own, and what it says where nobody knows when a deal moved."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from agent.tools.exchange_rates import ExchangeRates
from agent.tools.registry import build_tools
from models.demo.reader import demo_reader_url
from models.sales.reading import SOURCES, read_source_file
from models.sales.source import SalesSource
from tests.agent.tools.conftest import Caller, HandClock

Ask = Callable[..., list[tuple[Any, ...]]]
_STILL = """
    SELECT d.title, c.name, s.name, d.stage, d.value, d.moved_on FROM demo.deal d
    JOIN demo.customer c ON c.id = d.customer_id JOIN demo.salesperson s ON s.id = d.salesperson_id
    WHERE d.stage NOT IN ('Ganho', 'Perdido') AND d.moved_on <= DATE '2026-11-21' - %(days)s
    ORDER BY d.moved_on, d.value DESC, d.id
"""
REP = "Rafael Quintela"


@pytest.fixture(scope="module")
def ask(demo_database_url: str) -> Iterator[Ask]:
    with psycopg.connect(demo_database_url, autocommit=True) as connection:
        yield lambda query, **values: connection.execute(query.encode(), values).fetchall()


@pytest.fixture
def moving(demo_database_url: str) -> Iterator[Caller]:
    """The demo by its own file, which knows when a deal moved."""
    source = SalesSource(demo_reader_url(demo_database_url), read_source_file(SOURCES / "demo.yaml"))
    exchange = ExchangeRates("http://127.0.0.1:9")
    yield Caller(build_tools(source, exchange, HandClock()))
    exchange.close()
    source.close()


def told_by(data: dict[str, Any]) -> list[tuple[Any, ...]]:
    keys = ("title", "customer", "salesperson", "stage", "value", "moved")
    return [tuple(one[key] for key in keys) for one in data["items"]]


@pytest.mark.parametrize("days", [1, 10, 20])
def test_those_that_stand_longest_come_first(moving: Caller, ask: Ask, days: int) -> None:
    rows = [(*row[:4], str(row[4]), row[5].isoformat()) for row in ask(_STILL, days=days)]
    data = moving.data("stalled_deals", days=days, n=6)
    assert rows, "else nothing is compared"
    assert told_by(data) == rows[:6]
    assert (data["deals"], data["days"]) == (len(rows), days)
    assert data["total"] == str(sum(row[4] for row in ask(_STILL, days=days)))


def test_without_a_number_the_companys_days_are_counted_and_said(moving: Caller) -> None:
    result = moving("stalled_deals")
    assert result.content["data"]["assumed_days"] == result.arguments["days"] == 30
    assert "days" not in result.content["data"]


def test_one_stage_is_one_stages(moving: Caller, ask: Ask) -> None:
    titles = [row[0] for row in ask(_STILL, days=1) if row[3] == "Negociação"]
    assert [one["title"] for one in moving.data("stalled_deals", days=1, stage="negociacao", n=100)["items"]] == titles


def test_a_rep_sees_the_own_deals_alone(moving: Caller, ask: Ask) -> None:
    rows = ask(_STILL, days=1)
    mine = moving.data("stalled_deals", "rep", days=1, n=100)
    assert [one["title"] for one in mine["items"]] == [row[0] for row in rows if row[2] == REP]
    assert 0 < mine["deals"] < len(rows)
    assert moving.data("stalled_deals", days=1, salesperson=REP, n=100)["items"] == mine["items"]
    assert moving.code("stalled_deals", "rep", salesperson="Camila Ferrari") == "not_allowed"
    assert moving.code("stalled_deals", "customer") == "not_allowed"


def test_where_nobody_knows_when_a_deal_moved_it_is_said(call: Caller) -> None:
    assert call.code("stalled_deals", days=1) == "moves_unknown"
