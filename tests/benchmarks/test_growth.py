"""The past that the growth benchmark writes is one that the program itself could have had."""

import pytest
from sqlalchemy import Engine, text

from benchmarks.growth import Cost, Growth, show_growth
from benchmarks.past import QUESTION, count_messages, write_past
from models.history import recent_turns
from models.session import session_scope
from models.tenant import AccountKey, ensure_account, ensure_tenant


@pytest.fixture
def account(engine: Engine) -> AccountKey:
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        return ensure_account(connection, tenant_id, channel="chat")


def test_a_past_is_remembered_like_any_other(engine: Engine, account: AccountKey) -> None:
    write_past(engine, account, "past-", conversations=3, turns=12)
    assert count_messages(engine) == 72
    with session_scope(engine) as connection:
        key, next_seq = connection.execute(
            text("SELECT id, next_seq FROM conversation WHERE thread_key = 'past-2'")
        ).one()
        newest, *older = recent_turns(connection, key, before_number=next_seq, from_seq=0, limit=40)
    assert next_seq == 25, "the next message comes behind the last one"
    assert newest.number == 23
    assert newest.asked == QUESTION
    assert "vendas somaram" in newest.replied
    assert len(older) == 11


def test_each_turn_of_a_past_has_left_what_turns_leave(engine: Engine, account: AccountKey) -> None:
    write_past(engine, account, "past-", conversations=1, turns=5)
    with session_scope(engine) as connection:
        for table, rows in {"turn": 5, "run": 5, "completion": 10, "tool_call": 5}.items():
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == rows, table


def test_the_factor_counts_the_cpu_of_worker_and_database() -> None:
    growth = Growth("stored messages", Cost("few", 6.0, 2.0, 10.0), Cost("many", 7.0, 3.0, 10.0))
    assert growth.factor == 1.25
    assert "1.25" in show_growth([growth])


def test_the_factor_is_the_workers_alone_where_the_database_tells_nothing() -> None:
    assert Growth("stored messages", Cost("few", 6.0, None, 10.0), Cost("many", 7.5, None, 10.0)).factor == 1.25
