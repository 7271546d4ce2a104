"""All that matters about one customer before a visit."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, func, select

from models.period import Period
from models.sales.question import SalesFilters, SalesQuestion, Scope
from models.sales.relations import customer, deal, deals, orders, sales_order, salesperson, stage, within
from models.sales.summary import Group, sum_sales

_TOP_PRODUCTS = 5
_MAX_DEALS = 20


@dataclass(frozen=True, slots=True)
class LastOrder:
    ordered_on: date
    value: Decimal
    status: str


@dataclass(frozen=True, slots=True)
class OpenDeal:
    title: str
    stage: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class CustomerBrief:
    """Figures of the last twelve months leave cancelled orders out; `last_order` is the newest of any status."""

    customer: str
    city: str
    state: str
    segment: str
    salesperson: str
    last_order: LastOrder | None
    revenue: Decimal
    orders: int
    open_count: int
    open_value: Decimal
    top_products: tuple[Group, ...]
    deals: tuple[OpenDeal, ...]


def find_brief(connection: Connection, scope: Scope, name: str, year: Period) -> CustomerBrief | None:
    """None when the scope shows no such customer. Nothing after `year.end` is counted."""
    query = (
        select(customer, salesperson.c.name.label("owner"))
        .select_from(customer.join(salesperson, salesperson.c.id == customer.c.salesperson_id))
        .where(customer.c.name == name, within(scope))
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    filters = SalesFilters(customer=name)
    revenue = sum_sales(connection, scope, SalesQuestion(year, "revenue", filters=filters))
    best = sum_sales(connection, scope, SalesQuestion(year, "revenue", "product", filters, _TOP_PRODUCTS))
    open_count, open_value = _open_orders(connection, scope, name, year.end)
    return CustomerBrief(
        customer=row.name,
        city=row.city or "",
        state=row.state or "",
        segment=row.segment or "",
        salesperson=row.owner,
        last_order=_find_last_order(connection, scope, name, year.end),
        revenue=revenue.total or Decimal(0),
        orders=revenue.orders,
        open_count=open_count,
        open_value=open_value,
        top_products=best.groups,
        deals=_open_deals(connection, scope, name),
    )


def _find_last_order(connection: Connection, scope: Scope, name: str, today: date) -> LastOrder | None:
    query = (
        select(sales_order.c.ordered_on, sales_order.c.total, sales_order.c.status)
        .select_from(orders())
        .where(customer.c.name == name, sales_order.c.ordered_on <= today, within(scope))
        .order_by(sales_order.c.ordered_on.desc(), sales_order.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else LastOrder(row.ordered_on, Decimal(row.total), row.status)


def _open_orders(connection: Connection, scope: Scope, name: str, today: date) -> tuple[int, Decimal]:
    query = (
        select(func.count(sales_order.c.id), func.coalesce(func.sum(sales_order.c.total), 0))
        .select_from(orders())
        .where(customer.c.name == name, sales_order.c.status == "open")
        .where(sales_order.c.ordered_on <= today, within(scope))
    )
    count, value = connection.execute(query).one()
    return count, Decimal(value)


def _open_deals(connection: Connection, scope: Scope, name: str) -> tuple[OpenDeal, ...]:
    query = (
        select(deal.c.title, deal.c.stage, deal.c.value)
        .select_from(deals())
        .where(customer.c.name == name, stage.c.closed.is_(False), within(scope))
        .order_by(deal.c.value.desc(), deal.c.id)
        .limit(_MAX_DEALS)
    )
    return tuple(OpenDeal(row.title, row.stage, Decimal(row.value)) for row in connection.execute(query))
