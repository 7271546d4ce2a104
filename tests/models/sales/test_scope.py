"""A scope is a wall: figures through it equal those of a database that never held anybody else's rows."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.demo.aurora import aurora
from models.period import Period
from models.sales.question import SalesFilters, SalesQuestion, Scope
from models.sales.source import SalesSource
from tests.models.sales.conftest import AskSql, amount

REPS = [person.name for person in aurora().salespeople]
CUSTOMERS = [customer.name for customer in aurora().customers]
CUTS = ["none", "customer", "product", "category", "salesperson", "month", "day", "state"]
METRICS = ["revenue", "orders", "units", "average_ticket"]
PERIODS = st.builds(
    lambda start, days: Period(start, start + timedelta(days=days)),
    st.dates(date(2026, 1, 1), date(2026, 11, 21)),
    st.integers(0, 90),
)
FILTERS = st.builds(
    SalesFilters,
    customer=st.none() | st.sampled_from(CUSTOMERS),
    product=st.none() | st.sampled_from([product.name for product in aurora().products]),
    salesperson=st.none() | st.sampled_from(REPS),
    status=st.none() | st.sampled_from(["open", "invoiced", "cancelled"]),
)
QUESTIONS = st.builds(
    SalesQuestion, PERIODS, st.sampled_from(METRICS), st.sampled_from(CUTS), FILTERS, st.sampled_from([3, 200])
)
SLOW_DATABASE = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOW_DATABASE
@given(rep=st.sampled_from(REPS), question=QUESTIONS)
def test_a_reps_groups_never_name_another_rep_or_another_reps_customer(
    source: SalesSource, owners: dict[str, str], rep: str, question: SalesQuestion
) -> None:
    (figures,) = source.summarise(Scope(salesperson=rep, customer=None), question)
    for group in figures.groups:
        if question.group_by == "salesperson":
            assert group.name == rep
        if question.group_by == "customer":
            assert owners[group.name] == rep


@SLOW_DATABASE
@given(rep=st.sampled_from(REPS), question=QUESTIONS)
def test_a_scope_equals_a_filter_on_the_same_person_and_another_persons_filter_sees_nothing(
    source: SalesSource, rep: str, question: SalesQuestion
) -> None:
    (scoped,) = source.summarise(Scope(salesperson=rep, customer=None), question)
    named = question.filters.salesperson
    if named not in (None, rep):
        assert (scoped.orders, scoped.groups) == (0, ())
        return
    filters = SalesFilters(**question.filters.as_json() | {"salesperson": rep})  # type: ignore[arg-type]
    same = SalesQuestion(question.period, question.metric, question.group_by, filters, question.limit)
    assert (scoped,) == source.summarise(Scope(salesperson=None, customer=None), same)


def test_the_reps_figures_add_up_to_the_teams(source: SalesSource) -> None:
    question = SalesQuestion(Period(date(2026, 1, 1), date(2026, 11, 21)), "revenue")
    parts = [source.summarise(Scope(rep, None), question)[0].total or Decimal(0) for rep in REPS]
    assert sum(parts) == source.summarise(Scope(None, None), question)[0].total


def test_a_customers_scope_shows_that_customers_orders_alone(source: SalesSource, ask_sql: AskSql) -> None:
    period = Period(date(2026, 1, 1), date(2026, 11, 21))
    (figures,) = source.summarise(Scope(None, "Bar do Zeca"), SalesQuestion(period, "revenue"))
    rows = ask_sql(
        "SELECT sum(total) FROM demo.sales_order WHERE status <> 'cancelled' AND ordered_on >= '2026-01-01'"
        " AND customer_id = (SELECT id FROM demo.customer WHERE name = 'Bar do Zeca')"
    )
    assert figures.total == amount(rows) > 0


def test_goals_pipeline_and_briefs_stop_at_the_scope(source: SalesSource, owners: dict[str, str]) -> None:
    rep = Scope(salesperson="Rafael Quintela", customer=None)
    november = Period(date(2026, 11, 1), date(2026, 11, 30))
    foreign = next(name for name, owner in owners.items() if owner != rep.salesperson)
    own = next(name for name, owner in owners.items() if owner == rep.salesperson)
    assert [person.salesperson for person in source.goals(rep, november).people] == ["Rafael Quintela"]
    assert source.find_customer(rep, foreign, november.end) is None
    assert source.find_customer(rep, own, november.end) is not None
    assert source.goals(Scope(None, own), november).people == ()
    everyone = sum(stage.deals for stage in source.pipeline(Scope(None, None)))
    by_rep = [sum(stage.deals for stage in source.pipeline(Scope(name, None))) for name in REPS]
    assert sum(by_rep) == everyone > max(by_rep)


@pytest.mark.parametrize("name", ["' OR 1=1 --", "Rafael' UNION SELECT 1 --", "%", "rafael quintela", ""])
def test_a_name_is_a_value_and_never_sql(source: SalesSource, name: str) -> None:
    question = SalesQuestion(Period(date(2026, 1, 1), date(2026, 11, 21)), "revenue")
    assert source.summarise(Scope(name, None), question)[0].orders == 0


def test_only_customers_within_the_scope_are_offered_as_names(source: SalesSource, owners: dict[str, str]) -> None:
    mine = source.catalogue(Scope("Camila Ferrari", None)).customers
    assert mine
    assert {owners[name] for name in mine} == {"Camila Ferrari"}
    assert source.catalogue(Scope(None, "Bar do Zeca")).customers == ("Bar do Zeca",)
    assert len(source.catalogue(Scope(None, None)).customers) == 60
