"""What is planned: goals against what was sold, and the pipeline of deals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Connection, func, select

from models.errors import ToolError
from models.period import Period
from models.sales.frames import Frame
from models.sales.layer import Layer
from models.sales.question import SalesFilters, SalesQuestion, Scope
from models.sales.rows import read_rows
from models.sales.summary import exact, sum_sales

_MAX_PEOPLE = 10_000
_MAX_STAGES = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """One salesperson's. `goal` is None where none was set."""

    salesperson: str
    goal: Decimal | None
    achieved: Decimal


@dataclass(frozen=True, slots=True)
class GoalProgress:
    """`orders` counts the orders behind `achieved`; cancelled ones count in neither."""

    people: tuple[Progress, ...]
    orders: int

    @property
    def goal(self) -> Decimal | None:
        """None only where nobody has a goal."""
        goals = [person.goal for person in self.people if person.goal is not None]
        return sum(goals, Decimal(0)) if goals else None

    @property
    def achieved(self) -> Decimal:
        return sum((person.achieved for person in self.people), Decimal(0))


@dataclass(frozen=True, slots=True)
class StageTotal:
    """`closed` marks the stages that a deal ends in, won or lost."""

    stage: str
    deals: int
    value: Decimal
    closed: bool


def goal_progress(
    connection: Connection, layer: Layer, scope: Scope, months: Period, salesperson: str | None
) -> GoalProgress:
    """`months` holds whole calendar months; people with neither goal nor sales in them are left out."""
    if "goal" not in layer.relations:
        raise ToolError("This company's data has no goals.", code="no_goals")
    if scope.customer is not None:
        return GoalProgress(people=(), orders=0)  # goals are the salesperson's business, not a customer's
    goals = _goals(connection, layer, scope, months, salesperson)
    question = SalesQuestion(months, "revenue", "salesperson", SalesFilters(salesperson=salesperson), limit=_MAX_PEOPLE)
    sold = sum_sales(connection, layer, scope, question)
    achieved = {group.name: group.value or Decimal(0) for group in sold.groups}
    names = sorted(goals.keys() | achieved.keys())
    people = tuple(Progress(name, goals.get(name), achieved.get(name, Decimal(0))) for name in names)
    return GoalProgress(people=people, orders=sold.orders)


def _goals(
    connection: Connection, layer: Layer, scope: Scope, months: Period, salesperson: str | None
) -> Mapping[str, Decimal]:
    frame = Frame(layer, "goal")
    name = frame.exact(layer.column("salesperson", "name"))
    amount = func.sum(frame.column(layer.column("goal", "amount"))).label("amount")
    month = frame.column(layer.column("goal", "month"))
    frame.only(month >= months.start)
    frame.only(month < months.end + timedelta(days=1))
    frame.within(scope)
    if salesperson is not None:
        frame.only(frame.equals(layer.column("salesperson", "name"), salesperson))
    query = select(name.label("name"), amount).select_from(frame.from_).where(*frame.conditions)
    rows = read_rows(connection, query.group_by(name).limit(_MAX_PEOPLE))
    return {row.name: exact(row.amount) or Decimal(0) for row in rows if row.name}


def pipeline_by_stage(connection: Connection, layer: Layer, scope: Scope, only: str | None) -> tuple[StageTotal, ...]:
    """In the order that a deal moves through the stages; stages without deals are left out."""
    if "deal" not in layer.relations:
        raise ToolError("This company's data has no pipeline of deals.", code="no_pipeline")
    frame = Frame(layer, "deal")
    name = frame.exact(layer.column("stage", "name"))
    closed = frame.column(layer.column("stage", "closed"))
    position = frame.column(layer.column("stage", "position"))
    deals = func.count(frame.column(layer.column("deal", "key"))).label("deals")
    value = func.coalesce(func.sum(frame.column(layer.column("deal", "value"))), 0).label("value")
    frame.within(scope)
    if only is not None:
        frame.only(frame.equals(layer.column("stage", "name"), only))
    query = (
        select(name.label("name"), closed.label("closed"), deals, value)
        .select_from(frame.from_)
        .where(*frame.conditions)
        .group_by(name, closed, position)
        .order_by(position, name)
        .limit(_MAX_STAGES)
    )
    rows = read_rows(connection, query)
    return tuple(StageTotal(row.name, row.deals, exact(row.value) or Decimal(0), bool(row.closed)) for row in rows)
