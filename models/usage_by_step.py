"""What each step of the agents' chains used: calls, tokens and money over some days."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, func, select

from models.message import messages
from models.run import completions
from models.usage import midnight


@dataclass(frozen=True, slots=True)
class StepUsage:
    """`step` as `completion.chain_step` has it. `cost` is USD over the priced calls, `unpriced` counts the others."""

    step: str
    completions: int
    tokens_in: int
    tokens_out: int
    cost: Decimal | None
    unpriced: int


def usage_by_step(connection: Connection, tenant_id: UUID, start: date, end: date, timezone: str) -> list[StepUsage]:
    """Both days belong to it, as in `usage_report`; ordered by name. Agents without a chain are left out."""
    c, m = completions.c, messages.c
    statement = (
        select(
            c.chain_step,
            func.count(),
            func.sum(func.coalesce(c.tokens_in, 0)),
            func.sum(func.coalesce(c.tokens_out, 0)),
            func.sum(c.cost),
            func.count().filter(c.cost.is_(None), c.status != "failed"),
        )
        .select_from(completions.join(messages, m.id == c.turn_id))  # a turn bears the id of its first message
        .where(c.tenant_id == tenant_id, c.chain_step != "", m.received_at >= midnight(start, timezone))
        .where(m.received_at < midnight(end + timedelta(days=1), timezone))
        .group_by(c.chain_step)
        .order_by(c.chain_step)
    )
    return [StepUsage(*row) for row in connection.execute(statement)]
