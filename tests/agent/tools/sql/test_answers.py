"""What free SQL answers: the database's own figures, and of them only the asker's rows and the allowed columns."""

import json
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from pydantic import ValidationError

from agent.base import ToolContext
from agent.tools.sql.tool import SqlUse, build_sql_door, build_sql_tool, describe_tables
from models.errors import ConfigurationError
from models.sql_door import SqlDoor
from tests.agent.tools.conftest import ZONE, HandClock, situation
from tests.agent.tools.sql.conftest import SPEC, SqlCaller, spec_of
from tests.agent.tools.sql.reports import EXPRESSIONS, REPORTS

RAFAEL = "Rafael Quintela"


def _as_told(owner: "psycopg.Connection[Any]", sql: str) -> list[dict[str, Any]]:
    """What the database's owner gets for the text as it was written, less what is masked."""
    bare = sql.partition("--")[0].strip().rstrip(";")
    rows = owner.execute(f"SELECT row_to_json(x)::text FROM ({bare}) AS x LIMIT 200").fetchall()  # type: ignore[arg-type]
    return [json.loads(row[0], parse_float=str) for row in rows]


@pytest.mark.parametrize("sql", REPORTS, ids=lambda sql: sql[:60])
def test_a_manager_s_report_is_answered_as_the_database_would(
    sql: str, ask: SqlCaller, owner: "psycopg.Connection[Any]"
) -> None:
    told = ask.rows(sql)
    assert told == _as_told(owner, sql)[: len(told)]
    assert told


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_means_what_it_meant(expression: str, ask: SqlCaller, owner: "psycopg.Connection[Any]") -> None:
    sql = f"SELECT {expression} AS value FROM sales_order WHERE id = (SELECT min(id) FROM sales_order)"
    assert ask.rows(sql) == _as_told(owner, sql)


def test_an_answer_names_its_tables_its_hour_and_its_rows(ask: SqlCaller) -> None:
    result = ask("SELECT count(*) AS n, sum(total) AS revenue FROM sales_order JOIN customer ON true WHERE false")
    assert result.content == {
        "ok": True,
        "source": "query_database: customer, sales_order",
        "as_of": "2026-11-21T09:00:00-03:00",
        "rows": 1,
        "data": [{"n": 0, "revenue": None}],
    }
    assert result.arguments["sql"].startswith("SELECT count(*)")


def test_amounts_come_to_the_cent_and_twin_names_are_numbered(ask: SqlCaller) -> None:
    [row] = ask.rows("SELECT 1234.50 AS a, 2 AS a, 'x' AS a")
    assert row == {"a": "1234.50", "a_2": 2, "a_3": "x"}


def test_more_rows_than_allowed_are_cut_and_the_llm_is_told_so(door: SqlDoor, free_sql_url: str) -> None:
    spec = spec_of(rows=10)
    few = build_sql_door(spec, {"FREE_SQL_URL": free_sql_url})
    result = SqlCaller(few, spec)("SELECT id FROM sales_order ORDER BY id")
    few.close()
    assert (result.content["rows"], result.content["truncated"]) == (10, True)
    spec = spec_of(max_bytes=2048)
    small = build_sql_door(spec, {"FREE_SQL_URL": free_sql_url})
    result = SqlCaller(small, spec)("SELECT id, status, ordered_on, total FROM sales_order ORDER BY id")
    wide = SqlCaller(small, spec).code("SELECT string_agg(status, ',') AS all_of_them FROM sales_order")
    small.close()
    assert result.content["truncated"] is True
    assert len(json.dumps(result.content).encode()) <= 2048
    assert wide == "too_large"


def test_every_query_goes_to_the_audit_with_what_ran_and_how_much_it_gave(ask: SqlCaller) -> None:
    ask.rows("SELECT id FROM customer LIMIT 3", "rep")
    [use] = ask.uses
    assert (use.role, use.person, use.tables, use.rows) == ("rep", "Rafael", ("customer",), 3)
    assert use.sql == "SELECT id FROM customer LIMIT 3"
    assert RAFAEL not in use.executed
    assert "$1" in use.executed
    assert use.cost > 0
    assert len(use.digest) == 16


def test_an_answer_that_cannot_be_written_down_is_not_given(door: SqlDoor) -> None:
    def refuse(use: SqlUse) -> None:
        raise RuntimeError("the trail is away")

    tool = build_sql_tool(spec_of(), door=door, clock=HandClock(), audit=refuse)["query_database"]
    with pytest.raises(RuntimeError, match="the trail is away"):
        tool.call(ToolContext(situation("manager"), ZONE), {"sql": "SELECT id FROM customer", "purpose": "a test"})


