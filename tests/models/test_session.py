"""What an engine promises beside its connections."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from models.session import is_database_away, session_scope


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
