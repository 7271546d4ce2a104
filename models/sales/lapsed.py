"""Customers who bought, and then no more: whom the company may be losing, and what they bought before."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, case, func, select

from models.period import Period
from models.sales.frames import Frame
from models.sales.layer import Layer
from models.sales.question import Scope
from models.sales.rows import read_rows
from models.sales.summary import exact, hold_to_status

_MOST_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class LapseQuestion:
    """Who bought in `bought`, and not once in `silent`, which begins later and ends today; of one salesperson's sales,
    where one is named."""

    bought: Period
    silent: Period
    salesperson: str | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class LapsedCustomer:
    """`value` and `orders` are those of the time in which they bought; `salesperson` is whose customer it is."""

    customer: str
    salesperson: str
    last_order: date | None  # None of a day that is in no calendar
    value: Decimal
    orders: int


@dataclass(frozen=True, slots=True)
class Lapse:
    """Those who bought most come first; `customers` and `value` count the ones beyond the limit too."""

    items: tuple[LapsedCustomer, ...]
    customers: int
    value: Decimal


def find_lapsed(connection: Connection, layer: Layer, scope: Scope, question: LapseQuestion) -> Lapse:
    """Of the sales that the scope shows; cancelled orders are no purchases."""
    frame = Frame(layer, "sale")
    name = frame.exact(layer.column("customer", "name"))
    time = frame.column(layer.column("sale", "time"))
    amount = frame.column(layer.column("sale", "amount"))
    frame.within(scope)
    if question.salesperson is not None:
        frame.only(frame.equals(layer.column("salesperson", "name"), question.salesperson))
    hold_to_status(frame, None)
    first, after_bought = layer.moments.bounds(question.bought)
    silent, after = layer.moments.bounds(question.silent)
    frame.only(name.is_not(None))
    frame.only(time >= first)
    frame.only(time < after)
    value = func.coalesce(func.sum(case((time < after_bought, amount))), 0)
    orders = func.count(case((time < after_bought, 1)))
    query = (
        select(
            name.label("name"),
            func.max(time).label("last"),
            value.label("value"),
            orders.label("orders"),
            func.count().over().label("customers"),
            func.sum(value).over().label("total"),
        )
        .select_from(frame.from_)
        .where(*frame.conditions)
        .group_by(name)
        .having(func.max(time) < silent, orders > 0)
        .order_by(value.desc(), name)
        .limit(min(question.limit, _MOST_AT_ONCE))
    )
    rows = read_rows(connection, query)
    if not rows:
        return Lapse((), 0, Decimal(0))
    owners = _find_owners(connection, layer, scope, [row.name for row in rows])
    items = tuple(
        LapsedCustomer(
            row.name,
            owners.get(row.name, ""),
            layer.moments.local_date(row.last),
            exact(row.value) or Decimal(0),
            row.orders,
        )
        for row in rows
    )
    return Lapse(items, rows[0].customers, exact(rows[0].total) or Decimal(0))


def _find_owners(connection: Connection, layer: Layer, scope: Scope, names: list[str]) -> dict[str, str]:
    """Whose customers they are, where the source says so."""
    if not layer.has("customer", "salesperson"):
        return {}
    frame = Frame(layer, "customer")
    name = frame.exact(layer.column("customer", "name"))
    owner = frame.exact(layer.column("salesperson", "name"))
    frame.within(scope)
    frame.only(name.in_(names))
    query: Any = select(name.label("name"), owner.label("owner")).select_from(frame.from_).where(*frame.conditions)
    return {row.name: row.owner or "" for row in read_rows(connection, query.limit(2 * _MOST_AT_ONCE))}
