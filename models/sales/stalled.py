"""Deals that stand still: open ones that have not moved for a while, where the source tells when a deal moved."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, and_, case, func, literal_column, select

from models.errors import ToolError
from models.period import Period
from models.sales.frames import Frame
from models.sales.layer import Layer
from models.sales.question import Scope
from models.sales.rows import read_rows
from models.sales.summary import NAMELESS, exact

_MOST_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class StallQuestion:
    """Open deals that moved last `days` days before `today`, or longer ago; of one stage or salesperson if named."""

    today: date
    days: int
    stage: str | None = None
    salesperson: str | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class StalledDeal:
    title: str
    customer: str
    salesperson: str
    stage: str
    value: Decimal
    moved_on: date | None  # None of a day that is in no calendar


@dataclass(frozen=True, slots=True)
class Stall:
    """Those that stand longest come first; `deals` and `value` count the ones beyond the limit too. `undated` are open
    deals of which nobody knows when they moved: the source holds nothing there, or what stands for nothing."""

    items: tuple[StalledDeal, ...]
    deals: int
    value: Decimal
    undated: int


def find_stalled(connection: Connection, layer: Layer, scope: Scope, question: StallQuestion) -> Stall:
    """Raises ToolError `no_pipeline`, or `moves_unknown` where the source does not tell when a deal moved."""
    if "deal" not in layer.relations:
        raise ToolError("This company's data has no pipeline of deals.", code="no_pipeline")
    if not layer.has("deal", "moved"):
        raise ToolError("This company's data does not tell when a deal last moved.", code="moves_unknown")
    if scope.customer is not None:
        return Stall((), 0, Decimal(0), 0)  # what we hope to sell to somebody is not for that somebody to read
    last = question.today - timedelta(days=question.days)
    _, after = layer.deal_moments.bounds(Period(last, last))
    totals: Any = _totals(layer, scope, question, after)
    counted = connection.execute(totals).one()
    items: tuple[StalledDeal, ...] = ()
    if counted.deals:
        rows = read_rows(connection, _longest(layer, scope, question, after))
        items = tuple(
            StalledDeal(
                row.title or NAMELESS,
                row.customer or NAMELESS,
                row.salesperson or NAMELESS,
                row.stage,
                exact(row.value) or Decimal(0),
                layer.deal_moments.local_date(row.moved),
            )
            for row in rows
        )
    return Stall(items, counted.deals, exact(counted.value) or Decimal(0), counted.undated or 0)


def _open_deals(layer: Layer, scope: Scope, question: StallQuestion) -> Frame:
    frame = Frame(layer, "deal")
    closed = layer.column("stage", "closed")
    frame.need(closed.needs)
    frame.only(literal_column(f"NOT ({closed.text})"))
    frame.within(scope)
    if question.stage is not None:
        frame.only(frame.equals(layer.column("stage", "name"), question.stage))
    if question.salesperson is not None:
        frame.only(frame.equals(layer.column("salesperson", "name"), question.salesperson))
    return frame


def _totals(layer: Layer, scope: Scope, question: StallQuestion, after: Any) -> Any:
    frame = _open_deals(layer, scope, question)
    moved = frame.column(layer.column("deal", "moved"))
    value = frame.column(layer.column("deal", "value"))
    is_dated = layer.deal_moments.is_day(moved)
    stands = and_(is_dated, moved < after)
    return (
        select(
            func.count(case((stands, 1))).label("deals"),
            func.coalesce(func.sum(case((stands, value))), 0).label("value"),
            (func.count() - func.count(case((is_dated, 1)))).label("undated"),
        )
        .select_from(frame.from_)
        .where(*frame.conditions)
    )


def _longest(layer: Layer, scope: Scope, question: StallQuestion, after: Any) -> Any:
    frame = _open_deals(layer, scope, question)
    told = {"title": ("deal", "title"), "customer": ("customer", "name"), "salesperson": ("salesperson", "name")}
    told |= {"stage": ("stage", "name")}
    columns = [frame.exact(layer.column(*where)).label(name) for name, where in told.items()]
    value = frame.column(layer.column("deal", "value"))
    moved = frame.column(layer.column("deal", "moved"))
    key = frame.column(layer.column("deal", "key"))
    frame.only(layer.deal_moments.is_day(moved))
    frame.only(moved < after)
    query = select(*columns, value.label("value"), moved.label("moved")).select_from(frame.from_)
    return query.where(*frame.conditions).order_by(moved, value.desc(), key).limit(min(question.limit, _MOST_AT_ONCE))
