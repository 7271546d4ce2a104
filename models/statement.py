"""One statement that is a transaction by itself, straight on the driver: for the door, whose every request is one.

SQLAlchemy's own way to the same costs twice as much as the statement.
"""

from collections.abc import Mapping
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError

Cursor = psycopg.Cursor[tuple[Any, ...]]

_CURSOR = "recado_cursor"


def execute_alone(engine: Engine, statement: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """Its only row, after the commit; nothing of it is there if this raises, and it raises what SQLAlchemy raises.

    `%(name)s` stands for a value.
    """
    try:
        proxy = engine.raw_connection()
    except psycopg.Error as error:
        raise _as_sqlalchemy_says(engine, statement, error, is_closed=False) from error
    connection = cast("psycopg.Connection[Any]", proxy.driver_connection)
    try:
        connection.autocommit = True
        [row] = _cursor(proxy, connection).execute(statement, values)
    except psycopg.Error as error:
        raise _as_sqlalchemy_says(engine, statement, error, is_closed=connection.closed) from error
    finally:
        if connection.info.transaction_status == TransactionStatus.IDLE:
            connection.autocommit = False
        else:  # gone, or left in the middle of something
            proxy.invalidate()
        proxy.close()
    return row


def _cursor(proxy: PoolProxiedConnection, connection: "psycopg.Connection[Any]") -> Cursor:
    """One for as long as the connection lives: it has learned how to write down what these statements take."""
    found: Cursor | None = proxy.info.get(_CURSOR)
    if found is None:
        found = proxy.info[_CURSOR] = connection.cursor()
    return found


def _as_sqlalchemy_says(engine: Engine, statement: str, error: psycopg.Error, *, is_closed: bool) -> BaseException:
    return DBAPIError.instance(
        statement,
        None,
        error,
        psycopg.Error,
        hide_parameters=True,
        connection_invalidated=is_closed,
        dialect=engine.dialect,
    )
