"""The engines that every other test stands on."""

from typing import Any

import psycopg
import pytest
from redis import Redis
from sqlalchemy import Engine, text

from tests.databases import Databases


def test_a_fresh_database_is_migrated_and_empty(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
        assert connection.execute(text("SHOW server_encoding")).scalar_one() == "UTF8"


def test_the_queue_is_empty_for_those_who_ask(fresh_redis_url: str) -> None:
    with Redis.from_url(fresh_redis_url) as client:
        assert client.dbsize() == 0


def test_a_database_that_only_got_rows_is_lent_again_empty_and_under_another_name(databases: Databases) -> None:
    with databases.lent() as first:
        left_behind = psycopg.connect(first)
        add_row(left_behind)
        number = oid(left_behind)
        left_behind.commit()
    with databases.lent() as second, psycopg.connect(second) as connection:
        assert second != first
        assert oid(connection) == number
        assert connection.execute("SELECT count(*) FROM tenant").fetchone() == (0,)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(first)
    with pytest.raises(psycopg.OperationalError, match="terminating connection"):
        left_behind.execute("SELECT 1")


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE mine ()",
        "DROP TABLE rest",
        "ALTER TABLE rest ADD COLUMN mine int",
        "ALTER TABLE message DISABLE TRIGGER ALL",
        "CREATE INDEX ON tenant (name)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "ANALYZE",
        "VACUUM",
        "UPDATE alembic_version SET version_num = 'mine'",
    ],
)
def test_a_database_that_got_more_than_rows_is_not_lent_again(databases: Databases, change: str) -> None:
    with databases.lent() as url, psycopg.connect(url, autocommit=True) as connection:
        add_row(connection)
        connection.execute(change.encode())
        number = oid(connection)
    with databases.lent() as url, psycopg.connect(url) as connection:
        assert oid(connection) != number


def add_row(connection: "psycopg.Connection[Any]") -> None:
    connection.execute("INSERT INTO tenant VALUES (gen_random_uuid(), 'aurora', 'Aurora', 'UTC', now())")
    connection.commit()


def oid(connection: "psycopg.Connection[Any]") -> int:
    """The number that a database keeps under any name."""
    [(number,)] = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchall()
    return int(number)