def test_a_mistake_of_the_sql_is_told_so_that_it_can_be_mended(ask: SqlCaller) -> None:
    error = ask("SELECT sum(name) AS x FROM customer").content["error"]
    assert (error["code"], error["retryable"]) == ("bad_sql", False)
    assert "sum(text)" in error["message"]
    assert "customer" in ask("SELECT id FROM clientes").content["error"]["message"]
    assert ask.code("SELECT total / 0 AS x FROM sales_order") == "bad_sql"


# Columns.


def test_a_masked_column_shows_its_mask_wherever_it_is_used(ask: SqlCaller, owner: "psycopg.Connection[Any]") -> None:
    rows = ask.rows("SELECT city, segment FROM customer")
    assert all(row["segment"] is None and row["city"].endswith("***") and len(row["city"]) == 4 for row in rows)
    cities = [row[0] for row in owner.execute("SELECT DISTINCT city FROM customer").fetchall()]
    for city in cities:
        quoted = city.replace("'", "''")
        for condition in (f"city = '{quoted}'", f"city LIKE '{quoted}%'", f"city || '' = '{quoted}'"):
            assert ask.rows(f"SELECT count(*) AS n FROM customer WHERE {condition}") == [{"n": 0}]
    shown = ask.rows("SELECT * FROM customer LIMIT 1")[0]
    assert list(shown) == ["id", "name", "city", "state", "segment"]


# Rows.


def test_a_rep_sees_the_own_rows_and_no_others(ask: SqlCaller, owner: "psycopg.Connection[Any]") -> None:
    [(total, orders)] = owner.execute(
        "SELECT sum(o.total), count(*) FROM sales_order o JOIN salesperson s ON s.id = o.salesperson_id"
        " WHERE s.name = %s",
        (RAFAEL,),
    ).fetchall()
    [row] = ask.rows("SELECT sum(total) AS total, count(*) AS orders FROM sales_order", "rep")
    assert (Decimal(row["total"]), row["orders"]) == (total, orders)
    result = ask("SELECT count(*) AS n FROM customer", "rep")
    assert result.content["filters"] == {"own rows only of": ["customer"]}


# What a rep's LLM may be talked into, each summing up to a single row: the own figure, or nothing.
TRICKS = (
    "SELECT sum(total) AS t FROM sales_order WHERE true OR true",
    "SELECT sum(total) AS t FROM sales_order WHERE salesperson_id IS NOT NULL OR 1 = 1",
    "SELECT sum(sales_order.total) AS t FROM sales_order",
    "SELECT sum(x.total) AS t FROM sales_order AS x",
    'SELECT sum(total) AS t FROM "sales_order"',
    "SELECT sum(total) AS t FROM SALES_ORDER",
    "SELECT sum(t) AS t FROM (SELECT total AS t FROM sales_order UNION ALL SELECT 0 FROM sales_order) u",
    "WITH a AS (SELECT * FROM sales_order) SELECT sum(total) AS t FROM a",
    "WITH salesperson AS (SELECT DISTINCT salesperson_id AS id, 'Rafael Quintela' AS name FROM sales_order"
    " UNION SELECT 1, 'Rafael Quintela' UNION SELECT 2, 'Rafael Quintela' UNION SELECT 3, 'Rafael Quintela'"
    " UNION SELECT 4, 'Rafael Quintela' UNION SELECT 5, 'Rafael Quintela') SELECT sum(total) AS t FROM sales_order",
    "SELECT (SELECT sum(total) FROM sales_order) AS t",
    "SELECT sum(o.total) AS t FROM sales_order o WHERE EXISTS (SELECT 1 FROM sales_order)",
    "SELECT sum(a.total) AS t FROM sales_order a LEFT JOIN customer c ON c.id = a.customer_id OR true WHERE c.id ="
    " (SELECT min(id) FROM customer)",
    "SELECT sum(total) AS t FROM sales_order AS demo",
    "SELECT sum(e) AS t FROM sales_order AS z(a, b, c, d, s, e)",
    "SELECT sum(total) AS t FROM product p RIGHT JOIN sales_order o ON false",
    "SELECT sum(o.total) AS t FROM (sales_order o LEFT JOIN product p ON false)",
    "SELECT sum(o.total) AS t FROM (product p RIGHT JOIN (sales_order o LEFT JOIN customer c ON false) ON false)",
)  # fmt: skip


