"""The tool that finds deals that stand still."""

from typing import Any

from pydantic import Field

from agent.tools.decorator import tool
from agent.tools.desk import Answer, Desk
from agent.tools.figures import money
from agent.tools.schema import Arguments
from models.sales.stalled import StalledDeal, StallQuestion


class StalledArguments(Arguments):
    days: int | None = Field(
        default=None,
        ge=1,
        le=3650,
        description="Days without a move: 14 for 'há duas semanas'; null: the company's own number of days.",
    )
    stage: str | None = Field(default=None, description="A stage, or a part of its name; null: all open stages.")
    salesperson: str | None = Field(default=None, description="A name, or 'me' for the person who asks; null: all.")
    n: int = Field(default=20, ge=1, le=100, description="How many deals, 1 to 100.")


@tool(effect="read", roles={"rep", "manager"}, reads_sales=True)
def stalled_deals(desk: Desk, arguments: StalledArguments) -> Answer:
    """Open deals that stand still ("negócios parados", "oportunidades sem movimento há 30 dias"), the longest first.

    moved is the day of a deal's last move and days_still how long ago that was; days is how many had to pass, and
    assumed_days that number where nobody named one: say it. deals and total count all of them, also beyond the n shown.
    undated are open deals of which the data does not tell when they moved. The error moves_unknown means that this
    company's data does not tell it of any: say so, and give no list.
    """
    days = arguments.days
    pipeline = desk.sales.layer.spec.pipeline
    if days is None:
        days = pipeline.deal.stands_after if pipeline else 1
    stage = None if arguments.stage is None else desk.stage(arguments.stage)
    salesperson = None if arguments.salesperson is None else desk.salesperson(arguments.salesperson)
    stall = desk.sales.stalled(desk.scope, StallQuestion(desk.today, days, stage, salesperson, arguments.n))
    data: dict[str, Any] = {
        "items": [_told(item, desk) for item in stall.items],
        "deals": stall.deals,
        "total": money(stall.value),
        "unit": desk.sales.layer.spec.currency,
        "assumed_days" if arguments.days is None else "days": days,
    }
    if stall.undated:
        data["undated"] = stall.undated
    held = {"stage": stage, "salesperson": salesperson}
    filters = {name: value for name, value in held.items() if value is not None}
    content = desk.put_down_sales(data, relation=desk.relation("deal"), rows=stall.deals, filters=filters)
    return Answer({"days": days, **held}, content)


def _told(item: StalledDeal, desk: Desk) -> dict[str, Any]:
    told: dict[str, Any] = {
        "title": item.title,
        "customer": item.customer,
        "salesperson": item.salesperson,
        "stage": item.stage,
        "value": money(item.value),
    }
    if item.moved_on is None:
        return told
    return told | {"moved": item.moved_on.isoformat(), "days_still": (desk.today - item.moved_on).days}
