"""Aurora's database seen by a role of its own for free SQL, and the tool over it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from agent.base import PersonRole, ToolContext, ToolResult
from agent.tools.sql.spec import SqlSpec
from agent.tools.sql.tool import SqlUse, build_sql_door, build_sql_tool
from models.sql_door import SqlDoor
from tests.agent.tools.conftest import ZONE, HandClock, situation

ROLE = "recado_free_sql"
READABLE = ("sales_order", "order_item", "customer", "product", "salesperson", "goal")
MINE = "salesperson_id IN (SELECT id FROM salesperson WHERE name = :salesperson)"
SPEC: dict[str, Any] = {
    "url": "${FREE_SQL_URL}",
    "schema_name": "demo",
    "description": "Orders of a coffee roaster, in BRL.",
    "roles": ["manager", "rep"],
    "timeout_seconds": 30,
    "tables": {
        "sales_order": {
            "columns": {
                "id": "number",
                "ordered_on": "date",
                "customer_id": "",
                "salesperson_id": "",
                "status": "open, invoiced or cancelled",
                "total": "BRL",
            },
            "scope": {"rep": MINE},
        },
        "order_item": {
            "columns": {"order_id": "", "product_id": "", "quantity": "", "total": "BRL"},
            "scope": {"rep": f"order_id IN (SELECT id FROM sales_order WHERE {MINE})"},
        },
        "customer": {
            "columns": {"id": "", "name": "", "city": "", "state": "", "segment": ""},
            "masks": {"city": "first_letter", "segment": "hidden"},
            "scope": {"rep": MINE},
        },
        "product": {"columns": {"id": "", "name": "", "category": "", "price": "BRL"}, "scope": {"rep": "true"}},
        "salesperson": {"columns": {"id": "", "name": ""}},
        "goal": {"columns": {"salesperson_id": "", "month": "", "amount": ""}, "description": "Goals by month."},
    },
}


def spec_of(**given: Any) -> SqlSpec:
    return SqlSpec.model_validate(SPEC | given)


def as_role(url: str, role: str) -> str:
    return make_url(url).set(username=role).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def free_sql_url(demo_database_url: str) -> str:
    """Aurora through the eyes of a role that reads the tables of SPEC and nothing else."""
    with psycopg.connect(demo_database_url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone():
            connection.execute(f"CREATE ROLE {ROLE} LOGIN")
        connection.execute(f"GRANT USAGE ON SCHEMA demo TO {ROLE}")
        for table in READABLE:
            connection.execute(f"GRANT SELECT ON demo.{table} TO {ROLE}")
    return as_role(demo_database_url, ROLE)


@pytest.fixture(scope="session")
def door(free_sql_url: str) -> Iterator[SqlDoor]:
    made = build_sql_door(spec_of(), {"FREE_SQL_URL": free_sql_url})
    yield made
    made.close()


class SqlCaller:
    """Asks as the assistant does; `uses` is what went to the audit."""

    def __init__(self, door: SqlDoor, spec: SqlSpec) -> None:
        self.uses: list[SqlUse] = []
        self.tool = build_sql_tool(spec, door=door, clock=HandClock(), audit=self.uses.append)[spec.name]

    def __call__(self, sql: str, role: PersonRole = "manager", **known: Any) -> ToolResult:
        return self.tool.call(ToolContext(situation(role, **known), ZONE), {"sql": sql, "purpose": "a test"})

    def rows(self, sql: str, role: PersonRole = "manager", **known: Any) -> list[dict[str, Any]]:
        result = self(sql, role, **known)
        assert result.ok, result.content
        return list(result.content["data"])

    def code(self, sql: str, role: PersonRole = "manager", **known: Any) -> str:
        result = self(sql, role, **known)
        assert not result.ok, result.content
        return str(result.content["error"]["code"])


@pytest.fixture
def ask(door: SqlDoor) -> SqlCaller:
    return SqlCaller(door, spec_of())


@pytest.fixture(scope="session")
def owner(demo_database_url: str) -> Iterator["psycopg.Connection[Any]"]:
    """Sees everything: what answers are compared with."""
    options = f"-c search_path=demo -c timezone={ZONE}"
    with psycopg.connect(demo_database_url, autocommit=True, options=options) as connection:
        yield connection
