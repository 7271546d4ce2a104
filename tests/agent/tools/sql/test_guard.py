"""What free SQL is refused, before the database and by the database."""

from typing import Any

import psycopg
import pytest

from agent.tools.sql.guard import read_query, write_query
from agent.tools.sql.views import confine
from models.errors import ConfigurationError, ToolError
from models.sql_door import SqlBounds, SqlDoor
from tests.agent.tools.conftest import HandClock, situation
from tests.agent.tools.sql.bypasses import BYPASSES, LOOKS, WRITES
from tests.agent.tools.sql.conftest import READABLE, SqlCaller, as_role, spec_of
from tests.agent.tools.sql.reports import REPORTS


@pytest.mark.parametrize("sql", BYPASSES, ids=lambda sql: sql[:60])
def test_every_way_round_is_refused_before_the_database_hears_of_it(sql: str) -> None:
    spec = spec_of()
    with pytest.raises(ToolError) as caught:
        confine(read_query(sql, spec.tables), spec, situation("manager"), 8000)
    assert caught.value.code in ("forbidden_sql", "bad_sql")
    assert len(str(caught.value)) < 500


def test_there_are_enough_ways_round_and_enough_reports() -> None:
    assert len(set(BYPASSES)) == len(BYPASSES) >= 150
    assert len(set(REPORTS)) == len(REPORTS) >= 40
    assert len(set(WRITES)) == len(WRITES) >= 25


@pytest.mark.parametrize("sql", REPORTS, ids=lambda sql: sql[:60])
def test_a_report_is_written_anew_without_comments_and_with_every_name_quoted(sql: str) -> None:
    written = write_query(read_query(sql, READABLE))
    assert "--" not in written
    assert '"' in written
    assert write_query(read_query(written, READABLE)) == written


def test_functions_of_the_database_s_own_are_allowed_by_name_only() -> None:
    sql = "SELECT fiscal_quarter(ordered_on) AS q FROM sales_order"
    with pytest.raises(ToolError, match="FISCAL_QUARTER"):
        read_query(sql, READABLE)
    assert read_query(sql, READABLE, ["fiscal_quarter"])


# The database's own barriers, with no guard before them.


@pytest.fixture
def unguarded(free_sql_url: str) -> Any:
    door = SqlDoor(free_sql_url, "demo", READABLE, SqlBounds(1.0, 1e12, 100, 10_000))
    yield door
    door.close()


def _everything(owner: "psycopg.Connection[Any]") -> list[Any]:
    """Sorted: PostgreSQL counts tables in any order where several of its workers do."""
    counted = " UNION ALL ".join(f"SELECT '{t}', count(*), sum(hashtext(x::text)) FROM {t} x" for t in READABLE)
    relations = "SELECT oid::bigint FROM pg_class WHERE relkind IN ('r', 'v') ORDER BY 1"
    return [sorted(owner.execute(counted).fetchall()), owner.execute(relations).fetchall()]


def test_without_the_guard_the_role_and_the_door_alone_stop_every_write(
    unguarded: SqlDoor, owner: "psycopg.Connection[Any]"
) -> None:
    before = _everything(owner)
    for sql in (*WRITES, *LOOKS):
        with pytest.raises(ToolError):
            unguarded.ask(sql)
    assert _everything(owner) == before


def test_even_past_the_estimate_the_role_stops_every_write(free_sql_url: str, owner: "psycopg.Connection[Any]") -> None:
    """EXPLAIN refuses what is no query: here the text goes straight to the connection, in a transaction that writes."""
    before = _everything(owner)
    with psycopg.connect(free_sql_url, autocommit=True, options="-c search_path=demo -c statement_timeout=300") as raw:
        for sql in (*WRITES, *LOOKS):
            if sql.startswith(("SELECT set_config", "VACUUM")):
                continue  # the one grants nothing, the other is skipped with a warning
            with pytest.raises(psycopg.Error), psycopg.RawCursor(raw) as cursor:
                list(cursor.stream(sql.encode(), []))
    assert _everything(owner) == before


class Trusting(SqlDoor):
    """A door that takes any role."""

    def check(self) -> None:
        return


