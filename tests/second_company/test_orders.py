"""Orders, customers and deals of the second company, held against its plain rows: other names, other words, UTC."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from models.period import Period
from models.sales.lapsed import LapseQuestion
from models.sales.orders import OrderQuestion
from models.sales.question import EVERYTHING, Scope
from models.sales.source import SalesSource
from models.sales.stalled import StallQuestion
from tests.second_company.expected import owner_of
from tests.second_company.world import CUSTOMERS, PRODUCTS, STAGES, TODAY, ZONE, World

_MEANS = {"D": "open", "A": "open", "F": "invoiced", "E": "invoiced", "X": "cancelled"}
_WORDS = {"D": "digitado", "A": "aprovado", "F": "faturado", "E": "entregue", "X": "cancelado"}
_PRODUCTS = {row[0]: row[1] for row in PRODUCTS}


@pytest.mark.parametrize("number", range(1, 1200, 111))
def test_an_order_is_what_the_rows_say_in_the_companys_words(second: SalesSource, world: World, number: int) -> None:
    order = world.orders[number - 1]
    found = second.orders(EVERYTHING, OrderQuestion(TODAY, number=str(number)))
    if order.is_deleted:
        assert found == ()
        return
    (told,) = found
    lines = [line for line in order.lines if not line.is_deleted]
    assert (told.number, told.ordered_on, told.customer) == (str(number), order.day, world.told("customer", order))
    assert (told.salesperson, told.value) == (world.told("salesperson", order), sum(line.amount for line in lines))
    assert (told.status, told.word) == (_MEANS.get(order.status, order.status), _WORDS.get(order.status, order.status))
    assert told.own == {"canal": order.channel}
    expected = {(_PRODUCTS[line.sku], line.quantity, line.amount) for line in lines}
    assert {(line.product, line.quantity, line.value) for line in told.lines} == expected


def test_the_newest_orders_are_those_of_the_latest_moments(second: SalesSource, world: World) -> None:
    own = [order for order in world.orders if not order.is_deleted and world.told("customer", order) == "Hotel Igarapé"]
    own.sort(key=lambda order: (order.at, order.number), reverse=True)
    found = second.orders(EVERYTHING, OrderQuestion(TODAY, customer="Hotel Igarapé", limit=6))
    assert [order.number for order in found] == [str(order.number) for order in own[:6]]
    assert all(order.lines == () for order in found)


def test_nobody_sees_an_order_beyond_the_own(second: SalesSource, world: World) -> None:
    order = next(o for o in world.orders if not o.is_deleted and o.seller is not None and o.customer != 11)
    question = OrderQuestion(TODAY, number=str(order.number))
    seller, customer = world.told("salesperson", order), world.told("customer", order)
    assert seller == owner_of(customer)
    assert second.orders(Scope(seller, None), question) == second.orders(EVERYTHING, question) != ()
    assert second.orders(Scope(None, customer), question) != ()
    assert second.orders(Scope("Téo Camargo" if seller != "Téo Camargo" else "Igor Matos", None), question) == ()
    assert second.orders(Scope(None, "Casa do Pedreiro" if customer != "Casa do Pedreiro" else "x"), question) == ()


@pytest.mark.parametrize("number", ["12x", "1 OR 1=1", "0", "1e3", "9" * 25, "%", "1.5", "-1"])
def test_what_only_begins_like_a_number_is_none(second: SalesSource, number: str) -> None:
    assert second.orders(EVERYTHING, OrderQuestion(TODAY, number=number)) == ()


def test_an_order_of_many_figures_keeps_its_cents(second: SalesSource) -> None:
    orders = second.orders(EVERYTHING, OrderQuestion(TODAY, limit=20))
    assert len(orders) == 20
    assert all(order.value == order.value.quantize(Decimal("0.01")) for order in orders)


@pytest.mark.parametrize("days", [3, 7, 14, 30])
@pytest.mark.parametrize("seller", [None, "Igor Matos"])
def test_who_stopped_buying_is_who_the_rows_say(
    second: SalesSource, world: World, days: int, seller: str | None
) -> None:
    silent = Period(TODAY - timedelta(days=days - 1), TODAY)
    bought = Period(date(2025, 3, 1), silent.start - timedelta(days=1))
    held = {} if seller is None else {"salesperson": seller}
    expected = []
    for name in sorted(set(world.names["customer"].values())):
        since = world.sold(silent.start.isoformat(), silent.end.isoformat(), customer=name, **held)
        before = world.sold(bought.start.isoformat(), bought.end.isoformat(), customer=name, **held)
        if before and not since:
            value = sum((line.amount for _, lines in before for line in lines), Decimal(0))
            last = max(order.day for order, _ in before)
            expected.append((name, owner_of(name), last, value, len(before)))
    expected.sort(key=lambda one: (-one[3], one[0]))
    for scope in (EVERYTHING, *([Scope(seller, None)] if seller else [])):
        found = second.lapsed(scope, LapseQuestion(bought, silent, seller, limit=3))
        told = [(one.customer, one.salesperson, one.last_order, one.value, one.orders) for one in found.items]
        assert told == expected[:3]
        assert (found.customers, found.value) == (len(expected), sum((one[3] for one in expected), Decimal(0)))
    assert days > 7 or expected, "else nothing is compared"


@pytest.mark.parametrize("days", [1, 21, 42, 98, 400])
@pytest.mark.parametrize("seller", [None, "Igor Matos"])
def test_deals_that_stand_still_are_those_of_the_rows(
    second: SalesSource, world: World, days: int, seller: str | None
) -> None:
    stages = {number: name for number, name, _, closed in STAGES if not closed}
    expected, undated = [], 0
    for number, title, stage, customer, value, is_deleted in world.deals:
        owner = owner_of(CUSTOMERS[customer - 1][1])
        if is_deleted or stage not in stages or seller not in (None, owner):
            continue
        moved = world.moved[number]
        if moved is None:
            undated += 1
        elif (TODAY - (day := moved.astimezone(ZONE).date())).days >= days:
            expected.append((moved, title, CUSTOMERS[customer - 1][1], owner, stages[stage], value, day))
    expected.sort(key=lambda one: (one[0], -one[5]))
    for scope in (EVERYTHING, *([Scope(seller, None)] if seller else [])):
        found = second.stalled(scope, StallQuestion(TODAY, days, salesperson=seller, limit=4))
        told = [(one.title, one.customer, one.salesperson, one.stage, one.value, one.moved_on) for one in found.items]
        assert told == [one[1:] for one in expected[:4]]
        totals = (found.deals, found.value, found.undated)
        assert totals == (len(expected), sum((one[5] for one in expected), Decimal(0)), undated)
    assert expected or days > 42 or seller
    assert second.stalled(Scope(None, "Hotel Igarapé"), StallQuestion(TODAY, days)).deals == 0
