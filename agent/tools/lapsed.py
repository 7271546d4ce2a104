"""The tool that finds customers who stopped buying."""

from datetime import timedelta
from typing import Any

from pydantic import Field

from agent.tools.decorator import tool
from agent.tools.desk import Answer, Desk, span
from agent.tools.figures import money
from agent.tools.sales import PeriodWords
from agent.tools.schema import Arguments
from models.errors import ToolError
from models.period import Period
from models.sales.lapsed import LapsedCustomer, LapseQuestion
from models.sales.source import twelve_months

_SILENCE = (
    "The time without an order, up to today: 'últimos 90 dias' for 'não compra há 90 dias', 'este ano' for 'parou de "
    "comprar este ano', in the user's own words or as YYYY-MM-DD/YYYY-MM-DD; null: the company's own number of days."
)


class LapsedArguments(Arguments):
    period: PeriodWords = Field(default=None, description=_SILENCE)
    reference: PeriodWords = Field(
        default=None,
        description="The time in which they did buy, in the user's own words; null: the twelve months before `period`.",
    )
    salesperson: str | None = Field(default=None, description="A name, or 'me' for the person who asks; null: all.")
    n: int = Field(default=20, ge=1, le=100, description="How many customers, 1 to 100.")


@tool(effect="read", roles={"rep", "manager"}, reads_sales=True)
def lapsed_customers(desk: Desk, arguments: LapsedArguments) -> Answer:
    """Customers who stopped buying ("quem parou de comprar?", "clientes inativos"): bought once, and not since.

    They bought in the result's `period` and have not in its `period_b`, which ends today; tell the user both. Those who
    bought most come first: value and orders are of `period`, last_order is the day of their last one. customers and
    total count all of them, also beyond the n shown. assumed_days is the number of days that nobody named: say it.
    Cancelled orders are no purchases. Who never bought is not among them.
    """
    bought, silent, assumed = _times(desk, arguments)
    salesperson = None if arguments.salesperson is None else desk.salesperson(arguments.salesperson)
    lapse = desk.sales.lapsed(desk.scope, LapseQuestion(bought, silent, salesperson, arguments.n))
    data: dict[str, Any] = {
        "items": [_told(item, desk) for item in lapse.items],
        "customers": lapse.customers,
        "total": money(lapse.value),
        "unit": desk.sales.layer.spec.currency,
        "excludes_cancelled": bool(desk.sales.layer.status),
    }
    if assumed:
        data["assumed_days"] = silent.days
    filters = {} if salesperson is None else {"salesperson": salesperson}
    content = desk.put_down_sales(
        data,
        relation=desk.relation("sale", "customer"),
        rows=lapse.customers,
        period=bought,
        filters=filters,
        period_b=silent.as_json(),
    )
    return Answer({"period": span(bought), "period_b": span(silent), "salesperson": salesperson}, content)


def _times(desk: Desk, arguments: LapsedArguments) -> tuple[Period, Period, bool]:
    """When they bought, since when they have not, and whether nobody said since when."""
    if arguments.period is None:
        days = desk.sales.layer.spec.customer.lapses_after
        silent = Period(desk.today - timedelta(days=days - 1), desk.today)
    else:
        named = desk.period(arguments.period)
        if not named.start <= desk.today <= named.end:
            raise ToolError("`period` must reach today: 'últimos 90 dias', 'este ano'.", code="cannot_combine")
        silent = Period(named.start, desk.today)
    before = silent.start - timedelta(days=1)
    if arguments.reference is None:
        return twelve_months(before), silent, arguments.period is None
    bought = desk.period(arguments.reference)
    if bought.start > before:
        raise ToolError("`reference` must begin before `period` does.", code="cannot_combine")
    return Period(bought.start, min(bought.end, before)), silent, arguments.period is None


def _told(item: LapsedCustomer, desk: Desk) -> dict[str, Any]:
    told: dict[str, Any] = {
        "customer": item.customer,
        "value": money(item.value),
        "orders": item.orders,
    }
    if item.last_order is not None:
        told |= {"last_order": item.last_order.isoformat(), "days_since": (desk.today - item.last_order).days}
    return told | ({"salesperson": item.salesperson} if item.salesperson and not desk.scope.is_of_one else {})
