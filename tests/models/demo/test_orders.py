"""The generator: the same on every day of looking, believable, and exact to the cent."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.demo.aurora import aurora
from models.demo.company import Company
from models.demo.orders import SETTLED_AFTER_DAYS, Order, OrderBook, owners
from models.demo.season import black_friday, expected_orders
from models.sales.business_days import national_holidays

BOOK = OrderBook(aurora())
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def _orders(start: date, end: date) -> list[Order]:
    return [o for n in range((end - start).days + 1) for o in BOOK.orders_on(start + timedelta(days=n))]


@given(DAYS)
def test_a_day_gives_the_same_orders_whoever_asks_and_whatever_was_asked_before(day: date) -> None:
    assert list(OrderBook(aurora()).orders_on(day)) == list(BOOK.orders_on(day))


def test_the_orders_of_a_known_day_never_change() -> None:
    orders = list(BOOK.orders_on(date(2025, 3, 10)))
    assert (orders[0].id, len(orders), sum(order.total for order in orders)) == (20250310001, 42, 6_034_162)


def test_another_seed_gives_other_orders() -> None:
    other = Company.model_validate(aurora().model_dump() | {"seed": "another"})
    day = date(2025, 3, 10)
    assert list(OrderBook(other).orders_on(day)) != list(BOOK.orders_on(day))


@given(DAYS)
def test_no_order_falls_on_a_sunday_or_a_national_holiday(day: date) -> None:
    if day.weekday() == 6 or day in national_holidays(day.year):
        assert not list(BOOK.orders_on(day))


@given(DAYS)
def test_numbers_grow_and_an_order_belongs_to_its_customers_owner(day: date) -> None:
    orders = list(BOOK.orders_on(day))
    owned_by = owners(aurora())
    assert [o.id for o in orders] == sorted({o.id for o in orders})
    assert all(o.salesperson == owned_by[o.customer] for o in orders)


@given(DAYS)
def test_a_product_stands_once_on_an_order_in_a_quantity_above_zero(day: date) -> None:
    for order in BOOK.orders_on(day):
        products = [line.product for line in order.lines]
        assert len(products) == len(set(products)) > 0
        assert all(line.quantity > 0 and line.unit_price > 0 for line in order.lines)


@given(DAYS, st.integers(0, 40))
def test_an_order_is_open_at_first_settles_once_and_stays_settled(day: date, later: int) -> None:
    for order in BOOK.orders_on(day):
        assert order.status(day) == "open"
        settled = order.status(day + timedelta(days=SETTLED_AFTER_DAYS))
        assert settled in ("invoiced", "cancelled")
        assert order.status(day + timedelta(days=later)) in ("open", settled)
        assert order.status(day + timedelta(days=SETTLED_AFTER_DAYS + later)) == settled


def test_about_forty_orders_come_in_on_a_working_day_and_few_on_a_saturday() -> None:
    per_day = Counter(order.ordered_on for order in _orders(date(2025, 1, 1), date(2026, 10, 31)))
    weekdays = [count for day, count in per_day.items() if day.weekday() < 5]
    saturdays = [count for day, count in per_day.items() if day.weekday() == 5]
    assert 35 < sum(weekdays) / len(weekdays) < 45
    assert 2 < sum(saturdays) / len(saturdays) < 9


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_december_outsells_january_and_black_friday_an_ordinary_friday(year: int) -> None:
    december = sum(o.total for o in _orders(date(year, 12, 1), date(year, 12, 31)))
    january = sum(o.total for o in _orders(date(year, 1, 1), date(year, 1, 31)))
    assert december > 1.3 * january
    friday = black_friday(year)
    assert expected_orders(friday) > 1.5 * expected_orders(friday - timedelta(days=14))


def test_the_business_grows_slowly_from_year_to_year() -> None:
    years = [sum(o.total for o in _orders(date(y, 1, 1), date(y, 12, 31))) for y in (2023, 2024, 2025)]
    for before, after in pairwise(years):
        assert 1.02 < after / before < 1.25


def test_drinks_sell_in_summer_and_coffee_in_winter() -> None:
    def share_of(category: str, month: int) -> float:
        ours = {n for n, product in enumerate(aurora().products) if product.category == category}
        lines = [line for o in _orders(date(2025, month, 1), date(2025, month, 28)) for line in o.lines]
        return sum(line.total for line in lines if line.product in ours) / sum(line.total for line in lines)

    assert share_of("Bebidas", 1) > 1.3 * share_of("Bebidas", 7)
    assert share_of("Café e Matinais", 7) > 1.3 * share_of("Café e Matinais", 1)


def test_one_order_in_twenty_five_is_cancelled() -> None:
    orders = _orders(date(2025, 1, 1), date(2025, 12, 31))
    assert 0.03 < sum(o.cancelled for o in orders) / len(orders) < 0.05


def test_every_salesperson_gets_customers_and_a_named_owner_keeps_hers() -> None:
    assert len(set(owners(aurora()))) == len(aurora().salespeople)
    company = Company.model_validate(
        {
            "sender": "Ana",
            "salespeople": ["Rui", "Eva"],
            "customers": [{"name": f"C{n}", "salesperson": "Eva"} for n in range(9)],
            "products": [{"name": "P", "category": "K", "price": "1.00"}],
        }
    )
    assert {company.salespeople[n].name for n in owners(company)} == {"Eva"}


def test_a_product_dearer_than_an_ordinary_line_still_sells_one_at_a_time() -> None:
    company = Company.model_validate(
        {
            "sender": "Ana",
            "customers": [{"name": "C"}],
            "products": [{"name": "Trator", "category": "Máquinas", "price": Decimal("250000.00")}],
        }
    )
    lines = [line for order in OrderBook(company).orders_on(date(2026, 3, 3)) for line in order.lines]
    assert {line.quantity for line in lines} == {1}
