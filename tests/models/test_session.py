"""What an engine promises beside its connections."""

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from models.session import is_database_away, session_scope, statement_scope

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
