"""Queries of an LLM's own in the audit trail: for whom, which statement, how many rows, how long; never their rows."""

from sqlalchemy import Engine

from agent.tools.sql.tool import SqlUse
from models.audit import note
from models.ids import new_id
from models.session import session_scope
from models.tenant import find_tenant

QUERIED = "queried"


class QueryTrail:
    """Of one tenant's agents; for any thread. Raises SQLAlchemyError: what cannot be written down is not answered."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def __call__(self, use: SqlUse) -> None:
        words = f"{use.tool}: {', '.join(use.tables)}; {use.rows} rows; statement {use.digest}"
        detail = {
            "tool": use.tool,
            "role": use.role,
            "tables": list(use.tables),
            "sql_digest": use.digest,
            "rows": use.rows,
            "plan_cost": use.cost,
            "time_ms": use.milliseconds,
        }
        with session_scope(self._engine) as connection:
            tenant_id = find_tenant(connection, self._tenant)
            assert tenant_id is not None, "an agent belongs to a tenant that is there"
            note(connection, tenant_id, new_id(), QUERIED, "", use.person, words, detail)
