"""What an engine promises beside its connections."""

import time

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from models.session import build_engine, is_database_away, session_scope, statement_scope
from tests.faults.neighbours import proxied_database

_PID = text("SELECT pg_backend_pid()")


def test_errors_do_not_repeat_what_people_wrote(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as caught, session_scope(engine) as connection:
        connection.execute(text("SELECT :words FROM nowhere"), {"words": "quanto a Maria vendeu?"})
    assert "Maria" not in str(caught.value)
    assert not is_database_away(caught.value)


def test_a_statement_that_takes_too_long_means_that_the_database_is_not_at_its_best(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 20"))
        with pytest.raises(OperationalError) as caught:
            connection.execute(text("SELECT pg_sleep(5)"))
    assert is_database_away(caught.value)


def test_a_connection_that_the_server_ended_is_not_handed_out_again(engine: Engine) -> None:
    with session_scope(engine) as connection:
        ended = connection.execute(_PID).scalar_one()
    executioner = create_engine(engine.url)
    with executioner.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": ended})
    executioner.dispose()
    with session_scope(engine) as connection:
        assert connection.execute(_PID).scalar_one() != ended


def test_a_connection_that_lives_is_used_again(engine: Engine) -> None:
    with session_scope(engine) as connection:
        first = connection.execute(_PID).scalar_one()
    with session_scope(engine) as connection:
        assert connection.execute(_PID).scalar_one() == first


def test_a_statement_that_stands_for_itself_is_kept_whatever_follows(engine: Engine) -> None:
    with statement_scope(engine) as connection:
        connection.execute(text("CREATE TABLE kept (number integer)"))
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT 1 / 0"))
    with session_scope(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM kept")).scalar_one() == 0


def test_a_server_that_falls_silent_counts_as_gone_and_its_late_answer_is_nobodys(fresh_database_url: str) -> None:
    with proxied_database(fresh_database_url) as (proxy, url):
        engine = build_engine(url, application_name="recado-tests", pool_size=1, answer_within=1.5)
        with session_scope(engine) as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
        proxy.silence()
        began = time.monotonic()
        with pytest.raises(OperationalError) as caught, session_scope(engine) as connection:
            connection.execute(text("SELECT 2"))
        assert is_database_away(caught.value)
        assert time.monotonic() - began < 60, "the statement's time-out is kept by the server, which nobody hears"
        proxy.heal()
        with session_scope(engine) as connection:
            assert connection.execute(text("SELECT 3")).scalar_one() == 3
        engine.dispose()
