"""sales_summary, top_n and compare_periods, held against SQL on the demo's tables."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.agent.tools.conftest import Caller

_DOCUMENT = Path(__file__).parents[3] / "docs" / "sales-schema.md"
SOLD = "FROM demo.sales_order WHERE status <> 'cancelled' AND ordered_on BETWEEN"
OCTOBER = {"start": "2026-10-01", "end": "2026-10-31"}


@pytest.fixture(scope="module")
def database(demo_database_url: str) -> Any:
    with psycopg.connect(demo_database_url, autocommit=True) as connection:
        yield connection


def _one(database: Any, query: str) -> Any:
    return database.execute(query).fetchone()[0]


def test_last_months_revenue_is_what_the_tables_say_to_the_cent(call: Caller, database: Any) -> None:
    result = call("sales_summary", period="mês passado")
    expected = _one(database, f"SELECT sum(total) {SOLD} '2026-10-01' AND '2026-10-31'")
    assert result.content["data"]["total"] == str(expected)
    assert result.arguments == {"period": OCTOBER, "metric": "revenue", "group_by": "none", "filters": {}}


def test_the_query_in_the_documentation_gives_what_the_tool_gives(call: Caller, database: Any) -> None:
    documented = re.findall(r"```sql\n(SELECT .*?;)\n```", _DOCUMENT.read_text(), re.DOTALL)
    (query,) = documented
    revenue, orders = database.execute(query.replace("current_date", "date '2026-11-21'")).fetchone()
    data = call.data("sales_summary", period="mês passado")
    assert (data["total"], data["orders"]) == (str(revenue), orders)


def test_an_answer_carries_period_filters_source_rows_and_moment(call: Caller, database: Any) -> None:
    content = call("sales_summary", period="2026-10", filters={"status": "invoiced"}).content
    assert content["ok"] is True
    assert content["period"] == OCTOBER | {"label": "2026-10"}
    assert content["filters"] == {"status": "invoiced"}
    assert content["source"] == "Aurora Distribuidora: sales_order"
    query = "SELECT count(*) FROM demo.sales_order WHERE status = 'invoiced' AND ordered_on::text LIKE '2026-10-%'"
    assert content["rows"] == content["data"]["orders"] == _one(database, query)
    assert content["as_of"] == "2026-11-21T09:00:00-03:00"
    assert content["running"] is False
    assert content["data"]["excludes_cancelled"] is False


def test_a_period_that_still_runs_says_so(call: Caller) -> None:
    assert call("sales_summary", period="este mês").content["running"] is True


def test_no_period_means_the_current_month(call: Caller) -> None:
    result = call("sales_summary")
    assert result.arguments["period"] == {"start": "2026-11-01", "end": "2026-11-30"}
    assert result.content["period"]["label"]


def test_names_in_filters_come_back_as_the_catalogue_spells_them(call: Caller) -> None:
    filters = {"customer": "bar do zeca", "product": "guarana", "category": None, "salesperson": None, "status": None}
    result = call("sales_summary", period="2026", filters=filters)
    named = {"customer": "Bar do Zeca", "product": "Refrigerante Guaraná Lata 350ml"}
    assert result.arguments["filters"] == result.content["filters"] == named


def test_me_is_the_person_who_asks(call: Caller) -> None:
    for word in ("me", "eu", "Marina"):
        result = call("sales_summary", filters={"salesperson": word})
        assert result.arguments["filters"] == {"salesperson": "Marina Azevedo"}


def test_a_first_name_that_two_people_share_is_asked_back(call: Caller) -> None:
    error = call("sales_summary", filters={"salesperson": "joão"}).content["error"]
    assert (error["code"], error["candidates"]) == ("ambiguous_name", ["João Nogueira", "João Tavares"])


def test_a_name_nobody_bears_comes_back_with_the_closest(call: Caller) -> None:
    error = call("sales_summary", filters={"salesperson": "Beatris"}).content["error"]
    assert (error["code"], error["suggestions"]) == ("unknown_name", ["Beatriz Sampaio"])


def test_counts_are_whole_numbers_and_money_is_text(call: Caller) -> None:
    units = call.data("sales_summary", metric="units", group_by="product")
    money = call.data("sales_summary", metric="average_ticket", group_by="customer")
    assert (units["unit"], money["unit"]) == ("count", "BRL")
    assert all(isinstance(group["value"], int) for group in units["groups"])
    assert all(Decimal(group["value"]).as_tuple().exponent == -2 for group in money["groups"])


def test_more_than_two_hundred_days_are_cut_off_and_called_truncated(call: Caller) -> None:
    data = call.data("sales_summary", period="2025", group_by="day")
    assert (len(data["groups"]), data["truncated"]) == (200, True)
    assert "truncated" not in call.data("sales_summary", period="2025", group_by="month")


def test_the_five_best_customers_are_ranked_with_the_total_of_all(call: Caller, database: Any) -> None:
    result = call("top_n", of="customer", metric="revenue", period="2026-10", n=5)
    query = (
        "SELECT (SELECT name FROM demo.customer c WHERE c.id = customer_id), sum(total)::text"
        f" {SOLD} '2026-10-01' AND '2026-10-31' GROUP BY 1 ORDER BY sum(total) DESC LIMIT 5"
    )
    expected = [
        {"rank": rank, "name": name, "value": value} for rank, (name, value) in enumerate(database.execute(query), 1)
    ]
    assert result.content["data"]["items"] == expected
    total = _one(database, f"SELECT sum(total)::text {SOLD} '2026-10-01' AND '2026-10-31'")
    assert result.content["data"]["total"] == total
    assert result.arguments == {"of": "customer", "metric": "revenue", "period": OCTOBER, "n": 5}


def test_two_periods_are_compared_against_the_second(call: Caller, database: Any) -> None:
    result = call("compare_periods", period_a="2026-10", period_b="2025-10", metric="revenue", filters={})
    a = Decimal(_one(database, f"SELECT sum(total) {SOLD} '2026-10-01' AND '2026-10-31'"))
    b = Decimal(_one(database, f"SELECT sum(total) {SOLD} '2025-10-01' AND '2025-10-31'"))
    data = result.content["data"]
    assert (data["a"]["value"], data["b"]["value"], data["difference"]) == (str(a), str(b), str(a - b))
    assert data["change_percent"] == str(((a - b) / b * 100).quantize(Decimal("0.1")))
    assert result.content["period"]["start"] == "2026-10-01"
    assert result.content["period_b"]["start"] == "2025-10-01"
    assert result.arguments["period"] == result.arguments["period_a"] == OCTOBER
    assert result.arguments["period_b"] == {"start": "2025-10-01", "end": "2025-10-31"}


def test_against_an_empty_base_there_is_no_percentage(call: Caller) -> None:
    data = call.data("compare_periods", period_a="2026-10", period_b="1999")
    assert (data["b"]["value"], data["change_percent"]) == ("0.00", None)
    ticket = call.data("compare_periods", period_a="2026-10", period_b="1999", metric="average_ticket")
    assert (ticket["b"]["value"], ticket["difference"], ticket["change_percent"]) == (None, None, None)


def test_a_comparison_keeps_to_its_filters(call: Caller) -> None:
    mine = call.data("compare_periods", period_a="2026-10", period_b="2026-09", filters={"salesperson": "me"})
    alone = call.data("sales_summary", period="2026-09", filters={"salesperson": "Marina Azevedo"})
    assert mine["b"]["value"] == alone["total"]
