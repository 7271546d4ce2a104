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
_BEFORE: Final = re.compile(
    r"\A(?:(?:pedido|order|orden|ped)\b\.?\s*)?(?:(?:n[uú]m(?:ero)?|number|nro|no|n)\b[.º°ª]*|n[º°ª])?\s*[#:]?\s*", re.I
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
    else the company's word or day for it. An order without a date: the data holds no day for it. For how many orders or
    how much, use sales_summary.
    """
    number = None if arguments.number is None else plain_number(arguments.number)
    customer = None if arguments.customer is None else desk.customer(arguments.customer)
    question = OrderQuestion(desk.today, number, customer, arguments.n)
    orders = desk.sales.orders(desk.scope, question)
    if number is not None and not orders:
        raise ToolError(
            "No order of that number is among those that this person may see.", code="unknown_order", number=number
        )
    layer = desk.sales.layer
    data: dict[str, Any] = {
        "orders": [_told(order) for order in orders],
        "unit": layer.spec.currency,
        "delivery_known": layer.has("sale", "delivery"),
    }
    asked = {"number": number, "customer": customer}
    filters = {name: value for name, value in asked.items() if value is not None}
    relation = desk.relation("sale", "line") if len(orders) == 1 else desk.relation("sale")
    content = desk.put_down_sales(data, relation=relation, rows=len(orders), filters=filters)
    return Answer(asked | ({"n": arguments.n} if number is None else {}), content)


def plain_number(written: str) -> str:
    """Without "nº", "#" and the points of thousands. Raises ToolError for what cannot be an order's number."""
    bare = _BEFORE.sub("", written.strip(), count=1).strip(" .,;:?!#")
    if len(bare) > _LONGEST or not bare.isprintable() or not any(c.isdigit() for c in bare):
        raise ToolError("Wrong arguments: number: an order's number holds digits.", code="bad_arguments")
    return bare.replace(".", "") if _GROUPED.fullmatch(bare) else bare


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
