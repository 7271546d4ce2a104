"""The tool that tells how the deals stand."""

from decimal import Decimal

from pydantic import Field

from agent.tools.decorator import tool
from agent.tools.desk import Answer, Desk
from agent.tools.figures import money
from agent.tools.schema import Arguments


class PipelineArguments(Arguments):
    stage: str | None = Field(default=None, description="A stage, or a part of its name; null: all stages.")


@tool(effect="read", roles={"rep", "manager"}, reads_sales=True)
def pipeline_status(desk: Desk, arguments: PipelineArguments) -> Answer:
    """How many deals stand in each stage of the sales pipeline today, and what they are worth.

    Stages come in the order that a deal moves through them; those marked closed are won or lost. deals and total sum
    the stages listed; open_deals and open_total leave the closed ones out: that is what "the pipeline is worth".
    """
    stage = None if arguments.stage is None else desk.stage(arguments.stage)
    stages = desk.sales.pipeline(desk.scope, stage)
    open_stages = [entry for entry in stages if not entry.closed]
    deals = sum(entry.deals for entry in stages)
    data = {
        "stages": [
            {"stage": entry.stage, "deals": entry.deals, "value": money(entry.value), "closed": entry.closed}
            for entry in stages
        ],
        "deals": deals,
        "total": money(sum((entry.value for entry in stages), Decimal(0))),
        "open_deals": sum(entry.deals for entry in open_stages),
        "open_total": money(sum((entry.value for entry in open_stages), Decimal(0))),
        "unit": desk.sales.layer.spec.currency,
    }
    filters = {} if stage is None else {"stage": stage}
    content = desk.put_down_sales(data, relation=desk.relation("deal"), rows=deals, filters=filters)
    return Answer({"stage": stage}, content)
