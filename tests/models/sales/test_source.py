"""The door itself: read-only, patient for five seconds, honest when the database is away."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from models.clock import SystemClock
from models.demo.aurora import aurora
from models.demo.deals import STAGES
from models.demo.load import load_demo
from models.demo.reader import demo_reader_url
from models.errors import ConfigurationError, ToolError
from models.period import Period
from models.sales.question import EVERYTHING
from models.sales.source import SalesSource, twelve_months
from models.session import build_engine
from tests.models.sales.conftest import AskSql, amount


class HandClock(SystemClock):
    """Seconds pass when the test says so."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_the_catalogue_holds_every_name_as_the_data_spells_it(source: SalesSource) -> None:
    catalogue = source.catalogue()
    assert catalogue.salespeople == tuple(sorted(person.name for person in aurora().salespeople))
    assert catalogue.customers == tuple(sorted(customer.name for customer in aurora().customers))
    assert catalogue.products == tuple(sorted(product.name for product in aurora().products))
    assert catalogue.categories == tuple(sorted({product.category for product in aurora().products}))
    assert catalogue.states == tuple(sorted({customer.state for customer in aurora().customers}))
    assert catalogue.stages == STAGES
    assert source.directory().company == "Aurora Distribuidora"


def test_names_are_read_again_after_a_minute_and_not_before(fresh_database_url: str) -> None:
    engine = build_engine(fresh_database_url, application_name="recado-tests")
    load_demo(engine, aurora(), date(2023, 1, 5))
    clock = HandClock()
    source = SalesSource(demo_reader_url(fresh_database_url), clock=clock)
    try:
        assert "Zulmira" not in source.catalogue().salespeople
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO demo.salesperson VALUES (99, 'Zulmira')"))
        clock.seconds = 59
        assert "Zulmira" not in source.catalogue().salespeople
        clock.seconds = 60
        assert "Zulmira" in source.catalogue().salespeople
    finally:
        source.close()
        engine.dispose()


def test_its_transactions_cannot_write_even_as_a_role_that_may(demo_database_url: str) -> None:
    source = SalesSource(demo_database_url)
    try:
        with pytest.raises(ToolError, match="did not answer"), source.reading() as connection:
            connection.execute(text("DELETE FROM demo.deal"))
    finally:
        source.close()


def test_a_query_is_given_up_after_five_seconds(source: SalesSource) -> None:
    with source.reading() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar() == "5s"


def test_a_database_that_is_away_is_an_error_the_assistant_can_tell() -> None:
    source = SalesSource("postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(ToolError) as caught:
        source.pipeline(EVERYTHING)
    assert caught.value.code == "unavailable"


@pytest.mark.parametrize("url", ["oracle://a@b/c", "not a url", "sqlite:///x.db"])
def test_other_databases_are_refused_and_the_setting_is_named(url: str) -> None:
    with pytest.raises(ConfigurationError, match="SALES_DATABASE_URL"):
        SalesSource(url)


def test_a_database_without_the_tables_is_told_which_is_missing(fresh_database_url: str, source: SalesSource) -> None:
    source.check()
    empty = SalesSource(fresh_database_url)
    try:
        with pytest.raises(ConfigurationError, match=r"SALES_DATABASE_URL.*'sales_order'.*docs/sales-schema.md"):
            empty.check()
    finally:
        empty.close()


def test_goals_stand_beside_what_was_sold(source: SalesSource, ask_sql: AskSql) -> None:
    progress = source.goals(EVERYTHING, Period(date(2026, 9, 1), date(2026, 10, 31)))
    asked = ask_sql("SELECT sum(amount) FROM demo.goal WHERE month IN ('2026-09-01', '2026-10-01')")
    sold = ask_sql(
        "SELECT sum(total) FROM demo.sales_order WHERE status <> 'cancelled'"
        " AND ordered_on >= '2026-09-01' AND ordered_on < '2026-11-01'"
    )
    assert (progress.goal, progress.achieved) == (amount(asked), amount(sold))
    assert len(progress.people) == 8


def test_where_nobody_has_a_goal_there_is_none_rather_than_zero(source: SalesSource) -> None:
    progress = source.goals(EVERYTHING, Period(date(2031, 1, 1), date(2031, 1, 31)))
    assert (progress.goal, progress.achieved, progress.people) == (None, 0, ())


def test_the_pipeline_goes_stage_by_stage_in_order(source: SalesSource, ask_sql: AskSql) -> None:
    stages = source.pipeline(EVERYTHING)
    assert tuple(entry.stage for entry in stages) == STAGES
    rows = ask_sql("SELECT stage, count(*), sum(value) FROM demo.deal GROUP BY stage")
    assert {(entry.stage, entry.deals, entry.value) for entry in stages} == set(rows)
    assert [entry.stage for entry in stages if entry.closed] == ["Ganho", "Perdido"]
    assert [entry.stage for entry in source.pipeline(EVERYTHING, "Proposta")] == ["Proposta"]


def test_a_brief_tells_what_the_tables_hold(source: SalesSource, ask_sql: AskSql) -> None:
    brief = source.find_customer(EVERYTHING, "Padaria Real", date(2026, 11, 21))
    assert brief is not None
    assert (brief.city, brief.state, brief.segment) == ("Ribeirão Preto", "SP", "Padaria")
    mine = "FROM demo.sales_order WHERE customer_id = (SELECT id FROM demo.customer WHERE name = 'Padaria Real')"
    ((day, value, status),) = ask_sql(f"SELECT ordered_on, total, status {mine} ORDER BY id DESC LIMIT 1")
    assert brief.last_order is not None
    assert (brief.last_order.ordered_on, brief.last_order.value, brief.last_order.status) == (day, value, status)
    year = f"{mine} AND ordered_on BETWEEN '2025-11-22' AND '2026-11-21' AND status <> 'cancelled'"
    assert [(brief.revenue, brief.orders)] == ask_sql(f"SELECT sum(total), count(*) {year}")
    open_ones = ask_sql(f"SELECT count(*), coalesce(sum(total), 0) {mine} AND status = 'open'")
    assert [(brief.open_count, brief.open_value)] == open_ones
    best = ask_sql(
        "SELECT p.name, sum(i.total) FROM demo.order_item i JOIN demo.product p ON p.id = i.product_id"
        f" WHERE order_id IN (SELECT id {year}) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5"
    )
    assert [(group.name, group.value) for group in brief.top_products] == best


def test_a_brief_of_an_earlier_day_knows_nothing_of_later_orders(source: SalesSource) -> None:
    brief = source.find_customer(EVERYTHING, "Padaria Real", date(2024, 5, 6))
    assert brief is not None
    assert brief.last_order is not None
    assert brief.last_order.ordered_on <= date(2024, 5, 6)


def test_twelve_months_end_today_and_survive_a_leap_day() -> None:
    assert twelve_months(date(2026, 11, 21)) == Period(date(2025, 11, 22), date(2026, 11, 21))
    assert twelve_months(date(2024, 2, 29)) == Period(date(2023, 3, 1), date(2024, 2, 29))


def test_the_documentation_names_every_relation_and_column_that_queries_use(source: SalesSource) -> None:
    document = (Path(__file__).parents[3] / "docs" / "sales-schema.md").read_text()
    lines = {line.split("|")[1].strip(" `"): line for line in document.splitlines() if line.startswith("| `")}
    layer = source.layer
    assert set(lines) == {relation.source for relation in layer.relations.values()} | {"company"}
    for (part, _), sql in layer.columns.items():
        assert f"`{sql.text.partition('.')[2]}`" in lines[layer.relations[part].source]
