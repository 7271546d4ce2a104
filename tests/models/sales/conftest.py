"""The sales source over Aurora, and a second door for SQL written by hand."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import psycopg
import pytest

from models.demo.reader import demo_reader_url
from models.sales.source import SalesSource

AskSql = Callable[..., list[tuple[object, ...]]]


@pytest.fixture(scope="package")
def source(demo_database_url: str) -> Iterator[SalesSource]:
    made = SalesSource(demo_reader_url(demo_database_url))
    yield made
    made.close()


@pytest.fixture(scope="package")
def ask_sql(demo_database_url: str) -> Iterator[AskSql]:
    with psycopg.connect(demo_database_url, autocommit=True) as connection:

        def ask(query: str, **values: object) -> list[tuple[object, ...]]:
            return connection.execute(query.encode(), values).fetchall()

        yield ask


def amount(rows: list[tuple[object, ...]]) -> Decimal:
    """The only figure of the only row."""
    ((value,),) = rows
    return Decimal(str(value))


@pytest.fixture(scope="package")
def owners(ask_sql: AskSql) -> dict[str, str]:
    """Whose customer each one is."""
    query = "SELECT c.name, s.name FROM demo.customer c JOIN demo.salesperson s ON s.id = c.salesperson_id"
    return {str(customer): str(owner) for customer, owner in ask_sql(query)}
