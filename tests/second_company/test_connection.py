"""What each database is told before it is asked: read, be quick, and speak of time in UTC."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from models.errors import ToolError
from models.sales.reading import read_source_file
from models.sales.source import SalesSource
from tests.second_company.conftest import FILE


def test_nothing_can_be_written_even_by_a_role_that_may(second_url: str) -> None:
    owner = second_url.replace("leitor@", "root@")
    source = SalesSource(owner, read_source_file(FILE), pool_size=1)
    try:
        for _ in range(2):  # the second time over a connection from the pool
            with pytest.raises(SQLAlchemyError, match=r"(?i)read.only"), source.transaction() as connection:
                connection.execute(text("DELETE FROM pedidos"))
    finally:
        source.close()


def test_mariadb_gives_a_statement_five_seconds_and_speaks_utc(mariadb_url: str) -> None:
    source = SalesSource(mariadb_url, read_source_file(FILE), pool_size=1)
    try:
        with source.reading() as connection:
            row = connection.execute(text("SELECT @@max_statement_time, @@time_zone, @@tx_isolation")).one()
        assert tuple(row) == (Decimal(5), "+00:00", "REPEATABLE-READ")
    finally:
        source.close()


def test_a_mysql_that_is_away_is_an_error_the_assistant_can_tell() -> None:
    source = SalesSource("mysql://nobody@127.0.0.1:1/none", read_source_file(FILE))
    with pytest.raises(ToolError) as caught:
        source.version()
    assert caught.value.code == "unavailable"
    source.close()


def test_a_grouping_and_its_total_are_of_one_snapshot(second_url: str) -> None:
    """Two statements in MySQL, between which somebody else writes: the second must not see it."""
    reader = SalesSource(second_url, read_source_file(FILE), pool_size=1)
    other = SalesSource(second_url.replace("leitor@", "root@"), read_source_file(FILE), pool_size=1)
    count = text("SELECT count(*) FROM marcas")
    try:
        with reader.transaction() as connection:
            before = connection.execute(count).scalar_one()
            with other._engine.connect() as writer:
                if writer.dialect.name == "mysql":
                    writer.execute(text("ROLLBACK"))
                    writer.execute(text("SET SESSION TRANSACTION READ WRITE"))
                else:
                    writer.execute(text("SET TRANSACTION READ WRITE"))
                writer.execute(text("INSERT INTO marcas VALUES (99, 'Nova')"))
                writer.commit()
            assert connection.execute(count).scalar_one() == before
        with reader.transaction() as connection:
            assert connection.execute(count).scalar_one() == before + 1
    finally:
        with other._engine.connect() as writer:
            if writer.dialect.name != "mysql":
                writer.execute(text("SET TRANSACTION READ WRITE"))
            writer.execute(text("DELETE FROM marcas WHERE id = 99"))
            writer.commit()
        reader.close()
        other.close()
