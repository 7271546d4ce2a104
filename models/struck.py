"""How many replies went out without figures that nothing had told, by agent: which of them makes up most."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Connection, func, select

from models.agents.version import versions
from models.run import runs
from models.usage import midnight


@dataclass(frozen=True, slots=True)
class StruckRow:
    """Of one agent, "" being the environment's: its finished runs, and those of them whose reply lost figures."""

    agent: str
    replies: int
    struck: int


def count_struck(connection: Connection, tenant_id: UUID, start: date, end: date, timezone: str) -> list[StruckRow]:
    """Of runs that began on these days, both included; by the agent's name, whatever its version."""
    r, v = runs.c, versions.c
    agent = func.coalesce(v.name, "").label("agent")
    statement = (
        select(agent, func.count(), func.count().filter(r.error.contains("ungrounded:")))
        .select_from(runs.outerjoin(versions, v.id == r.agent_version_id))
        .where(r.tenant_id == tenant_id, r.status == "done")
        .where(r.started_at >= midnight(start, timezone), r.started_at < midnight(end + timedelta(days=1), timezone))
        .group_by(agent)
        .order_by(agent)
    )
    return [StruckRow(name, replies, struck) for name, replies, struck in connection.execute(statement)]
