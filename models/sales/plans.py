"""What is planned: goals against what was sold, and the pipeline of deals."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, func, select

from models.period import Period
from models.sales.question import SalesQuestion, Scope
from models.sales.relations import deal, deals, goal, salesperson, stage, within
from models.sales.summary import sum_sales

_MAX_PEOPLE = 10_000


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


def goal_progress(connection: Connection, scope: Scope, months: Period) -> GoalProgress:
    """`months` holds whole calendar months; people with neither goal nor sales in them are left out."""
    if scope.customer is not None:
        return GoalProgress(people=(), orders=0)  # goals are the salesperson's business, not a customer's
    goals_query = (
        select(salesperson.c.name, func.sum(goal.c.amount).label("amount"))
        .select_from(goal.join(salesperson, salesperson.c.id == goal.c.salesperson_id))
        .where(goal.c.month.between(months.start, months.end))
        .group_by(salesperson.c.name)
    )
    if scope.salesperson is not None:
        goals_query = goals_query.where(salesperson.c.name == scope.salesperson)
    goals = {row.name: Decimal(row.amount) for row in connection.execute(goals_query)}
    question = SalesQuestion(months, "revenue", group_by="salesperson", limit=_MAX_PEOPLE)
    sold = sum_sales(connection, scope, question)
    achieved = {group.name: group.value or Decimal(0) for group in sold.groups}
    names = sorted(goals.keys() | achieved.keys())
    people = tuple(Progress(name, goals.get(name), achieved.get(name, Decimal(0))) for name in names)
    return GoalProgress(people=people, orders=sold.orders)


def pipeline_by_stage(connection: Connection, scope: Scope, only: str | None) -> tuple[StageTotal, ...]:
    """In the order that a deal moves through the stages; stages without deals are left out."""
    query = (
        select(
            stage.c.name,
            stage.c.closed,
            func.count(deal.c.id).label("deals"),
            func.coalesce(func.sum(deal.c.value), 0).label("value"),
        )
        .select_from(deals())
        .where(within(scope))
        .group_by(stage.c.name, stage.c.closed, stage.c.position)
        .order_by(stage.c.position)
    )
    if only is not None:
        query = query.where(stage.c.name == only)
    rows = connection.execute(query).all()
    return tuple(StageTotal(row.name, row.deals, Decimal(row.value), bool(row.closed)) for row in rows)