def test_even_a_superuser_writes_nothing_in_the_door_s_transactions(
    demo_database_url: str, owner: "psycopg.Connection[Any]"
) -> None:
    door = Trusting(demo_database_url, "demo", READABLE, SqlBounds(1.0, 1e12, 100, 10_000))
    before = _everything(owner)
    for sql in WRITES:
        with pytest.raises(ToolError):
            door.ask(sql)
    door.close()
    assert _everything(owner) == before


def test_a_second_statement_is_refused_by_the_protocol_itself(free_sql_url: str) -> None:
    with psycopg.connect(free_sql_url) as raw, psycopg.RawCursor(raw) as cursor:
        found = cursor.stream(b"SELECT 1; SELECT 2", [])
        with pytest.raises(psycopg.errors.SyntaxError, match="multiple commands"):
            next(found)


# The role.


def test_a_role_that_may_do_more_than_read_the_configured_tables_is_not_used(
    demo_database_url: str, free_sql_url: str
) -> None:
    bounds = SqlBounds(30.0, 1e9, 10, 10_000)
    owners, wide = (
        SqlDoor(demo_database_url, "demo", READABLE, bounds),
        SqlDoor(free_sql_url, "demo", ["customer"], bounds),
    )
    for door in (owners, wide):
        with pytest.raises(ToolError, match="not set up safely"):
            door.ask("SELECT 1")
        door.close()


def test_the_reason_is_told_to_the_operator(demo_database_url: str, free_sql_url: str) -> None:
    bounds = SqlBounds(1.0, 1e9, 10, 10_000)
    for url, readable, words in (
        (demo_database_url, READABLE, "is a superuser"),
        (free_sql_url, ["customer"], "may read demo.*, which is not configured"),
    ):
        door = SqlDoor(url, "demo", readable, bounds)
        with pytest.raises(ConfigurationError, match=words):
            door.check()
        door.close()


def test_a_role_that_is_given_more_later_is_used_no_longer_until_it_is_taken_away(
    demo_database_url: str, owner: "psycopg.Connection[Any]"
) -> None:
    clock = HandClock()
    for statement in (
        "CREATE ROLE recado_free_sql_later LOGIN",
        "GRANT USAGE ON SCHEMA demo TO recado_free_sql_later",
        "GRANT SELECT ON product TO recado_free_sql_later",
    ):
        owner.execute(statement)
    url = as_role(demo_database_url, "recado_free_sql_later")
    door = SqlDoor(url, "demo", ["product"], SqlBounds(10.0, 1e9, 10, 10_000), clock=clock)
    assert door.ask("SELECT 1").rows == ("1",)
    owner.execute("GRANT UPDATE ON product TO recado_free_sql_later")
    clock.seconds = 601
    with pytest.raises(ToolError, match="not set up safely"):
        door.ask("SELECT 1")
    owner.execute("REVOKE UPDATE ON product FROM recado_free_sql_later")
    assert door.ask("SELECT 1").rows == ("1",)
    door.close()
    owner.execute("DROP OWNED BY recado_free_sql_later")
    owner.execute("DROP ROLE recado_free_sql_later")


# What costs too much.


def test_a_query_that_would_read_too_much_is_not_run(free_sql_url: str, door: SqlDoor) -> None:
    ask = SqlCaller(door, spec_of())
    cross = "SELECT count(*) AS n FROM order_item a, order_item b, order_item c"
    assert ask.code(cross) == "too_costly"
    assert ask.uses == []


def test_a_query_that_takes_too_long_is_ended(unguarded: SqlDoor) -> None:
    with pytest.raises(ToolError) as caught:
        unguarded.ask("SELECT pg_sleep(20)::text")
    assert caught.value.code == "too_slow"


def test_a_database_that_is_away_is_told_apart_from_a_wrong_query() -> None:
    door = SqlDoor("postgresql://nobody@127.0.0.1:1/none", "demo", READABLE, SqlBounds(1.0, 1e9, 10, 10_000))
    with pytest.raises(ToolError) as caught:
        door.ask("SELECT 1")
    assert (caught.value.code, caught.value.details["retryable"]) == ("unavailable", True)
    door.close()
