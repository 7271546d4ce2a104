"""goal_progress, pipeline_status and customer_brief."""

from datetime import date
from decimal import Decimal

import pytest

from agent.tools.goals import whole_months
from models.period import Period
from tests.agent.tools.conftest import TODAY, Caller, situation


def test_the_teams_goal_is_told_with_what_each_business_day_must_bring(call: Caller) -> None:
    result = call("goal_progress")
    data = result.content["data"]
    assert result.arguments == {"salesperson": None, "period": {"start": "2026-11-01", "end": "2026-11-30"}}
    goal, achieved = Decimal(data["goal"]), Decimal(data["achieved"])
    assert Decimal(data["missing"]) == goal - achieved > 0
    assert data["percent"] == str((achieved / goal * 100).quantize(Decimal("0.1")))
    assert data["business_days_left"] == 6  # Saturday the 21st: Monday 23rd to Friday 27th, and Monday 30th
    assert Decimal(data["needed_per_business_day"]) == ((goal - achieved) / 6).quantize(Decimal("0.01"))
    assert sum(Decimal(person["goal"]) for person in data["people"]) == goal
    assert data["achieved"] == call.data("sales_summary", period="2026-11")["total"]


def test_one_persons_goal_is_that_persons_alone(call: Caller) -> None:
    result = call("goal_progress", salesperson="eu", period="2026-10")
    assert result.arguments["salesperson"] == result.content["data"]["salesperson"] == "Marina Azevedo"
    sold = call.data("sales_summary", period="2026-10", filters={"salesperson": "Marina Azevedo"})
    assert result.content["data"]["achieved"] == sold["total"]
    assert "people" not in result.content["data"]


def test_a_month_that_is_over_asks_nothing_of_the_days_left(call: Caller) -> None:
    missed = next(p for p in call.data("goal_progress", period="2026-10")["people"] if Decimal(p["percent"]) < 100)
    data = call.data("goal_progress", salesperson=missed["salesperson"], period="2026-10")
    assert (data["business_days_left"], data["needed_per_business_day"]) == (0, None)
    reached = next(p for p in call.data("goal_progress", period="2026-10")["people"] if Decimal(p["percent"]) > 100)
    data = call.data("goal_progress", salesperson=reached["salesperson"], period="2026-10")
    assert (data["missing"], data["needed_per_business_day"]) == ("0.00", "0.00")


def test_where_no_goal_was_set_nothing_is_made_up(call: Caller) -> None:
    data = call.data("goal_progress", period="2031-01")
    assert [data[key] for key in ("goal", "percent", "missing", "needed_per_business_day")] == [None] * 4
    assert data["achieved"] == "0.00"


def test_a_goal_is_monthly_so_its_period_is_widened_and_told(call: Caller) -> None:
    result = call("goal_progress", period="essa semana")
    whole = {"start": "2026-11-01", "end": "2026-11-30"}
    assert result.arguments["period"] == result.content["period"] == whole


@pytest.mark.parametrize(
    ("start", "end", "last"),
    [
        (date(2024, 2, 10), date(2024, 2, 10), date(2024, 2, 29)),
        (date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 31)),
        (date(2026, 1, 31), date(2026, 4, 30), date(2026, 4, 30)),
    ],
)
def test_widening_reaches_from_the_first_to_the_last_day(start: date, end: date, last: date) -> None:
    assert whole_months(Period(start, end)) == Period(start.replace(day=1), last)


def test_the_pipeline_sums_its_stages_and_tells_the_open_ones_apart(call: Caller) -> None:
    result = call("pipeline_status", stage=None)
    data = result.content["data"]
    assert result.arguments == {"stage": None}
    assert data["deals"] == result.content["rows"] == sum(stage["deals"] for stage in data["stages"])
    assert Decimal(data["total"]) == sum(Decimal(stage["value"]) for stage in data["stages"])
    still_open = [stage for stage in data["stages"] if stage["stage"] not in ("Ganho", "Perdido")]
    assert data["open_deals"] == sum(stage["deals"] for stage in still_open)
    assert Decimal(data["open_total"]) == sum(Decimal(stage["value"]) for stage in still_open)


def test_one_stage_is_found_without_accents(call: Caller) -> None:
    result = call("pipeline_status", stage="negociacao")
    assert result.arguments == {"stage": "Negociação"}
    assert [stage["stage"] for stage in result.content["data"]["stages"]] == ["Negociação"]
    assert call.code("pipeline_status", stage="arquivado") == "unknown_name"


def test_a_brief_agrees_with_the_summary_of_the_same_twelve_months(call: Caller) -> None:
    result = call("customer_brief", customer="padaria real")
    data = result.content["data"]
    assert result.arguments == {"customer": "Padaria Real"}
    assert result.content["period"] == {"start": "2025-11-22", "end": "2026-11-21"}
    same = call.data("sales_summary", period="2025-11-22/2026-11-21", filters={"customer": "Padaria Real"})
    assert (data["revenue_12m"], data["orders_12m"]) == (same["total"], same["orders"])
    assert data["last_order"]["date"] <= TODAY.isoformat()
    assert len(data["top_products"]) == 5
    assert data["salesperson"]


def test_a_brief_of_a_day_before_the_first_order_has_none(call: Caller) -> None:
    content = call("customer_brief", who=situation(today=date(2020, 1, 1)), customer="Padaria Real").content
    assert (content["data"]["last_order"], content["data"]["orders_12m"]) == (None, 0)
