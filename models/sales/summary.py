"""Sums over orders: revenue, orders, units and average ticket, whole or cut into groups."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, cast, func, literal_column, select, tuple_
from sqlalchemy.types import Text

from models.sales.question import GroupBy, Metric, SalesQuestion, Scope
from models.sales.relations import customer, matching, order_item, order_lines, orders, product, sales_order, within
from models.sales.relations import salesperson as salespeople

# Formats are literals, not parameters: PostgreSQL must see the same expression in SELECT and GROUP BY.
_GROUPS: dict[GroupBy, ColumnElement[Any]] = {
    "customer": customer.c.name,
    "product": product.c.name,
    "category": product.c.category,
    "salesperson": salespeople.c.name,
    "state": customer.c.state,
    "month": func.to_char(sales_order.c.ordered_on, literal_column("'YYYY-MM'")),
    "day": func.to_char(sales_order.c.ordered_on, literal_column("'YYYY-MM-DD'")),
}
_IN_TIME = ("month", "day")
_OF_LINES = ("product", "category")


@dataclass(frozen=True, slots=True)
class Group:
    """A slice of the total. `value` is None for an average over no orders."""

    name: str
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class SalesFigures:
    """`orders` counts the orders the total was made from; `groups` go by value, or by time where time cuts them."""

    total: Decimal | None
    orders: int
    groups: tuple[Group, ...] = ()
    truncated: bool = False


def sum_sales(connection: Connection, scope: Scope, question: SalesQuestion) -> SalesFigures:
    """One statement: the total and its groups come from the same snapshot."""
    if question.group_by == "none":
        row = connection.execute(_select(scope, question, None)).one()
        return SalesFigures(total=_exact(row.value), orders=row.orders)
    rows = connection.execute(_select(scope, question, _GROUPS[question.group_by])).all()
    total, *groups = rows
    return SalesFigures(
        total=_exact(total.value),
        orders=total.orders,
        groups=tuple(Group(str(row.name), _exact(row.value)) for row in groups[: question.limit]),
        truncated=len(groups) > question.limit,
    )


def _select(scope: Scope, question: SalesQuestion, group: ColumnElement[Any] | None) -> Select[Any]:
    by_line = _needs_lines(question)
    counted = func.count(sales_order.c.id.distinct()) if by_line else func.count(sales_order.c.id)
    value = _value(question.metric, by_line=by_line, counted=counted).label("value")
    base = order_lines() if by_line else orders()
    condition = within(scope) & matching(question.filters)
    condition &= sales_order.c.ordered_on.between(question.period.start, question.period.end)
    if group is None:
        return select(value, counted.label("orders")).select_from(base).where(condition)
    name = cast(group, Text).label("name")
    chosen = select(name, value, counted.label("orders")).select_from(base).where(condition)
    order = (name,) if question.group_by in _IN_TIME else (value.desc().nulls_last(), name)
    # The empty grouping set is the total; it sorts first, so that no limit can cut it off.
    return (
        chosen.group_by(func.grouping_sets(tuple_(group), tuple_()))
        .order_by(func.grouping(group).desc(), *order)
        .limit(question.limit + 2)
    )


def _needs_lines(question: SalesQuestion) -> bool:
    filtered = question.filters.product is not None or question.filters.category is not None
    return filtered or question.metric == "units" or question.group_by in _OF_LINES


def _value(metric: Metric, *, by_line: bool, counted: ColumnElement[int]) -> ColumnElement[Any]:
    if metric == "orders":
        return counted
    if metric == "units":
        return func.coalesce(func.sum(order_item.c.quantity), 0)
    revenue = func.coalesce(func.sum(order_item.c.total if by_line else sales_order.c.total), 0)
    if metric == "revenue":
        return revenue
    return func.round(revenue / func.nullif(counted, 0), 2)  # numeric rounds halves away from zero


def _exact(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)
