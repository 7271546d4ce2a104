"""lapsed_customers: whom it names, held against SQL of its own, and through whose eyes."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.agent.tools.conftest import Caller, situation

Ask = Callable[..., list[tuple[Any, ...]]]
_WHO = """
    SELECT c.name, s.name, max(o.ordered_on), sum(o.total) FILTER (WHERE o.ordered_on <= %(until)s),
        count(*) FILTER (WHERE o.ordered_on <= %(until)s)
    FROM demo.sales_order o JOIN demo.customer c ON c.id = o.customer_id
    JOIN demo.salesperson s ON s.id = c.salesperson_id
    WHERE o.status <> 'cancelled' AND o.ordered_on BETWEEN %(since)s AND '2026-11-21'
    GROUP BY 1, 2 HAVING max(o.ordered_on) < %(silent)s AND bool_or(o.ordered_on <= %(until)s) ORDER BY 4 DESC, 1
"""
REP = "Rafael Quintela"


@pytest.fixture(scope="module")
def ask(demo_database_url: str) -> Iterator[Ask]:
    with psycopg.connect(demo_database_url, autocommit=True) as connection:
        yield lambda query, **values: connection.execute(query.encode(), values).fetchall()


def as_told(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(name, owner, last.isoformat(), str(value), orders) for name, owner, last, value, orders in rows]


def told_by(data: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (one["customer"], one["salesperson"], one["last_order"], one["value"], one["orders"]) for one in data["items"]
    ]


def test_those_who_bought_before_and_not_since_come_by_what_is_lost(call: Caller, ask: Ask) -> None:
    rows = ask(_WHO, since="2025-11-17", until="2026-11-16", silent="2026-11-17")
    result = call("lapsed_customers", period="últimos 5 dias", n=5)
    data = result.content["data"]
    assert len(rows) > 5
    assert told_by(data) == as_told(rows)[:5]
    assert (data["customers"], data["total"]) == (len(rows), str(sum(row[3] for row in rows)))
    assert result.content["period"] == {"start": "2025-11-17", "end": "2026-11-16"}
    assert result.content["period_b"] == {"start": "2026-11-17", "end": "2026-11-21"}
    assert "assumed_days" not in data
    assert [one["days_since"] for one in data["items"]] == [(situation().today - row[2]).days for row in rows[:5]]


def test_what_lies_between_the_two_times_is_a_purchase_too(call: Caller, ask: Ask) -> None:
    rows = ask(_WHO, since="2024-01-01", until="2024-12-31", silent="2026-11-17")
    result = call("lapsed_customers", period="2026-11-17/2026-11-21", reference="2024", n=100)
    assert told_by(result.content["data"]) == as_told(rows)
    assert {row[2].year for row in rows} == {2026}, "else nothing lies between"


def test_without_words_the_companys_days_are_counted_and_said(call: Caller) -> None:
    result = call("lapsed_customers")
    assert result.content["data"]["assumed_days"] == 60
    assert result.content["period_b"] == {"start": "2026-09-23", "end": "2026-11-21"}
    assert result.content["period"] == {"start": "2025-09-23", "end": "2026-09-22"}


def test_a_rep_loses_the_own_customers_alone(call: Caller, owners: dict[str, str]) -> None:
    mine = call.data("lapsed_customers", "rep", period="hoje", n=100)
    everyones = call.data("lapsed_customers", period="hoje", n=100)
    assert {owners[one["customer"]] for one in mine["items"]} == {REP}
    assert 0 < mine["customers"] < everyones["customers"]
    assert Decimal(mine["total"]) < Decimal(everyones["total"])
    assert all("salesperson" not in one for one in mine["items"])
    by_manager = call.data("lapsed_customers", period="hoje", salesperson=REP, n=100)
    assert [one["customer"] for one in by_manager["items"]] == [one["customer"] for one in mine["items"]]
    assert call.code("lapsed_customers", "rep", salesperson="Camila Ferrari") == "not_allowed"


@pytest.mark.parametrize(
    "arguments",
    [{"period": "mês passado"}, {"period": "2027"}, {"period": "2026", "reference": "2026-03"}],
)
def test_times_that_do_not_follow_one_another_up_to_today_are_refused(call: Caller, arguments: dict[str, str]) -> None:
    assert call.code("lapsed_customers", **arguments) == "cannot_combine"
