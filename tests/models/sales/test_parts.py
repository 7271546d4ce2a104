"""What a company may leave out, or bound further: no lines, no goals, no statuses; managers of a region."""

from collections.abc import Callable, Iterator
from datetime import date

import psycopg
import pytest

from agent.base import Situation, ToolContext
from agent.tools.exchange_rates import ExchangeRates
from agent.tools.eyes import catalogue_seen, scope_of
from agent.tools.registry import build_tools
from models.demo.reader import demo_reader_url
from models.errors import ToolError
from models.period import Period
from models.sales.mistakes import SourceMistakes
from models.sales.question import EVERYTHING, SalesFilters, SalesQuestion, Scope
from models.sales.reading import SOURCES, read_source
from models.sales.source import SalesSource
from tests.fakes import FixedClock
from tests.models.sales.conftest import AskSql

Open = Callable[[str], SalesSource]
DEMO = (SOURCES / "demo.yaml").read_text(encoding="utf-8")
SMALL = """
company: "100% Aurora: só pedidos"
schema: demo
salesperson: {from: salesperson, key: id, name: name}
customer: {from: "SELECT c.*, '50%: x' AS note FROM customer c", key: id, name: name, salesperson: salesperson_id}
sale: {from: sales_order, key: id, time: ordered_on, customer: customer_id, amount: total}
"""
YEAR = Period(date(2026, 1, 1), date(2026, 11, 21))
MANAGER = "scope:\n  manager: \"salesperson.name IN (:salesperson, 'Camila Ferrari')\"\n"


@pytest.fixture
def open_source(demo_database_url: str) -> Iterator[Open]:
    opened: list[SalesSource] = []

    def make(text: str) -> SalesSource:
        opened.append(SalesSource(demo_reader_url(demo_database_url), read_source(text)))
        return opened[-1]

    yield make
    for source in opened:
        source.close()


def test_a_company_without_lines_goals_pipeline_and_statuses_still_tells_its_sales(
    open_source: Open, ask_sql: AskSql
) -> None:
    source = open_source(SMALL)
    source.check()
    (figures,) = source.summarise(EVERYTHING, SalesQuestion(YEAR, "revenue", "customer"))
    ((total, count),) = ask_sql("SELECT sum(total), count(*) FROM demo.sales_order WHERE ordered_on >= '2026-01-01'")
    assert (figures.total, figures.orders) == (total, count)
    assert source.directory().company == "100% Aurora: só pedidos"
    assert source.find_customer(EVERYTHING, "Padaria Real", YEAR.end) is not None
    for question in (
        SalesQuestion(YEAR, "units"),
        SalesQuestion(YEAR, "revenue", "product"),
        SalesQuestion(YEAR, "revenue", filters=SalesFilters(status="open")),
    ):
        with pytest.raises(ToolError) as caught:
            source.summarise(EVERYTHING, question)
        assert caught.value.code == "cannot_combine"


def test_tools_that_the_data_cannot_serve_are_not_offered(open_source: Open) -> None:
    exchange = ExchangeRates("http://127.0.0.1:9")
    tools = build_tools(open_source(SMALL), exchange)
    exchange.close()
    assert {"goal_progress", "pipeline_status"} & set(tools) == set()
    properties = tools["sales_summary"].spec.parameters["properties"]
    assert properties["metric"]["enum"] == ["revenue", "orders", "average_ticket"]
    assert properties["group_by"]["enum"] == ["none", "customer", "salesperson", "month", "day"]
    assert list(properties["filters"]["properties"]) == ["customer", "salesperson"]


def test_a_sale_without_a_salesperson_of_its_own_is_its_customers(open_source: Open, ask_sql: AskSql) -> None:
    (figures,) = open_source(SMALL).summarise(Scope("Camila Ferrari", None), SalesQuestion(YEAR, "revenue"))
    rows = ask_sql(
        "SELECT sum(o.total) FROM demo.sales_order o JOIN demo.customer c ON c.id = o.customer_id JOIN"
        " demo.salesperson s ON s.id = c.salesperson_id WHERE s.name = 'Camila Ferrari' AND ordered_on >= '2026-01-01'"
    )
    assert [(figures.total,)] == rows