@pytest.mark.parametrize("sql", TRICKS, ids=lambda sql: sql[:60])
def test_no_way_of_asking_widens_a_rep_s_rows(ask: SqlCaller, owner: "psycopg.Connection[Any]", sql: str) -> None:
    [(own, everything)] = owner.execute(
        "SELECT sum(o.total) FILTER (WHERE s.name = %s), sum(o.total) FROM sales_order o"
        " JOIN salesperson s ON s.id = o.salesperson_id",
        (RAFAEL,),
    ).fetchall()
    [row] = ask.rows(sql, "rep")
    assert Decimal(row["t"]) == own != everything


def test_an_error_on_another_s_row_is_not_provoked(ask: SqlCaller, owner: "psycopg.Connection[Any]") -> None:
    """The scope is applied before anything of the query: else a division by nothing tells that a row is there."""
    [(foreign,)] = owner.execute(
        "SELECT max(o.id) FROM sales_order o JOIN salesperson s ON s.id = o.salesperson_id WHERE s.name <> %s",
        (RAFAEL,),
    ).fetchall()
    probe = f"SELECT count(*) AS n FROM sales_order WHERE 1 / (id - {foreign}) < 2"
    assert ask.rows(probe, "rep")[0]["n"] > 0
    assert ask.code(probe) == "bad_sql"


def test_a_table_without_a_scope_for_the_role_is_not_there_for_it(ask: SqlCaller) -> None:
    assert ask.rows("SELECT count(*) AS n FROM salesperson")
    assert ask.code("SELECT count(*) AS n FROM salesperson", "rep") == "forbidden_sql"
    assert "salesperson" not in str(ask("SELECT 1 AS n FROM nothing", "rep").content["error"]["message"])
    assert ask.rows("SELECT count(*) AS n FROM product", "rep") == ask.rows("SELECT count(*) AS n FROM product")


def test_a_rep_whom_the_data_do_not_know_sees_nothing(ask: SqlCaller) -> None:
    assert ask.code("SELECT count(*) AS n FROM sales_order", "rep", salesperson=None) == "not_allowed"
    assert ask.rows("SELECT count(*) AS n FROM sales_order", "rep", salesperson="' OR true --") == [{"n": 0}]


def test_other_roles_are_refused(ask: SqlCaller, door: SqlDoor) -> None:
    assert ask.code("SELECT 1 AS n", "customer") == "not_allowed"
    assert ask.code("SELECT 1 AS n", "unknown") == "not_allowed"
    only_managers = {key: value for key, value in SPEC.items() if key != "roles"}
    assert SqlCaller(door, type(spec_of()).model_validate(only_managers)).code("SELECT 1 AS n", "rep") == "not_allowed"


# The configuration.


def test_the_llm_is_told_the_tables_and_the_rules() -> None:
    told = describe_tables(spec_of())
    assert "sales_order: id (number), ordered_on (date)" in told
    assert "goal: salesperson_id, month, amount - Goals by month." in told
    assert "At most 200 rows" in told


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"columns": {}}, "columns"),
        ({"columns": {"a": ""}, "masks": {"b": "hidden"}}, "masks names b"),
        ({"columns": {"a": ""}, "scope": {"rep": "a = :person"}}, "none of :customer, :salesperson"),
        ({"columns": {"a": ""}, "scope": {"rep": "SELECT 1"}}, "no SQL condition"),
        ({"columns": {"a": ""}, "scope": {"rep": "a ="}}, "no SQL condition"),
        ({"columns": {"a": ""}, "scope": {"unknown": "true"}}, "scope"),
        ({"columns": {"A b": ""}}, "pattern"),
    ],
)
def test_a_mistake_in_a_table_is_refused(table: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        spec_of(tables={"t": table})


def test_the_address_is_a_reference_and_must_be_set() -> None:
    with pytest.raises(ValidationError):
        spec_of(url="postgresql://recado:secret@host/x")
    with pytest.raises(ConfigurationError, match="FREE_SQL_URL"):
        build_sql_door(spec_of(), {})
    for url in ("mysql://host/x", "no url at all"):
        with pytest.raises(ConfigurationError, match="free SQL"):
            build_sql_door(spec_of(), {"FREE_SQL_URL": url})
