"""One statement by itself: committed or nothing, and its errors are those of everybody else's statements."""

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from models.session import build_engine, session_scope
from models.statement import execute_alone
from tests.faults.neighbours import proxied_database

_ADD = "INSERT INTO tenant (id, slug, name, timezone) VALUES (gen_random_uuid(), %(slug)s, %(name)s, '') RETURNING slug"


@pytest.fixture
def single(fresh_database_url: str) -> Engine:
    """An engine of one connection, so that every use is of the same."""
    return build_engine(fresh_database_url, application_name="recado-tests-single", pool_size=1)


def slugs(engine: Engine) -> list[str]:
    with session_scope(engine) as connection:
        return list(connection.execute(text("SELECT slug FROM tenant ORDER BY slug")).scalars())


def test_what_it_wrote_is_committed_when_it_returns(single: Engine, engine: Engine) -> None:
    assert execute_alone(single, _ADD, {"slug": "a", "name": "A"}) == ("a",)
    assert slugs(engine) == ["a"]
    single.dispose()


def test_the_connection_is_good_for_transactions_afterwards(single: Engine, engine: Engine) -> None:
    execute_alone(single, _ADD, {"slug": "a", "name": "A"})
    with pytest.raises(IntegrityError):
        execute_alone(single, _ADD, {"slug": "a", "name": "A"})
    with pytest.raises(UnicodeEncodeError):
        execute_alone(single, _ADD, {"slug": "b", "name": "\ud800"})
    with single.connect() as connection:
        connection.execute(text("DELETE FROM tenant"))
        connection.rollback()
    assert slugs(engine) == ["a"]
    single.dispose()


def test_its_errors_are_sqlalchemys_and_name_no_values(single: Engine) -> None:
    with pytest.raises(DataError) as refused:
        execute_alone(single, _ADD, {"slug": "a", "name": "Ana\x00"})
    assert "Ana" not in str(refused.value)
    single.dispose()


def test_a_connection_that_is_cut_meanwhile_is_replaced_and_told_of(single: Engine) -> None:
    execute_alone(single, _ADD, {"slug": "a", "name": "A"})
    with pytest.raises(OperationalError) as cut:
        execute_alone(single, "SELECT pg_terminate_backend(pg_backend_pid())", {})
    assert cut.value.connection_invalidated
    assert isinstance(cut.value.orig, psycopg.OperationalError)
    assert execute_alone(single, _ADD, {"slug": "b", "name": "B"}) == ("b",)
    single.dispose()


def test_a_statement_of_no_row_is_an_error_of_ours(single: Engine) -> None:
    with pytest.raises(ValueError, match="not enough values"):
        execute_alone(single, "SELECT 1 WHERE false", {})
    single.dispose()


def test_a_server_that_cannot_be_reached_is_told_of_in_the_same_words(fresh_database_url: str) -> None:
    with proxied_database(fresh_database_url) as (proxy, url):
        far = build_engine(url, application_name="recado-tests-single", pool_size=1)
        proxy.refuse()
        with pytest.raises(OperationalError):
            execute_alone(far, _ADD, {"slug": "a", "name": "A"})
        far.dispose()
