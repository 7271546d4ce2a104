"""Sums over sales: any metric of the source, whole or cut into groups."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal_column, select, tuple_

from models.errors import ToolError
from models.sales.expressions import Sql
from models.sales.frames import Frame
from models.sales.layer import Dimension, Layer
from models.sales.metrics import Metric
from models.sales.question import SalesQuestion, Scope
from models.sales.rows import read_rows
from models.sales.words import IN_TIME

NAMELESS: Final = "—"  # the group of what belongs to nobody
_PLACES: Final = {"currency": Decimal("0.01"), "percent": Decimal("0.1")}
_FINE = Decimal("0.01")


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


def sum_sales(connection: Connection, layer: Layer, scope: Scope, question: SalesQuestion) -> SalesFigures:
    """Raises ToolError `cannot_combine` for a metric that cannot be cut so. The connection holds one snapshot."""
    measured = _Measure(layer, scope, question)
    if question.group_by == "none":
        row = connection.execute(measured.total()).one()
        return SalesFigures(measured.value(row), row.orders)
    if layer.dialect.has_grouping_sets:
        total, *groups = read_rows(connection, measured.total_and_groups())
    else:
        total = connection.execute(measured.total()).one()
        groups = read_rows(connection, measured.groups())
    return SalesFigures(
        total=measured.value(total),
        orders=total.orders,
        groups=tuple(Group(_name_of(row), measured.value(row)) for row in groups[: question.limit]),
        truncated=len(groups) > question.limit,
    )


class _Measure:
    """One question's statements."""

    def __init__(self, layer: Layer, scope: Scope, question: SalesQuestion) -> None:
        self._layer = layer
        self._question = question
        self._metric = find_metric(layer, question.metric)
        self._frame = Frame(layer, "sale")
        by_line = self._cuts_lines() or not _sums_sales(layer, self._metric)
        self._parts = [
            self._frame.column(sql).label(label)
            for sql, label in zip(_aggregates(layer, self._metric, by_line=by_line), ("value", "base"), strict=False)
        ]
        key = layer.column("sale", "key")
        if by_line:
            self._frame.need(("line",))
        counted = layer.dialect.count_distinct(key.columns) if by_line else f"count({key.columns[0]})"
        self._orders = self._frame.column(Sql(counted, key.needs)).label("orders")
        self._group = self._grouping()
        self._frame.within(scope)
        _hold_to(self._frame, question)

    def total(self) -> Select[Any]:
        return select(*self._parts, self._orders).select_from(self._frame.from_).where(*self._frame.conditions)

    def groups(self) -> Select[Any]:
        assert self._group is not None
        cut = self._cut(*self._parts)  # no orders: nobody asks for each group's, and counting them costs most of all
        return cut.group_by(self._group).order_by(*self._order()).limit(self._question.limit + 1)

    def total_and_groups(self) -> Select[Any]:
        """The empty grouping set is the total; it sorts first, so that no limit can cut it off."""
        assert self._group is not None
        sets = func.grouping_sets(tuple_(self._group), tuple_())
        first = func.grouping(self._group).desc()
        return (
            self._cut(*self._parts, self._orders)
            .group_by(sets)
            .order_by(first, *self._order())
            .limit(self._question.limit + 2)
        )

    def value(self, row: Row[Any]) -> Decimal | None:
        """Divided here and not in SQL, which rounds twice in MySQL."""
        value = exact(row.value)
        if self._metric.ratio is None:
            return value
        base = exact(row.base)
        if value is None or not base:
            return None
        quotient = value / base * (100 if self._metric.unit == "percent" else 1)
        return quotient.quantize(_PLACES.get(self._metric.unit, _FINE), ROUND_HALF_UP)

    def _cut(self, *columns: ColumnElement[Any]) -> Select[Any]:
        assert self._group is not None
        name = self._group.label("name")
        return select(name, *columns).select_from(self._frame.from_).where(*self._frame.conditions)

    def _order(self) -> tuple[ColumnElement[Any], ...]:
        assert self._group is not None
        if self._question.group_by in IN_TIME:
            return (self._group,)
        value: ColumnElement[Any] = self._parts[0].element
        if len(self._parts) == 2:
            value = (
                value * literal_column("1.0") / func.nullif(self._parts[1].element, 0)
            )  # integers divide exactly too
        return value.is_(None), value.desc(), self._group.is_(None), self._group

    def _grouping(self) -> ColumnElement[Any] | None:
        cut = self._question.group_by
        if cut == "none":
            return None
        if cut in IN_TIME:
            column = self._layer.column("sale", "time")
            self._frame.need(column.needs)
            local = self._layer.moments.local_sql(column.text, self._question.period, self._layer.dialect)
            shown = self._layer.dialect.month(local) if cut == "month" else self._layer.dialect.day(local)
            return literal_column(shown)
        return self._frame.exact(find_dimension(self._layer, cut).sql)

    def _cuts_lines(self) -> bool:
        named = [*self._question.filters.names, self._question.group_by]
        return any(find_dimension(self._layer, name).cuts_lines for name in named if name not in ("none", *IN_TIME))


def find_metric(layer: Layer, name: str) -> Metric:
    """Raises ToolError `cannot_combine` for one that the source does not have."""
    if name not in layer.metrics:
        raise ToolError(f"This company's data has no figure called {name}.", code="cannot_combine")
    return layer.metrics[name]


def find_dimension(layer: Layer, name: str) -> Dimension:
    """Raises ToolError `cannot_combine` for one that the source does not have."""
    if name not in layer.dimensions:
        raise ToolError(f"This company's data cannot be cut by {name}.", code="cannot_combine")
    return layer.dimensions[name]


def _sums_sales(layer: Layer, metric: Metric) -> bool:
    sides = [layer.metrics[metric.ratio.of], layer.metrics[metric.ratio.to]] if metric.ratio else [metric]
    return all(side.sale is not None for side in sides)


def _aggregates(layer: Layer, metric: Metric, *, by_line: bool) -> list[Sql]:
    sides = [layer.metrics[metric.ratio.of], layer.metrics[metric.ratio.to]] if metric.ratio else [metric]
    found = [side.line if by_line else side.sale for side in sides]
    told = [sql for sql in found if sql is not None]
    if len(told) != len(found):
        raise ToolError(f"{metric.name} cannot be told by product: it belongs to whole orders.", code="cannot_combine")
    return told


def _hold_to(frame: Frame, question: SalesQuestion) -> None:
    """The period, the status and the names that the question is about."""
    layer = frame.layer
    for name, value in question.filters.names.items():
        frame.only(frame.equals(find_dimension(layer, name).sql, value))
    hold_to_status(frame, question.filters.status)
    start, after = layer.moments.bounds(question.period)
    time = frame.column(layer.column("sale", "time"))
    frame.only(time >= start)
    frame.only(time < after)


def hold_to_status(frame: Frame, status: str | None) -> None:
    """Without a status, whatever was not cancelled; without statuses in the source, everything."""
    layer = frame.layer
    if not layer.status:
        if status is not None:
            raise ToolError("This company's data does not tell the status of an order.", code="cannot_combine")
        return
    words = layer.status[status] if status else (*layer.status["open"], *layer.status["invoiced"])
    frame.only(frame.exact(layer.column("sale", "status")).in_(words))


def exact(value: Any) -> Decimal | None:
    """A figure as the database holds it; `source check` calls floating-point columns a mistake."""
    return None if value is None else Decimal(str(value))


def _name_of(row: Row[Any]) -> str:
    return NAMELESS if row.name in (None, "") else str(row.name)
