"""Single orders: one by the number that people call it by, or the newest ones, within what the asker may see."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, bindparam, false, select

from models.period import Period
from models.sales.expressions import Sql
from models.sales.frames import Frame
from models.sales.layer import Layer
from models.sales.moments import FIRST_DAY
from models.sales.question import Scope
from models.sales.rows import read_rows
from models.sales.summary import NAMELESS, exact

_MAX_LINES: Final = 50
_LONGEST_WHOLE: Final = 18  # digits of a number that a bigint holds


@dataclass(frozen=True, slots=True)
class OrderQuestion:
    """The `limit` newest orders of a `number`, or of any up to `today`; of one customer, where one is named."""

    today: date
    number: str | None = None
    customer: str | None = None
    limit: int = 5


@dataclass(frozen=True, slots=True)
class OrderLine:
    product: str
    quantity: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """`ordered_on` is None where the source holds no day; `status` is what the company's word means, or that word;
    `word` is what its people call it. `delivery` is empty where nothing is known of it; `own` holds the company's
    dimensions of sales. Lines are those of an order alone."""

    number: str
    ordered_on: date | None
    customer: str
    salesperson: str
    status: str
    word: str
    value: Decimal
    delivery: str
    own: Mapping[str, str]
    lines: tuple[OrderLine, ...] = ()
    has_more_lines: bool = False


def find_orders(connection: Connection, layer: Layer, scope: Scope, question: OrderQuestion) -> tuple[FoundOrder, ...]:
    """Newest first, of any status; none where the scope shows none, whether or not there are any beyond it."""
    frame = Frame(layer, "sale")
    time = frame.column(layer.column("sale", "time"))
    key = frame.columns(layer.column("sale", "key"))
    columns = _columns(frame, time, key)
    frame.within(scope)
    if question.customer is not None:
        frame.only(frame.equals(layer.column("customer", "name"), question.customer))
    if question.number is None:
        first, after = layer.moments.bounds(Period(FIRST_DAY, question.today))
        frame.only(time >= first)
        frame.only(time < after)
    else:
        frame.only(_is_called(connection, frame, question.number))
    query = select(*columns).select_from(frame.from_).where(*frame.conditions)
    rows = read_rows(connection, query.order_by(time.desc(), *(one.desc() for one in key)).limit(question.limit))
    orders = tuple(_order_of(layer, row) for row in rows)
    if len(rows) == 1 and layer.has("line", "product"):
        found = [rows[0]._mapping[f"key_{place}"] for place in range(len(key))]
        return (_with_lines(connection, layer, scope, orders[0], found),)
    return orders


def _number(layer: Layer) -> Sql:
    """The last column of a key that has several: what stands before it is a branch or a series."""
    if layer.has("sale", "number"):
        return layer.column("sale", "number")
    key = layer.column("sale", "key")
    return Sql(key.columns[-1], key.needs)


def _own(layer: Layer) -> list[str]:
    return [name for name, dimension in layer.dimensions.items() if dimension.is_own and dimension.of == "sale"]


def _columns(frame: Frame, time: ColumnElement[Any], key: list[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    layer = frame.layer
    told = {"number": _number(layer), "customer": layer.column("customer", "name")}
    told |= {"salesperson": layer.column("salesperson", "name")}
    told |= {field: layer.column("sale", field) for field in ("status", "delivery") if layer.has("sale", field)}
    told |= {f"own_{name}": layer.dimensions[name].sql for name in _own(layer)}
    amount = frame.column(layer.column("sale", "amount"))
    found = [time.label("time"), amount.label("amount")]
    found += [one.label(f"key_{place}") for place, one in enumerate(key)]
    return found + [frame.exact(sql).label(field) for field, sql in told.items()]


def _is_called(connection: Connection, frame: Frame, number: str) -> ColumnElement[bool]:
    """Compared as what the column holds, so that an index on it serves; an exact text would need a look at each row."""
    sql = _number(frame.layer)
    column = frame.column(sql)
    sample = _find_sample(connection, frame.layer, sql)
    if isinstance(sample, int | Decimal):
        is_whole = number.isascii() and number.isdigit() and len(number) <= _LONGEST_WHOLE
        return column == bindparam("number", int(number), BigInteger) if is_whole else false()
    spellings = sorted({number, number.upper(), number.lower()})
    return (column if isinstance(sample, str) else frame.exact(sql)).in_(spellings)


def _find_sample(connection: Connection, layer: Layer, sql: Sql) -> Any:
    frame = Frame(layer, "sale")
    column = frame.column(sql)
    frame.only(column.is_not(None))
    rows = read_rows(connection, select(column.label("one")).select_from(frame.from_).where(*frame.conditions).limit(1))
    return rows[0].one if rows else None


def _order_of(layer: Layer, row: Row[Any]) -> FoundOrder:
    told = row._mapping
    word = str(told.get("status") or "")
    return FoundOrder(
        number=str(row.number),
        ordered_on=layer.moments.local_date(row.time),
        customer=row.customer or NAMELESS,
        salesperson=row.salesperson or NAMELESS,
        status=layer.meaning_of(word),
        word=layer.spoken_status(word),
        value=exact(row.amount) or Decimal(0),
        delivery=str(told.get("delivery") or ""),
        own={name: str(value) for name in _own(layer) if (value := told[f"own_{name}"]) not in (None, "")},
    )


def _with_lines(connection: Connection, layer: Layer, scope: Scope, order: FoundOrder, key: list[Any]) -> FoundOrder:
    """The dearest lines first."""
    frame = Frame(layer, "sale")
    frame.need(("line",))
    amount = frame.column(layer.column("line", "amount"))
    product = frame.exact(layer.column("product", "name"))
    quantity = frame.column(layer.column("line", "quantity"))
    frame.within(scope)
    for column, value in zip(frame.columns(layer.column("sale", "key")), key, strict=True):
        frame.only(column == value)
    query = (
        select(product.label("product"), quantity.label("quantity"), amount.label("amount"))
        .select_from(frame.from_)
        .where(*frame.conditions)
        .order_by(amount.desc(), product, quantity)
    )
    rows = read_rows(connection, query.limit(_MAX_LINES + 1))
    lines = tuple(
        OrderLine(row.product or NAMELESS, exact(row.quantity) or Decimal(0), exact(row.amount) or Decimal(0))
        for row in rows[:_MAX_LINES]
    )
    return replace(order, lines=lines, has_more_lines=len(rows) > _MAX_LINES)
