"""The statements of every turn are planned once for all parameters, and find their rows by index whatever the size."""

import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import ClauseElement, Connection, text
from sqlalchemy.dialects import postgresql

from benchmarks.past import write_past
from models import commit, history, journal, lease, said, turns, work
from models.memory import customer_fact, recollection
from models.privacy import expiry
from models.session import build_engine, session_scope, statement_scope
from models.tenant import ensure_account, ensure_tenant

_STATEMENTS: dict[str, ClauseElement] = {
    "take the lease": lease._TAKE_IF_DUE,
    "hold the thread": turns._HOLD_THREAD,
    "look for work": work._LOOK,
    "freeze": turns._FREEZE,
    "begin": turns._BEGIN,
    "read what was said": said._SAID,
    "remember": history._RECENT,
    "recollect": recollection._RECOLLECT,
    "open a call": journal._OPEN,
    "close a call": journal._answering("status", "answer"),
    "store a tool call": journal._STORE_TOOL_CALL,
    "commit": commit._commit("llm", is_pulled=True),
    "release": lease._RELEASE,
}


@pytest.fixture(scope="module")
def past(clone_database: Callable[[], str]) -> Iterator[Connection]:
    """A database in which one conversation is long, and every plan is made without looking at parameters."""
    engine = build_engine(clone_database(), application_name="recado-tests")
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant_id, channel="chat")
    write_past(engine, account, "short-", conversations=100, turns=5)
    write_past(engine, account, "long-", conversations=1, turns=3000)
    with statement_scope(engine) as connection:
        connection.execute(text("SET plan_cache_mode = force_generic_plan"))
        yield connection
        connection.execute(text("RESET plan_cache_mode"))
    engine.dispose()


def _plan(connection: Connection, statement: ClauseElement) -> str:
    compiled = str(statement.compile(dialect=postgresql.dialect(paramstyle="numeric_dollar")))
    count = len(set(re.findall(r"\$\d+", compiled)))
    connection.exec_driver_sql(f"PREPARE probe AS {compiled}")
    try:
        arguments = ", ".join(["NULL"] * count)
        return "\n".join(connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) EXECUTE probe({arguments})").scalars())
    finally:
        connection.exec_driver_sql("DEALLOCATE probe")


@pytest.mark.parametrize("name", _STATEMENTS)
def test_no_statement_of_a_turn_reads_a_table_through(past: Connection, name: str) -> None:
    plan = _plan(past, _STATEMENTS[name])
    assert not re.search(r"Seq Scan on (turn|message|completion|tool_call|run|contact|fact)\b", plan), plan


@pytest.mark.parametrize(
    ("name", "index"),
    [("look for work", "message_waiting"), ("look for work", "turn_unsettled"), ("freeze", "message_waiting")],
)
def test_what_is_open_is_found_without_reading_what_is_settled(past: Connection, name: str, index: str) -> None:
    plan = _plan(past, _STATEMENTS[name])
    assert index in plan, plan


@pytest.mark.parametrize("number", range(len(expiry._TAKE)))
def test_what_is_over_is_taken_without_reading_a_table_through(past: Connection, number: int) -> None:
    plan = _plan(past, expiry._TAKE[number])
    assert not re.search(r"Seq Scan on (turn|message|completion|tool_call|run)\b", plan), plan


@pytest.mark.parametrize(
    "statement", [expiry._HOLD_BY_MESSAGES, expiry._HOLD_BY_TURNS, expiry._MESSAGES, expiry._TURNS]
)
def test_what_may_go_is_found_without_reading_a_table_through(past: Connection, statement: ClauseElement) -> None:
    plan = _plan(past, statement)
    assert not re.search(r"Seq Scan on (turn|message)\b", plan), plan


def test_what_was_told_of_customers_is_found_by_their_words_however_much_was_told(past: Connection) -> None:
    past.execute(
        text("""
        WITH who AS (INSERT INTO contact (id, tenant_id, account_id, address, holder_id)
            SELECT gen_random_uuid(), tenant_id, id, 'teller', gen_random_uuid() FROM channel_account RETURNING *)
        INSERT INTO customer_fact
            (id, tenant_id, contact_id, customer, words, predicate, value, valid_from, turn_id, confidence)
        SELECT gen_random_uuid(), tenant_id, id, 'Loja ' || n, ARRAY['loja', 'x' || n], 'buyer', 'Ana', now(), id, 1
        FROM who, generate_series(1, 5000) AS n
    """)
    )
    past.execute(text("ANALYZE customer_fact"))
    plan = _plan(past, _STATEMENTS["recollect"])
    assert "customer_fact_named" in plan, plan
    assert "Seq Scan on customer_fact" not in plan, plan
    assert "customer_fact_of_customer" in _plan(past, customer_fact._KEPT)
