"""The tool that holds goals against sales."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from pydantic import Field

from agent.tools.decorator import tool
from agent.tools.desk import Answer, Desk, span
from agent.tools.figures import money, percent
from agent.tools.sales import PeriodWords
from agent.tools.schema import Arguments
from models.period import Period
from models.sales.business_days import count_business_days
from models.sales.plans import GoalProgress


class GoalArguments(Arguments):
    salesperson: str | None = Field(
        default=None, description="A name, or 'me' for the person who asks; null: the whole team."
    )
    period: PeriodWords = None


@tool(effect="read", roles={"rep", "manager"}, reads_sales=True)
def goal_progress(desk: Desk, arguments: GoalArguments) -> Answer:
    """The goal of a month (or of several), what was achieved, what is missing and what each business day must bring.

    Goals are monthly: the period is widened to whole calendar months, and the applied one is in the result. "Minha
    meta, my goal" is that of the person who asks. For the team, "people" lists everybody. Achieved is revenue without
    cancelled orders. business_days_left counts from today, today included, without weekends and national holidays.
    goal is null where none was set: then there is no percentage, and none must be made up.
    """
    period = whole_months(desk.period(arguments.period))
    name = arguments.salesperson
    salesperson = desk.scope.salesperson if name is None else desk.salesperson(name)
    progress = desk.sales.goals(desk.scope, period, salesperson)
    unit = {"unit": desk.sales.layer.spec.currency}
    data = {"salesperson": salesperson} | unit | _figures(progress, _days_left(desk, period))
    if salesperson is None:
        data["people"] = [
            {
                "salesperson": person.salesperson,
                "goal": None if person.goal is None else money(person.goal),
                "achieved": money(person.achieved),
                "percent": percent(person.achieved, person.goal),
            }
            for person in progress.people
        ]
    content = desk.put_down_sales(
        data,
        relation=desk.relation("goal", "sale"),
        rows=progress.orders,
        period=period,
        filters={} if salesperson is None else {"salesperson": salesperson},
    )
    return Answer({"salesperson": salesperson, "period": span(period)}, content)


def whole_months(period: Period) -> Period:
    """From the first day of the first month touched to the last day of the last one."""
    after = period.end.replace(day=28) + timedelta(days=4)
    whole = Period(period.start.replace(day=1), after.replace(day=1) - timedelta(days=1))
    same = (whole.start, whole.end) == (period.start, period.end)
    return period if same else whole  # the label told of other days


def _days_left(desk: Desk, period: Period) -> int:
    return count_business_days(max(desk.today, period.start), period.end)


def _figures(progress: GoalProgress, days_left: int) -> dict[str, Any]:
    goal, achieved = progress.goal, progress.achieved
    figures: dict[str, Any] = {
        "goal": None if goal is None else money(goal),
        "achieved": money(achieved),
        "percent": percent(achieved, goal),
        "missing": None,
        "business_days_left": days_left,
        "needed_per_business_day": None,
    }
    if goal is not None:
        missing = max(goal - achieved, Decimal(0))
        figures["missing"] = money(missing)
        if days_left or not missing:
            figures["needed_per_business_day"] = money(missing / max(days_left, 1))
    return figures
