"""Queries of an LLM's own in the audit trail: who asked what kind of query, and nothing of what was found."""

from dataclasses import replace

from sqlalchemy import Engine, select

from agent.tools.sql.tool import SqlUse
from jobs.query_trail import QueryTrail
from models.audit import audits, find_entries
from models.session import session_scope
from models.tenant import ensure_tenant

ASKED = "SELECT name FROM customer WHERE name = 'Bar do Zeca'"
USE = SqlUse("query_database", "rep", "Rafael", ASKED, ASKED.lower(), ("customer",), 3, 12.5, 40)


def test_a_query_stands_in_its_own_tenants_trail_by_a_digest_of_what_ran(engine: Engine) -> None:
    with session_scope(engine) as connection:
        tenants = [ensure_tenant(connection, slug=slug, name=slug, timezone="UTC") for slug in ("default", "acme")]
    trail = QueryTrail(engine, "acme")
    trail(USE)
    trail(replace(USE, person="Marina", role="manager", executed="select 2"))
    with session_scope(engine) as connection:
        of_default, found = (find_entries(connection, tenant) for tenant in tenants)
        details = connection.execute(select(audits.c.detail).order_by(audits.c.at)).scalars().all()
    assert of_default == []
    assert [(one.event, one.person) for one in found] == [("queried", "Marina"), ("queried", "Rafael")]
    assert found[1].words == f"query_database: customer; 3 rows; statement {USE.digest}"
    assert details[0] == {
        "tool": "query_database",
        "role": "rep",
        "tables": ["customer"],
        "sql_digest": USE.digest,
        "rows": 3,
        "plan_cost": 12.5,
        "time_ms": 40,
    }
    assert details[1]["sql_digest"] != USE.digest
    assert "Zeca" not in str((found, details))
