"""All that matters about one customer before a visit."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, literal_column, select

from models.period import Period
from models.sales.frames import Frame
from models.sales.layer import Layer
from models.sales.moments import FIRST_DAY
from models.sales.question import SalesFilters, SalesQuestion, Scope
from models.sales.rows import read_rows
from models.sales.summary import Group, exact, sum_sales

_TOP_PRODUCTS = 5
_MAX_DEALS = 20


@dataclass(frozen=True, slots=True)
class LastOrder:
    """`status` is the company's own word where it means none of ours, and empty where there are none."""

    ordered_on: date | None  # None of a day that is in no calendar
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


def find_brief(connection: Connection, layer: Layer, scope: Scope, name: str, year: Period) -> CustomerBrief | None:
    """None when the scope shows no such customer. Nothing after `year.end` is counted."""
    facts = _find_facts(connection, layer, scope, name)
    if facts is None:
        return None
    filters = SalesFilters(customer=name)
    revenue = sum_sales(connection, layer, scope, SalesQuestion(year, "revenue", filters=filters))
    best: tuple[Group, ...] = ()
    if "product" in layer.dimensions:
        question = SalesQuestion(year, "revenue", "product", filters, _TOP_PRODUCTS)
        best = sum_sales(connection, layer, scope, question).groups
    open_count, open_value = _open_orders(connection, layer, scope, name, year.end)
    return CustomerBrief(
        customer=name,
        **facts,
        last_order=_find_last_order(connection, layer, scope, name, year.end),
        revenue=revenue.total or Decimal(0),
        orders=revenue.orders,
        open_count=open_count,
        open_value=open_value,
        top_products=best,
        deals=_open_deals(connection, layer, scope, name),
    )


def _find_facts(connection: Connection, layer: Layer, scope: Scope, name: str) -> dict[str, str] | None:
    frame = Frame(layer, "customer")
    known = [field for field in ("city", "state", "segment") if layer.has("customer", field)]
    columns: list[Any] = [frame.exact(layer.column("customer", field)).label(field) for field in known]
    if layer.has("customer", "salesperson"):
        columns.append(frame.exact(layer.column("salesperson", "name")).label("salesperson"))
    frame.only(frame.equals(layer.column("customer", "name"), name))
    frame.within(scope)
    query = select(*columns, literal_column("1").label("found")).select_from(frame.from_).where(*frame.conditions)
    rows = read_rows(connection, query.limit(1))
    if not rows:
        return None
    found = rows[0]._mapping
    return {field: str(found.get(field) or "") for field in ("city", "state", "segment", "salesperson")}


def _find_last_order(connection: Connection, layer: Layer, scope: Scope, name: str, today: date) -> LastOrder | None:
    frame = _orders_of(layer, scope, name)
    time = frame.column(layer.column("sale", "time"))
    newest = [time.desc(), *(key.desc() for key in frame.columns(layer.column("sale", "key")))]
    columns = [time.label("time"), frame.column(layer.column("sale", "amount")).label("amount")]
    if layer.has("sale", "status"):
        columns.append(frame.exact(layer.column("sale", "status")).label("status"))
    first, after = layer.moments.bounds(Period(FIRST_DAY, today))
    frame.only(time >= first)
    frame.only(time < after)
    query = select(*columns).select_from(frame.from_).where(*frame.conditions)
    rows = read_rows(connection, query.order_by(*newest).limit(1))
    if not rows:
        return None
    row = rows[0]
    status = layer.meaning_of(str(row._mapping.get("status") or ""))
    return LastOrder(layer.moments.local_date(row.time), exact(row.amount) or Decimal(0), status)


def _orders_of(layer: Layer, scope: Scope, name: str) -> Frame:
    frame = Frame(layer, "sale")
    frame.only(frame.equals(layer.column("customer", "name"), name))
    frame.within(scope)
    return frame


def _open_orders(connection: Connection, layer: Layer, scope: Scope, name: str, today: date) -> tuple[int, Decimal]:
    if not layer.status:
        return 0, Decimal(0)
    filters = SalesFilters(customer=name, status="open")
    question = SalesQuestion(Period(today - timedelta(days=36_500), today), "revenue", filters=filters)
    figures = sum_sales(connection, layer, scope, question)
    return figures.orders, figures.total or Decimal(0)


def _open_deals(connection: Connection, layer: Layer, scope: Scope, name: str) -> tuple[OpenDeal, ...]:
    if "deal" not in layer.relations:
        return ()
    frame = Frame(layer, "deal")
    columns = [
        frame.exact(layer.column("deal", "title")).label("title"),
        frame.exact(layer.column("stage", "name")).label("stage"),
        frame.column(layer.column("deal", "value")).label("value"),
    ]
    frame.only(frame.equals(layer.column("customer", "name"), name))
    frame.only(literal_column(f"NOT ({layer.column('stage', 'closed').text})"))
    frame.within(scope)
    query = select(*columns).select_from(frame.from_).where(*frame.conditions)
    key = frame.column(layer.column("deal", "key"))
    rows = read_rows(connection, query.order_by(columns[2].element.desc(), key).limit(_MAX_DEALS))
    return tuple(OpenDeal(row.title or "", row.stage, exact(row.value) or Decimal(0)) for row in rows)
