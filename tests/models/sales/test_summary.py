"""Sums over orders, each held against SQL that was written without looking at ours."""

from datetime import date
from decimal import Decimal

import pytest

from models.period import Period
from models.sales.question import EVERYTHING, SalesFilters, SalesQuestion
from models.sales.source import SalesSource
from tests.models.sales.conftest import AskSql, amount

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
IN_OCTOBER = "ordered_on >= '2026-10-01' AND ordered_on < '2026-11-01'"
LONG_AGO = Period(date(1999, 1, 1), date(1999, 12, 31))


def test_revenue_is_the_sum_of_the_orders_that_were_not_cancelled(source: SalesSource, ask_sql: AskSql) -> None:
    (figures,) = source.summarise(EVERYTHING, SalesQuestion(OCTOBER, "revenue"))
    rows = ask_sql(f"SELECT sum(total) FROM demo.sales_order WHERE {IN_OCTOBER} AND status IN ('open', 'invoiced')")
    assert figures.total == amount(rows)
    ((count,),) = ask_sql(f"SELECT count(*) FROM demo.sales_order WHERE {IN_OCTOBER} AND status <> 'cancelled'")
    assert figures.orders == count


@pytest.mark.parametrize("status", ["open", "invoiced", "cancelled"])
def test_a_status_filter_counts_that_status_alone(source: SalesSource, ask_sql: AskSql, status: str) -> None:
    period = Period(date(2026, 11, 1), date(2026, 11, 30))
    question = SalesQuestion(period, "orders", filters=SalesFilters(status=status))  # type: ignore[arg-type]
    (figures,) = source.summarise(EVERYTHING, question)
    rows = ask_sql(
        "SELECT count(*) FROM demo.sales_order WHERE ordered_on BETWEEN '2026-11-01' AND '2026-11-30'"
        " AND status = %(status)s",
        status=status,
    )
    assert figures.total == amount(rows) > 0


def test_units_of_a_product_count_that_products_lines_alone(source: SalesSource, ask_sql: AskSql) -> None:
    filters = SalesFilters(product="Café Torrado e Moído 500g")
    (units,) = source.summarise(EVERYTHING, SalesQuestion(OCTOBER, "units", filters=filters))
    (revenue,) = source.summarise(EVERYTHING, SalesQuestion(OCTOBER, "revenue", filters=filters))
    lines = (
        "FROM demo.order_item WHERE product_id = (SELECT id FROM demo.product WHERE name LIKE 'Café Torrado%%')"
        f" AND order_id IN (SELECT id FROM demo.sales_order WHERE {IN_OCTOBER} AND status <> 'cancelled')"
    )
    assert units.total == amount(ask_sql(f"SELECT sum(quantity) {lines}", unused=0))
    assert revenue.total == amount(ask_sql(f"SELECT sum(quantity * unit_price) {lines}", unused=0))
    assert units.orders == amount(ask_sql(f"SELECT count(DISTINCT order_id) {lines}", unused=0))


def test_the_average_ticket_is_revenue_by_orders_rounded_half_up(source: SalesSource) -> None:
    for filters in (SalesFilters(), SalesFilters(category="Bebidas")):
        revenue, ticket = source.summarise(
            EVERYTHING,
            SalesQuestion(OCTOBER, "revenue", filters=filters),
            SalesQuestion(OCTOBER, "average_ticket", filters=filters),
        )
        assert revenue.total is not None
        assert ticket.total == (revenue.total / revenue.orders).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def test_groups_by_customer_match_and_go_from_most_to_least(source: SalesSource, ask_sql: AskSql) -> None:
    (figures,) = source.summarise(EVERYTHING, SalesQuestion(OCTOBER, "revenue", "customer"))
    rows = ask_sql(
        "SELECT (SELECT name FROM demo.customer c WHERE c.id = o.customer_id), sum(total) FROM demo.sales_order o"
        f" WHERE {IN_OCTOBER} AND status <> 'cancelled' GROUP BY customer_id"
    )
    assert {group.name: group.value for group in figures.groups} == dict(rows)
    values = [group.value for group in figures.groups if group.value is not None]
    assert values == sorted(values, reverse=True)
    assert sum(values) == figures.total


@pytest.mark.parametrize(
    ("cut", "expression"),
    [
        ("category", "(SELECT category FROM demo.product p WHERE p.id = i.product_id)"),
        ("product", "(SELECT name FROM demo.product p WHERE p.id = i.product_id)"),
        ("state", "(SELECT state FROM demo.customer c WHERE c.id = o.customer_id)"),
        ("salesperson", "(SELECT name FROM demo.salesperson s WHERE s.id = o.salesperson_id)"),
        ("day", "ordered_on::text"),
        ("month", "left(ordered_on::text, 7)"),
    ],
)
@pytest.mark.parametrize("metric", ["revenue", "units", "orders"])
def test_every_cut_of_every_metric_matches_sql_over_the_lines(
    source: SalesSource, ask_sql: AskSql, cut: str, expression: str, metric: str
) -> None:
    period = Period(date(2026, 9, 15), date(2026, 11, 10))
    (figures,) = source.summarise(EVERYTHING, SalesQuestion(period, metric, cut))  # type: ignore[arg-type]
    measures = {"revenue": "sum(i.total)", "units": "sum(quantity)", "orders": "count(DISTINCT o.id)"}
    rows = ask_sql(
        f"SELECT {expression}, {measures[metric]} FROM demo.sales_order o, demo.order_item i WHERE o.id = i.order_id"
        " AND ordered_on BETWEEN '2026-09-15' AND '2026-11-10' AND status <> 'cancelled' GROUP BY 1"
    )
    assert {group.name: group.value for group in figures.groups} == dict(rows)


def test_months_and_days_come_in_time(source: SalesSource) -> None:
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    months, days = source.summarise(
        EVERYTHING, SalesQuestion(year, "revenue", "month"), SalesQuestion(OCTOBER, "orders", "day")
    )
    assert [group.name for group in months.groups] == [f"2026-{n:02}" for n in range(1, 12)]
    names = [group.name for group in days.groups]
    assert names == sorted(names)
    assert "2026-10-12" not in names  # a holiday


def test_groups_beyond_the_limit_are_cut_off_but_counted_in_the_total(source: SalesSource) -> None:
    all_of, few = source.summarise(
        EVERYTHING,
        SalesQuestion(OCTOBER, "revenue", "product"),
        SalesQuestion(OCTOBER, "revenue", "product", limit=3),
    )
    assert few.groups == all_of.groups[:3]
    assert (few.total, few.orders, few.truncated, all_of.truncated) == (all_of.total, all_of.orders, True, False)


def test_exactly_as_many_groups_as_the_limit_are_not_called_truncated(source: SalesSource) -> None:
    (figures,) = source.summarise(EVERYTHING, SalesQuestion(OCTOBER, "revenue", "salesperson", limit=8))
    assert (len(figures.groups), figures.truncated) == (8, False)


def test_a_period_without_orders_gives_zero_and_no_average(source: SalesSource) -> None:
    revenue, ticket, grouped = source.summarise(
        EVERYTHING,
        SalesQuestion(LONG_AGO, "revenue"),
        SalesQuestion(LONG_AGO, "average_ticket"),
        SalesQuestion(LONG_AGO, "units", "product"),
    )
    assert (revenue.total, revenue.orders) == (0, 0)
    assert ticket.total is None
    assert (grouped.total, grouped.groups) == (0, ())
