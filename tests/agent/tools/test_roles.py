"""Roles: what a rep and a customer may see, and that nothing else ever shows."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.demo.aurora import aurora
from models.demo.orders import OrderBook
from tests.agent.tools.conftest import Caller, situation
from tests.second_company.hostile import INJECTIONS

REP = "Rafael Quintela"
OTHERS = [person.name for person in aurora().salespeople if person.name != REP]
CUSTOMERS = [customer.name for customer in aurora().customers]
NUMBERS = [str(order.id) for order in OrderBook(aurora()).orders_on(date(2026, 11, 3))]
PERIODS = ["hoje", "mês passado", "2025", "últimos 90 dias"]
METRICS = ["revenue", "orders", "units", "average_ticket"]
CALLS = st.one_of(
    st.tuples(
        st.just("sales_summary"),
        st.fixed_dictionaries(
            {
                "period": st.sampled_from(PERIODS),
                "metric": st.sampled_from(METRICS),
                "group_by": st.sampled_from(["none", "customer", "product", "salesperson", "state", "month"]),
                "filters": st.fixed_dictionaries(
                    {},
                    optional={
                        "customer": st.sampled_from([*CUSTOMERS, "a", "bar", *INJECTIONS]),
                        "salesperson": st.sampled_from([*OTHERS, REP, "João", "eu", *INJECTIONS]),
                    },
                ),
            }
        ),
    ),
    st.tuples(
        st.just("top_n"),
        st.fixed_dictionaries(
            {
                "of": st.sampled_from(["customer", "salesperson", "state"]),
                "metric": st.sampled_from(METRICS),
                "period": st.sampled_from(PERIODS),
                "n": st.just(50),
            }
        ),
    ),
    st.tuples(
        st.just("compare_periods"),
        st.fixed_dictionaries(
            {
                "period_a": st.sampled_from(PERIODS),
                "period_b": st.sampled_from(PERIODS),
                "metric": st.sampled_from(METRICS),
                "filters": st.fixed_dictionaries(
                    {},
                    optional={
                        "customer": st.sampled_from([*CUSTOMERS, *INJECTIONS]),
                        "salesperson": st.sampled_from([*OTHERS, REP, *INJECTIONS]),
                    },
                ),
            }
        ),
    ),
    st.tuples(
        st.just("goal_progress"),
        st.fixed_dictionaries({"salesperson": st.sampled_from([None, *OTHERS, REP, *INJECTIONS])}),
    ),
    st.tuples(
        st.just("customer_brief"),
        st.fixed_dictionaries({"customer": st.sampled_from([*CUSTOMERS, "padaria", *INJECTIONS])}),
    ),
    st.tuples(
        st.just("lapsed_customers"),
        st.fixed_dictionaries(
            {
                "period": st.none() | st.sampled_from(["hoje", "últimos 3 dias", "2026"]),
                "salesperson": st.sampled_from([None, *OTHERS, REP, *INJECTIONS]),
                "n": st.just(100),
            }
        ),
    ),
    st.tuples(
        st.just("find_order"),
        st.fixed_dictionaries(
            {
                "number": st.none() | st.sampled_from([*NUMBERS, *INJECTIONS]),
                "customer": st.none() | st.sampled_from([*CUSTOMERS, "padaria", *INJECTIONS]),
                "n": st.just(20),
            }
        ),
    ),
    st.tuples(
        st.just("pipeline_status"), st.fixed_dictionaries({"stage": st.sampled_from([None, "Ganho", *INJECTIONS])})
    ),
)
DATABASE = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@DATABASE
@given(CALLS)
def test_no_answer_to_a_rep_names_another_reps_customer_or_another_reps_figures(
    call: Caller, owners: dict[str, str], wanted: tuple[str, dict[str, Any]]
) -> None:
    name, arguments = wanted
    result = call(name, "rep", **arguments)
    shown = json.dumps(result.content, ensure_ascii=False)
    asked = json.dumps(arguments, ensure_ascii=False)
    foreign = [customer for customer, owner in owners.items() if owner != REP]
    assert not [customer for customer in foreign if f'"{customer}"' in shown and customer not in asked]
    if result.ok:
        assert not [other for other in OTHERS if other in shown]
        assert result.content["filters"]["salesperson"] == REP


@DATABASE
@given(CALLS)
def test_no_answer_to_a_customer_names_another_customer(call: Caller, wanted: tuple[str, dict[str, Any]]) -> None:
    name, arguments = wanted
    result = call(name, "customer", **arguments)
    shown = json.dumps(result.content, ensure_ascii=False)
    assert not [customer for customer in CUSTOMERS if customer != "Bar do Zeca" and customer in shown]
    if result.ok:
        assert result.content["filters"]["customer"] == "Bar do Zeca"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("sales_summary", {"filters": {"salesperson": "Camila Ferrari"}}),
        ("sales_summary", {"group_by": "salesperson"}),
        ("top_n", {"of": "salesperson"}),
        ("goal_progress", {"salesperson": "Camila"}),
    ],
)
def test_another_reps_figures_are_refused_in_so_many_words(call: Caller, name: str, arguments: dict[str, Any]) -> None:
    assert call.code(name, "rep", **arguments) == "not_allowed"


def test_another_reps_customer_is_refused_without_a_suggestion(call: Caller, owners: dict[str, str]) -> None:
    foreign = next(name for name, owner in owners.items() if owner != REP)
    error = call("customer_brief", "rep", customer=foreign).content["error"]
    assert error == {"code": "not_allowed", "message": "That customer belongs to another salesperson."}


def test_a_part_of_a_name_is_looked_for_among_the_reps_own_customers_alone(
    call: Caller, owners: dict[str, str]
) -> None:
    own = [name for name, owner in owners.items() if owner == REP]
    words = own[0].split()[0]
    expected = [name for name in own if words in name.split()]
    result = call("customer_brief", "rep", customer=words)
    if len(expected) == 1:
        assert result.arguments == {"customer": expected[0]}
    else:
        assert result.content["error"]["candidates"] == expected


def test_a_reps_neutral_question_is_about_the_own_figures(call: Caller) -> None:
    mine = call("sales_summary", "rep", period="2026-10")
    by_manager = call("sales_summary", period="2026-10", filters={"salesperson": REP})
    assert mine.content["data"] == by_manager.content["data"]
    assert mine.content["filters"] == {"salesperson": REP}
    assert call("goal_progress", "rep").arguments["salesperson"] == REP


def test_a_reps_pipeline_holds_the_own_deals_and_no_others(call: Caller, owners: dict[str, str]) -> None:
    by_rep = {
        name: call.data("pipeline_status", who=situation("rep", salesperson=name), stage=None)
        for name in dict.fromkeys(owners.values())
    }
    everyone = call.data("pipeline_status", stage=None)
    assert sum(data["deals"] for data in by_rep.values()) == everyone["deals"] > by_rep[REP]["deals"] > 0
    assert sum(Decimal(data["total"]) for data in by_rep.values()) == Decimal(everyone["total"])


def test_a_customer_learns_nothing_by_guessing_names(call: Caller) -> None:
    known = call("customer_brief", "customer", customer="Padaria Real").content
    made_up = call("customer_brief", "customer", customer="Padaria Imaginária").content
    assert known == made_up
    assert known["error"]["code"] == "not_allowed"
    assert call.code("sales_summary", "customer", filters={"salesperson": "Camila Ferrari"}) == "not_allowed"


def test_a_customer_reads_the_own_orders_but_not_our_hopes(call: Caller) -> None:
    hoped_for = next(name for name in CUSTOMERS if call.data("customer_brief", customer=name)["deals"])
    content = call("customer_brief", who=situation("customer", customer=hoped_for), customer=hoped_for).content
    assert (content["data"]["customer"], content["data"]["deals"]) == (hoped_for, [])
    assert content["data"]["orders_12m"] > 0
    assert call.data("sales_summary", "customer", period="2026")["orders"] > 0


@pytest.mark.parametrize("role", ["rep", "customer"])
def test_somebody_the_sales_data_does_not_know_gets_no_figure(call: Caller, role: Any) -> None:
    nobody = situation(role, salesperson=None, customer=None)
    assert call("sales_summary", who=nobody).content["error"]["code"] == "not_allowed"


def test_a_rep_whose_name_the_data_does_not_hold_gets_zeros_of_nobody(call: Caller) -> None:
    stranger = situation("rep", salesperson="Fulano de Tal")
    content = call("sales_summary", who=stranger, period="2025").content
    assert (content["data"]["total"], content["rows"]) == ("0.00", 0)
