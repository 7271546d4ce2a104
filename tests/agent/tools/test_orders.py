"""find_order: what it tells, held against SQL of its own, and that nobody learns of others' orders."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from agent.tools.exchange_rates import ExchangeRates
from agent.tools.orders import readings_of
from agent.tools.registry import build_tools
from models.demo.reader import demo_reader_url
from models.errors import ToolError
from models.sales.reading import read_source
from models.sales.source import SalesSource
from tests.agent.tools.conftest import Caller, HandClock, situation

Ask = Callable[..., list[tuple[Any, ...]]]
_ONE = """
    SELECT o.id, o.ordered_on, c.name, s.name, o.status, o.total FROM demo.sales_order o
    JOIN demo.customer c ON c.id = o.customer_id JOIN demo.salesperson s ON s.id = o.salesperson_id
"""
REP = "Rafael Quintela"
BY_NUMBER = """
company: Aurora
schema: demo
salesperson: {{from: salesperson, key: id, name: name}}
customer: {{from: customer, key: id, name: name, salesperson: salesperson_id}}
sale:
  {{from: sales_order, key: id, time: ordered_on, customer: customer_id, amount: total, number: "{number}"}}
"""


@pytest.fixture(scope="module")
def ask(demo_database_url: str) -> Iterator[Ask]:
    with psycopg.connect(demo_database_url, autocommit=True) as connection:
        yield lambda query, *values: connection.execute(query.encode(), values).fetchall()


@pytest.fixture
def numbered(demo_database_url: str) -> Iterator[Callable[[str], Caller]]:
    """The tools of a company that calls its orders by this expression."""
    opened: list[SalesSource] = []
    exchange = ExchangeRates("http://127.0.0.1:9")

    def make(number: str) -> Caller:
        opened.append(SalesSource(demo_reader_url(demo_database_url), read_source(BY_NUMBER.format(number=number))))
        return Caller(build_tools(opened[-1], exchange, HandClock()))

    yield make
    exchange.close()
    for source in opened:
        source.close()


def as_told(row: tuple[Any, ...]) -> dict[str, Any]:
    number, day, customer, seller, status, total = row
    told = {"number": str(number), "date": day.isoformat(), "customer": customer, "salesperson": seller}
    return told | {"status": status, "status_word": status, "value": str(total)}


@pytest.mark.parametrize("status", ["open", "invoiced", "cancelled"])
def test_an_order_is_told_with_its_lines_whatever_its_status(call: Caller, ask: Ask, status: str) -> None:
    (row,) = ask(f"{_ONE} WHERE o.status = %s ORDER BY o.id DESC LIMIT 1", status)
    result = call("find_order", number=f"nº {row[0]}")
    (order,) = result.content["data"]["orders"]
    lines = ask(
        "SELECT p.name, i.quantity, i.total FROM demo.order_item i JOIN demo.product p ON p.id = i.product_id"
        " WHERE i.order_id = %s ORDER BY i.total DESC, p.name",
        row[0],
    )
    told = [{"product": name, "quantity": quantity, "value": str(value)} for name, quantity, value in lines]
    assert order == as_told(row) | {"lines": told}
    assert result.content["data"]["delivery_known"] is False
    assert (result.content["rows"], result.content["filters"]) == (1, {"number": str(row[0])})


def test_a_customers_newest_orders_come_newest_first(call: Caller, ask: Ask) -> None:
    rows = ask(
        f"{_ONE} WHERE c.name = 'Bar do Zeca' AND o.ordered_on <= '2026-11-21' ORDER BY ordered_on DESC, o.id DESC"
    )
    result = call("find_order", customer="bar do zeca", n=4)
    assert result.content["data"]["orders"] == [as_told(row) for row in rows[:4]]
    assert result.arguments == {"number": None, "customer": "Bar do Zeca", "n": 4}
    (newest,) = call.data("find_order", customer="bar do zeca", n=1)["orders"]
    assert newest["number"] == str(rows[0][0])
    assert newest["lines"]
    mine = call.data("find_order", "customer", n=4)["orders"]
    assert mine == call.data("find_order", customer="bar do zeca", n=4)["orders"]


def test_an_order_of_another_and_one_that_never_was_get_the_same_answer(call: Caller, ask: Ask) -> None:
    ((foreign,),) = ask(
        "SELECT o.id FROM demo.sales_order o JOIN demo.salesperson s ON s.id = o.salesperson_id"
        " JOIN demo.customer c ON c.id = o.customer_id WHERE s.name <> %s AND c.name <> 'Bar do Zeca'"
        " ORDER BY o.id DESC LIMIT 1",
        REP,
    )
    for role in ("rep", "customer"):
        refused = [call("find_order", role, number=number) for number in (str(foreign), "123456")]  # type: ignore[arg-type]
        assert [result.ok for result in refused] == [False, False]
        others, nobodys = (dict(result.content["error"]) for result in refused)
        assert (others.pop("number"), nobodys.pop("number")) == (str(foreign), "123456")
        assert others == nobodys
        assert others["code"] == "unknown_order"
    assert call.data("find_order", number=str(foreign))["orders"]


def test_a_number_and_a_customer_must_belong_together(call: Caller, ask: Ask) -> None:
    ((number, customer),) = ask(
        "SELECT o.id, c.name FROM demo.sales_order o JOIN demo.customer c ON c.id = o.customer_id ORDER BY o.id LIMIT 1"
    )
    assert call.data("find_order", number=str(number), customer=customer)["orders"]
    other = next(name for (name,) in ask("SELECT name FROM demo.customer ORDER BY id") if name != customer)
    assert call.code("find_order", number=str(number), customer=other) == "unknown_order"


def test_a_reps_newest_orders_are_the_own(call: Caller) -> None:
    orders = call.data("find_order", "rep", n=20)["orders"]
    assert {order["salesperson"] for order in orders} == {REP}
    stranger = situation("rep", salesperson="Fulano de Tal")
    assert call("find_order", who=stranger, n=20).content["data"]["orders"] == []


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("4521", "4521"),
        (" #4521 ", "4521"),
        ("nº 4521", "4521"),
        ("n.º 4521?", "4521"),
        ("Pedido número 4521", "4521"),
        ("order no. 4521", "4521"),
        ("4.521", "4521"),
        ("PV-4521", "PV-4521"),
        ("N4521", "N4521"),
        ("2026/0012", "2026/0012"),
        ("004521", "004521"),
        ("PED-0001", "PED-0001"),
        ("pedido PED-0001", "PED-0001"),
        ("N-123", "N-123"),
        ("Order-17", "Order-17"),
        ("pedido-17/A", "pedido-17/A"),
        ("order #17", "17"),
        ("Pedido: 17", "17"),
        ("ped. 17", "17"),
        ("no.17", "17"),
    ],
)
def test_a_number_is_read_as_people_write_it(written: str, number: str) -> None:
    assert readings_of(written)[-1] == number


@pytest.mark.parametrize("shape", ["PED-{}", "N-{}", "Order-{}", "#{}", "PED {}", "Pedido nº {}", "{}-A", "ped.{}"])
def test_an_order_is_found_by_the_number_that_it_is_shown_with(numbered: Callable[[str], Caller], shape: str) -> None:
    before, _, behind = shape.partition("{}")
    call = numbered(f"concat('{before}', id, '{behind}')")
    newest = call.data("find_order", n=2)["orders"]
    for order in newest:
        for written in (order["number"], f"{order['number']}?", f"pedido {order['number']}"):
            assert [one["number"] for one in call.data("find_order", number=written)["orders"]] == [order["number"]]
    result = call("find_order", number=newest[0]["number"])
    assert result.content["filters"] == {"number": newest[0]["number"]}


def test_more_orders_of_a_number_than_are_shown_are_said_with_what_tells_them_apart(
    numbered: Callable[[str], Caller], ask: Ask
) -> None:
    call = numbered("concat('S-', extract(year from ordered_on))")
    rows = ask(f"{_ONE} WHERE extract(year from ordered_on) = 2026 ORDER BY o.ordered_on DESC, o.id DESC")
    data = call.data("find_order", number="S-2026")
    told = [(one["date"], one["customer"], one["value"]) for one in data["orders"]]
    assert told == [(day.isoformat(), customer, str(total)) for _, day, customer, _, _, total in rows[:5]]
    assert (data["has_more"], data["ask_for"]) == (True, "customer")
    of_one = call.data("find_order", number="S-2026", customer="Bar do Zeca")
    own = call.data("find_order", "customer", number="S-2026")
    assert [of_one["has_more"], own["has_more"]] == [True, True]
    assert not {"ask_for"} & (set(of_one) | set(own))


def test_as_many_orders_of_a_number_as_are_shown_are_all_of_them(numbered: Callable[[str], Caller], ask: Ask) -> None:
    for many in (2, 5):
        shared = ", ".join(str(one) for (one,) in ask("SELECT id FROM demo.sales_order ORDER BY id LIMIT %s", many))
        data = numbered(f"CASE WHEN id IN ({shared}) THEN 'B-1' ELSE 'B-2' END").data("find_order", number="B-1")
        assert len(data["orders"]) == many
        assert "has_more" not in data


@pytest.mark.parametrize("written", ["", "pedido", "x" * 41 + "1", "45\x0021", "9" * 41])
def test_what_cannot_be_a_number_is_refused(written: str) -> None:
    with pytest.raises(ToolError):
        readings_of(written)


@pytest.mark.parametrize("number", ["9" * 30, "1e5", "-4521", "4521'; DROP TABLE demo.sales_order --", "٤٥٢١"])
def test_a_strange_number_is_nobodys(call: Caller, number: str) -> None:
    assert call.code("find_order", number=number) == "unknown_order"
