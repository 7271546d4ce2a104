"""Goals and deals: pure, near the sales they are measured against, and moving forward only."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.demo.aurora import aurora
from models.demo.deals import LOST, OPEN_STAGES, STAGES, WON, deals_on
from models.demo.goals import goals_for, month_after, months_between
from models.demo.orders import OrderBook

DAYS = st.dates(date(2023, 1, 1), date(2030, 12, 31))


@given(DAYS, st.integers(0, 30))
def test_a_month_after_is_the_first_day_of_a_month_so_many_months_on(day: date, count: int) -> None:
    reached = month_after(day, count)
    assert reached.day == 1
    assert (reached.year - day.year) * 12 + reached.month - day.month == count
    assert months_between(day, reached)[-1] == reached
    assert len(months_between(day, reached)) == count + 1


def test_goals_lie_near_what_the_team_sells() -> None:
    book = OrderBook(aurora())
    months = months_between(date(2025, 1, 1), date(2025, 12, 1))
    asked = sum(amount for _, _, amount in goals_for(aurora(), book, months))
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]
    sold = sum(order.total for day in days for order in book.orders_on(day) if not order.cancelled) / 100
    assert 0.85 < sold / asked < 1.15


def test_in_every_month_each_salesperson_has_one_goal() -> None:
    months = months_between(date(2026, 1, 1), date(2026, 12, 1))
    goals = list(goals_for(aurora(), OrderBook(aurora()), months))
    assert len({(person, month) for person, month, _ in goals}) == len(goals) == 8 * 12
    assert all(amount > 0 and amount % 100 == 0 for _, _, amount in goals)


@given(DAYS)
def test_a_deal_moves_forward_only_and_keeps_its_story(day: date) -> None:
    before = {deal.id: deal for deal in deals_on(aurora(), day)}
    for deal in deals_on(aurora(), day + timedelta(days=9)):
        earlier = before.get(deal.id)
        if earlier is None:
            continue
        assert (earlier.title, earlier.customer, earlier.value) == (deal.title, deal.customer, deal.value)
        assert STAGES.index(deal.stage) >= STAGES.index(earlier.stage)
        if earlier.closed_on:
            assert (deal.stage, deal.closed_on) == (earlier.stage, earlier.closed_on)


@given(DAYS)
def test_only_closed_deals_carry_a_closing_day_and_none_lies_in_the_future(day: date) -> None:
    for deal in deals_on(aurora(), day):
        assert deal.opened_on <= day
        assert (deal.closed_on is None) == (deal.stage in OPEN_STAGES)
        assert deal.closed_on is None or (deal.closed_on <= day and deal.stage in (WON, LOST))


def test_the_pipeline_holds_deals_in_every_stage() -> None:
    assert {deal.stage for deal in deals_on(aurora(), date(2026, 11, 21))} == set(STAGES)
