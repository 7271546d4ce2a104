"""Budgets: whatever happens at the same time, what is spent and what is held back never exceed the limit together."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine, text

from models.errors import BudgetExceeded
from models.ids import new_id
from models.journal import JournalKey
from models.money.budget import Budgets, charge, reserve, settle, settle_lost, settle_stale
from models.money.budget_books import begin_books, list_standing, note_news
from models.session import session_scope
from models.tenant import ensure_tenant
from tests.jobs.house import House, house

__all__ = ["house"]

TOTALS = "SELECT kind, subject, spent, reserved FROM budget ORDER BY kind, subject"
ANA, RUI = "+5511911112222", "+5511900001111"


def limited(day: str | None = None, month: str | None = None, person_day: str | None = None) -> Budgets:
    limits = [None if limit is None else Decimal(limit) for limit in (day, month, person_day)]
    return Budgets(*limits, timezone="America/Sao_Paulo")


@dataclass
class Till:
    """A database with one tenant, and the hands to spend."""

    engine: Engine
    tenant_id: UUID

    def hold(self, budgets: Budgets, amount: str, subject: str = ANA, turn_id: UUID | None = None) -> JournalKey:
        call = JournalKey(self.tenant_id, turn_id or new_id(), 1)
        with session_scope(self.engine) as connection:
            reserve(connection, budgets, call, 0, subject=subject, amount=Decimal(amount))
        return call

    def settle(self, call: JournalKey, cost: str | None) -> None:
        with session_scope(self.engine) as connection:
            settle(connection, call, 0, None if cost is None else Decimal(cost))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with session_scope(self.engine) as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    def run(self, statement: str) -> None:
        with session_scope(self.engine) as connection:
            connection.execute(text(statement))


@pytest.fixture
def till(engine: Engine) -> Till:
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
    return Till(engine, tenant_id)


def test_what_a_call_costs_takes_the_place_of_what_was_held_back(till: Till) -> None:
    call = till.hold(limited(day="1"), "0.5")
    held = (Decimal(0), Decimal("0.5"))
    assert till.rows(TOTALS) == [("day", "", *held), ("month", "", *held), ("person_day", ANA, *held)]
    till.settle(call, "0.2")
    till.settle(call, "0.2")  # a second word changes nothing
    spent = (Decimal("0.2"), Decimal(0))
    assert till.rows(TOTALS) == [("day", "", *spent), ("month", "", *spent), ("person_day", ANA, *spent)]


@pytest.mark.parametrize("kind", ["day", "month", "person_day"])
def test_the_budget_that_is_used_up_is_named_and_nothing_is_held_back(till: Till, kind: str) -> None:
    budgets = limited(**{kind: "1"})
    till.hold(budgets, "0.6")
    before = till.rows(TOTALS)
    with pytest.raises(BudgetExceeded) as caught:
        till.hold(budgets, "0.5")
    assert caught.value.limit == kind
    assert till.rows(TOTALS) == before
    till.hold(budgets, "0.4")


def test_one_persons_budget_leaves_another_hers(till: Till) -> None:
    budgets = limited(person_day="1")
    till.hold(budgets, "1")
    till.hold(budgets, "1", RUI)
    with pytest.raises(BudgetExceeded):
        till.hold(budgets, "0.1", RUI)


def test_a_call_that_costs_more_than_the_whole_budget_is_never_made(till: Till) -> None:
    with pytest.raises(BudgetExceeded, match="the whole budget is 1"):
        till.hold(limited(month="1"), "1.1")
    assert till.rows(TOTALS) == []


def test_where_the_price_is_unknown_calls_go_on_until_the_money_is_gone(till: Till) -> None:
    budgets = limited(day="1")
    till.settle(till.hold(budgets, "0"), "0.9")
    till.settle(till.hold(budgets, "0"), "0.1")
    with pytest.raises(BudgetExceeded):
        till.hold(budgets, "0")


def test_a_call_whose_fate_nobody_knows_stands_at_its_worst_case(till: Till) -> None:
    budgets = limited(day="1")
    till.settle(till.hold(budgets, "0.3"), None)
    turn_id = new_id()
    till.hold(budgets, "0.2", turn_id=turn_id)
    till.hold(budgets, "0.1")
    with session_scope(till.engine) as connection:
        settle_lost(connection, turn_id)
    assert till.rows(TOTALS)[0] == ("day", "", Decimal("0.5"), Decimal("0.1"))
    till.run("UPDATE budget_hold SET created_at = now() - interval '2 hours'")
    with session_scope(till.engine) as connection:
        assert settle_stale(connection, timedelta(hours=1)) == 3
    assert till.rows(TOTALS)[0] == ("day", "", Decimal("0.6"), Decimal(0))


def test_what_was_held_before_midnight_is_settled_on_the_day_it_was_held(till: Till) -> None:
    call = till.hold(limited(day="1"), "0.5")
    till.run("UPDATE budget SET begins_on = begins_on - 40")
    till.run("UPDATE budget_hold SET day = day - 40")
    [(begins_on,)] = till.rows("SELECT begins_on FROM budget WHERE kind = 'day'")
    month = begins_on.replace(day=1)
    till.run(f"UPDATE budget SET begins_on = '{month}' WHERE kind = 'month'")
    till.settle(call, "0.2")
    assert {(spent, reserved) for _, _, spent, reserved in till.rows(TOTALS)} == {(Decimal("0.2"), Decimal(0))}
    till.hold(limited(day="0.9"), "0.9")


def test_a_day_begins_where_the_company_is(till: Till) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):  # 25 hours apart: never the same day
        call = JournalKey(till.tenant_id, new_id(), 1)
        with session_scope(till.engine) as connection:
            reserve(connection, Budgets(None, None, None, zone), call, 0, subject=ANA, amount=Decimal(1))
    assert till.rows("SELECT count(*), max(begins_on) - min(begins_on) > 0 FROM budget WHERE kind = 'day'") == [
        (2, True)
    ]


def test_twenty_threads_never_overrun_a_limit_not_even_for_a_moment(till: Till) -> None:
    limits = {"day": Decimal(1), "person_day": Decimal("0.7")}
    budgets = limited(day="1", person_day="0.7")
    refused: list[str] = []
    highest = dict.fromkeys(limits, Decimal(0))
    over = threading.Event()

    def spend(number: int) -> None:
        for turn in range(10):
            subject = ANA if (number + turn) % 2 else RUI
            try:
                call = till.hold(budgets, "0.03", subject)
            except BudgetExceeded as error:
                refused.append(error.limit)
            else:
                till.settle(call, ("0.01", "0.02", None)[(number + turn) % 3])

    def watch() -> None:
        is_last = False
        while not is_last:
            is_last = over.is_set()
            for kind, total in till.rows("SELECT kind, spent + reserved FROM budget WHERE kind <> 'month'"):
                highest[kind] = max(highest[kind], total)

    threads = [threading.Thread(target=spend, args=(number,)) for number in range(20)]
    watcher = threading.Thread(target=watch)
    for thread in (watcher, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    watcher.join()
    assert all(Decimal("0.1") < highest[kind] <= limit for kind, limit in limits.items())
    [(spent, reserved)] = till.rows("SELECT spent, reserved FROM budget WHERE kind = 'day'")
    assert reserved == 0
    assert limits["day"] - Decimal("0.03") < spent <= limits["day"], "as much as can be spent is spent"
    assert len(refused) > 100
    assert till.rows("SELECT sum(spent) FROM budget WHERE kind = 'person_day'") == [(spent,)]


@dataclass
class Model:
    """What the books must say, reckoned by hand."""

    spent: Decimal = Decimal(0)
    held: dict[JournalKey, Decimal] = field(default_factory=dict)

    @property
    def reserved(self) -> Decimal:
        return sum(self.held.values(), Decimal(0))


def machine(till: Till) -> type[RuleBasedStateMachine]:
    amounts = st.integers(0, 40).map(lambda cents: Decimal(cents) / 100)
    limit, budgets = Decimal(1), limited(month="1")

    class Spending(RuleBasedStateMachine):
        """Reserve, settle and crash in any order."""

        def __init__(self) -> None:
            super().__init__()
            till.run("DELETE FROM budget_hold")
            till.run("DELETE FROM budget")
            self.model = Model()

        @rule(amount=amounts)
        def hold(self, amount: Decimal) -> None:
            used = self.model.spent + self.model.reserved
            may = used < limit and used + amount <= limit
            try:
                call = till.hold(budgets, str(amount))
            except BudgetExceeded:
                assert not may
            else:
                assert may
                self.model.held[call] = amount

        @precondition(lambda self: self.model.held)
        @rule(share=st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1), None]), which=st.integers(0, 99))
        def settle(self, share: Decimal | None, which: int) -> None:
            call = list(self.model.held)[which % len(self.model.held)]
            amount = self.model.held.pop(call)
            cost = None if share is None else amount * share
            self.model.spent += amount if cost is None else cost
            for _ in range(1 + which % 2):
                till.settle(call, None if cost is None else str(cost))

        @precondition(lambda self: self.model.held)
        @rule(which=st.integers(0, 99))
        def crash(self, which: int) -> None:
            call = list(self.model.held)[which % len(self.model.held)]
            self.model.spent += self.model.held.pop(call)
            with session_scope(till.engine) as connection:
                settle_lost(connection, call.turn_id)

        @invariant()
        def books_agree(self) -> None:
            for _, _, spent, reserved in till.rows(TOTALS):
                assert (spent, reserved) == (self.model.spent, self.model.reserved)
                assert spent + reserved <= limit

    return Spending


def test_no_order_of_holding_settling_and_dying_overruns_the_limit(till: Till) -> None:
    quick = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine(till), settings=quick)


def test_a_budget_that_is_set_late_knows_what_was_spent_before(house: House) -> None:
    house.advance(house.say("oi", "m1"))
    house.advance(house.say("oi", "m2", sender=RUI))
    budgets = limited(day="1")
    for _ in range(2):
        with session_scope(house.engine) as connection:
            begin_books(connection, house.account.tenant_id, budgets)
    one, two = Decimal("0.001"), Decimal("0.002")
    assert [(kind, spent) for kind, _, spent, _ in house.rows(TOTALS)] == [
        ("day", two),
        ("month", two),
        ("person_day", one),
        ("person_day", one),
    ]
    with session_scope(house.engine) as connection:
        everything = limited(day="1", month="1", person_day="0.0005")
        standing = list_standing(connection, house.account.tenant_id, everything, RUI)
    assert [(budget.kind, budget.spent) for budget in standing] == [("day", two), ("month", two), ("person_day", one)]
    assert [budget.left for budget in standing] == [1 - two, 1 - two, 0]


def test_what_was_paid_beside_llm_calls_is_in_the_books(house: House) -> None:
    stored = house.say("oi", "m1")
    house.advance(stored)
    for _ in range(2):
        with session_scope(house.engine) as connection:
            charge(connection, limited(day="1"), stored.message_id, Decimal("0.25"))
    assert {row[2:] for row in house.rows(TOTALS)} == {(Decimal("0.5"), Decimal(0))}


def test_each_news_of_a_budget_is_told_once_a_period(till: Till) -> None:
    budgets = limited(day="1")

    def is_news(subject: str, column: Any) -> bool:
        with session_scope(till.engine) as connection:
            return note_news(connection, till.tenant_id, budgets, "person_day", subject, column)

    assert [is_news(ANA, "stopped_at"), is_news(ANA, "stopped_at"), is_news(RUI, "stopped_at")] == [True, False, True]
    assert [is_news(ANA, "warned_at"), is_news(ANA, "warned_at")] == [True, False]
