"""The tool that gathers what matters about one customer."""

from typing import Any

from pydantic import Field

from agent.tools.decorator import tool
from agent.tools.desk import Answer, Desk
from agent.tools.figures import money
from agent.tools.schema import Arguments
from models.errors import ToolError
from models.sales.brief import CustomerBrief, LastOrder
from models.sales.source import twelve_months


class CustomerArguments(Arguments):
    customer: str = Field(description="The customer's name, or a part that picks out one; case and accents are free.")


@tool(effect="read", roles={"rep", "manager", "customer"}, reads_sales=True)
def customer_brief(desk: Desk, arguments: CustomerArguments) -> Answer:
    """One customer before a visit: where, who sells to it, last order, twelve months, open orders, products, deals.

    The period is the twelve months ending today; their figures leave cancelled orders out. last_order is the newest of
    any status: its status is beside it. deals are the open ones.
    """
    name = desk.customer(arguments.customer)
    brief = desk.sales.find_customer(desk.scope, name, desk.today)
    if brief is None:
        raise ToolError(f'No customer is called "{name}" any more.', code="unknown_name", kind="customer", name=name)
    data = _facts(brief) | {"unit": desk.sales.layer.spec.currency}
    if desk.situation.role == "customer":
        data["deals"] = []  # what we hope to sell to somebody is not for that somebody to read
    content = desk.put_down_sales(
        data,
        relation=desk.relation("customer", "sale", "deal"),
        rows=brief.orders,
        period=twelve_months(desk.today),
        filters={"customer": brief.customer},
    )
    return Answer({"customer": brief.customer}, content)


def _facts(brief: CustomerBrief) -> dict[str, Any]:
    last = brief.last_order
    return {
        "customer": brief.customer,
        "city": brief.city,
        "state": brief.state,
        "segment": brief.segment,
        "salesperson": brief.salesperson,
        "last_order": last and _last_order(last),
        "revenue_12m": money(brief.revenue),
        "orders_12m": brief.orders,
        "open_orders": {"count": brief.open_count, "value": money(brief.open_value)},
        "top_products": [
            {"name": group.name, "value": money(group.value)} for group in brief.top_products if group.value is not None
        ],
        "deals": [{"title": d.title, "stage": d.stage, "value": money(d.value)} for d in brief.deals],
    }


def _last_order(last: LastOrder) -> dict[str, Any]:
    day = {} if last.ordered_on is None else {"date": last.ordered_on.isoformat()}
    return {**day, "value": money(last.value), "status": last.status}
