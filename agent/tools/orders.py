"""The tool that finds orders: one by its number, or the newest ones."""

import re
from typing import Any, Final

from pydantic import Field

from agent.tools.decorator import tool
from agent.tools.desk import Answer, Desk
from agent.tools.figures import figure, money
from agent.tools.schema import Arguments
from models.errors import ToolError
from models.sales.orders import FoundOrder, OrderQuestion

_LONGEST: Final = 40  # characters of an order's number
_MOST_OF_ONE_NUMBER: Final = 5  # branches may count their orders each from one
_ENDS: Final = " .,;:?!#"
_MOST_BEFORE: Final = 3  # "pedido", "número", "#"
# One word or sign before a number, parted from it: "PED-0001" and "N123" are numbers as they stand.
_BEFORE: Final = re.compile(
    r"(?:(?:pedido|order|ordem|orden|ped|n[uú]m(?:ero)?|number|nro|no|n)(?:\.?[º°ª]\.?|\s*:|\.|(?=[\s#]))|[#:])\s*",
    re.I,
)
_GROUPED: Final = re.compile(r"\d{1,3}(?:\.\d{3})+")


class OrderArguments(Arguments):
    number: str | None = Field(
        default=None, description="The order's number as the user wrote it; null: the newest orders."
    )
    customer: str | None = Field(
        default=None, description="A customer's name, or a part that picks out one; null: whatever customer."
    )
    n: int = Field(default=5, ge=1, le=20, description="How many of the newest orders, 1 to 20; 1 tells its lines.")


@tool(effect="read", roles={"rep", "manager", "customer"}, reads_sales=True)
def find_order(desk: Desk, arguments: OrderArguments) -> Answer:
    """One order by its number ("cadê o pedido 4521?"), or a customer's newest orders, or everybody's.

    Each with its customer, salesperson, day, status and value, newest first, whatever the status; the lines (product,
    quantity, value) only where a single order is found. status_word is what the company calls the status. An order that
    is not there and one that this person may not see get the same answer: say that you find none of that number.
    delivery_known false: the company's data tells nothing about delivery, so say that and promise no day; delivery is
    else the company's word or day for it. An order without a date: the data holds no day for it. has_more: other orders
    bear that number too; say so, and with ask_for customer ask whose is meant. For how many orders or how much, use
    sales_summary.
    """
    customer = None if arguments.customer is None else desk.customer(arguments.customer)
    number: str | None = None
    has_more = False
    if arguments.number is None:
        orders = desk.sales.orders(desk.scope, OrderQuestion(desk.today, None, customer, arguments.n))
    else:
        number, orders = _of_number(desk, arguments.number, customer)
        orders, has_more = orders[:_MOST_OF_ONE_NUMBER], len(orders) > _MOST_OF_ONE_NUMBER
    layer = desk.sales.layer
    data: dict[str, Any] = {
        "orders": [_told(order) for order in orders],
        "unit": layer.spec.currency,
        "delivery_known": layer.has("sale", "delivery"),
    }
    if has_more:
        data |= {"has_more": True} | ({} if customer or desk.scope.customer else {"ask_for": "customer"})
    asked = {"number": number, "customer": customer}
    filters = {name: value for name, value in asked.items() if value is not None}
    relation = desk.relation("sale", "line") if len(orders) == 1 else desk.relation("sale")
    content = desk.put_down_sales(data, relation=relation, rows=len(orders), filters=filters)
    return Answer(asked | ({"n": arguments.n} if number is None else {}), content)


def _of_number(desk: Desk, written: str, customer: str | None) -> tuple[str, tuple[FoundOrder, ...]]:
    """The orders of the first reading that has any, and one more than are told where there are more."""
    readings = readings_of(written)
    for number in readings:
        question = OrderQuestion(desk.today, number, customer, _MOST_OF_ONE_NUMBER + 1)
        if orders := desk.sales.orders(desk.scope, question):
            return number, orders
    raise ToolError(
        "No order of that number is among those that this person may see.", code="unknown_order", number=readings[-1]
    )


def readings_of(written: str) -> tuple[str, ...]:
    """What is written as it stands, then without one word or sign before it after the other, then without the points
    of thousands. Raises ToolError for what cannot be an order's number."""
    readings = [written.strip().rstrip(_ENDS).lstrip(" .,;?!")]
    while len(readings) <= _MOST_BEFORE and (before := _BEFORE.match(readings[-1])):
        readings.append(readings[-1][before.end() :])
    if _GROUPED.fullmatch(readings[-1]):
        readings.append(readings[-1].replace(".", ""))
    if not _may_be_number(readings[-1]):
        raise ToolError("Wrong arguments: number: an order's number holds digits.", code="bad_arguments")
    return tuple(one for one in readings if _may_be_number(one))


def _may_be_number(text: str) -> bool:
    return len(text) <= _LONGEST and text.isprintable() and any(char.isdigit() for char in text)


def _told(order: FoundOrder) -> dict[str, Any]:
    told: dict[str, Any] = {
        "number": order.number,
        **({"date": order.ordered_on.isoformat()} if order.ordered_on else {}),
        "customer": order.customer,
        "salesperson": order.salesperson,
        "status": order.status,
        "status_word": order.word,
        "value": money(order.value),
        **({"delivery": order.delivery} if order.delivery else {}),
        **({"details": dict(order.own)} if order.own else {}),
    }
    if order.lines:
        told["lines"] = [
            {"product": line.product, "quantity": figure("quantity", line.quantity), "value": money(line.value)}
            for line in order.lines
        ]
    return told | ({"has_more_lines": True} if order.has_more_lines else {})