def test_a_manager_may_be_bound_and_sees_nothing_without_a_name(open_source: Open) -> None:
    source = open_source(DEMO + MANAGER)
    marina = scope_of(Situation(YEAR.end, "manager", "Marina", "Marina Azevedo"), source)
    (figures,) = source.summarise(marina, SalesQuestion(YEAR, "revenue", "salesperson"))
    assert {group.name for group in figures.groups} == {"Marina Azevedo", "Camila Ferrari"}
    everybody = open_source(DEMO).catalogue().customers
    assert 0 < len(source.catalogue(marina).customers) < len(everybody)
    assert {person.salesperson for person in source.goals(marina, YEAR).people} <= {"Marina Azevedo", "Camila Ferrari"}
    assert set(source.catalogue(marina).salespeople) == {"Marina Azevedo", "Camila Ferrari"}
    with pytest.raises(ToolError, match="not linked"):  # and no figure of zero, which would be taken for one
        scope_of(Situation(YEAR.end, "manager", "Zé", None), source)


def test_a_manager_is_told_that_a_salesperson_is_not_hers(open_source: Open) -> None:
    source = open_source(DEMO + MANAGER)
    exchange = ExchangeRates("http://127.0.0.1:9")
    tool = build_tools(source, exchange)["sales_summary"]
    context = ToolContext(Situation(YEAR.end, "manager", "Marina", "Marina Azevedo"), "America/Sao_Paulo")
    other = next(name for name in source.catalogue().salespeople if name not in ("Marina Azevedo", "Camila Ferrari"))
    hers, not_hers = (tool.call(context, {"filters": {"salesperson": name}}) for name in ("Camila", other))
    exchange.close()
    assert hers.content["ok"] is True
    assert not_hers.content["error"]["code"] == "not_allowed"


def test_a_rep_may_be_given_the_customers_of_a_state_instead_of_the_own(open_source: Open, ask_sql: AskSql) -> None:
    scope = "scope:\n  rep: \"customer.state = 'MG' AND :salesperson <> ''\"\n"
    source = open_source(DEMO + scope)
    expected = {name for (name,) in ask_sql("SELECT name FROM demo.customer WHERE state = 'MG'")}
    assert set(source.catalogue(Scope("Camila Ferrari", None)).customers) == expected


def test_what_a_scope_cannot_bind_here_is_not_shown(open_source: Open) -> None:
    source = open_source(DEMO + "scope:\n  rep: \"sale.status = 'invoiced' AND salesperson.name = :salesperson\"\n")
    scope = Scope("Camila Ferrari", None)
    (figures,) = source.summarise(scope, SalesQuestion(YEAR, "revenue"))
    assert figures.orders > 0
    assert source.catalogue(scope).customers == ()  # customers have no sale.status
    assert source.pipeline(scope) == ()


def test_a_scope_that_binds_nobody_is_a_mistake(open_source: Open) -> None:
    with pytest.raises(SourceMistakes, match="everybody would see the same rows"):
        open_source(DEMO + "scope:\n  rep: \"customer.state = 'MG'\"\n")


def test_strangers_know_no_name(open_source: Open) -> None:
    seen = catalogue_seen(open_source(DEMO))
    assert seen(Situation(YEAR.end, "unknown")).customers == ()
    assert seen(Situation(YEAR.end, "rep")).customers == ()
    assert "Padaria Real" in seen(Situation(YEAR.end, "manager")).customers


def test_without_a_query_a_source_tells_no_version(open_source: Open) -> None:
    assert open_source(SMALL).version() is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE demo.customer SET city = city WHERE id = 1",
        "DELETE FROM demo.order_item WHERE false",
        "INSERT INTO demo.sales_order SELECT * FROM demo.sales_order WHERE false",
        "UPDATE demo.goal SET amount = amount WHERE false",
        "DELETE FROM demo.deal WHERE false",
    ],
)
def test_every_statement_over_the_demo_moves_its_version(
    open_source: Open, demo_database_url: str, change: str
) -> None:
    before = open_source(DEMO).version()
    assert before is not None
    assert open_source(DEMO).version() == before
    with psycopg.connect(demo_database_url) as connection:
        connection.execute(change.encode())
        assert open_source(DEMO).version() == before, "nobody sees what is not committed"
    assert open_source(DEMO).version() != before


def test_names_from_before_a_change_are_forgotten_with_it(demo_database_url: str) -> None:
    clock = FixedClock()
    source = SalesSource(demo_reader_url(demo_database_url), read_source(DEMO), clock=clock)
    try:
        assert source.version() is not None
        known = source.directory()
        assert source.version() is not None
        assert source.directory() is known
        clock.move(10)
        with psycopg.connect(demo_database_url) as connection:
            connection.execute("UPDATE demo.customer SET city = city WHERE false")
        assert source.version() is not None
        assert source.directory() is not known
        with psycopg.connect(demo_database_url) as connection:
            connection.execute("UPDATE demo.customer SET city = city WHERE false")
        assert source.version() is None, "names are not read anew that soon, so nobody knows how old they are"
    finally:
        source.close()
