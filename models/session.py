"""Connections to PostgreSQL: how an engine is built, and where transactions begin and end."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.pool import refuse_dead_connections

_STATEMENT_TIMEOUT_MS = 15_000
_IDLE_IN_TRANSACTION_MS = 30_000


def build_engine(url: str, *, application_name: str, pool_size: int = 5, patience: float = 10) -> Engine:
    """An engine for `postgresql://` URLs; at most `pool_size` connections, a caller waits `patience` seconds for one.

    Its errors name no values: they reach logs, and values are what people wrote.
    """
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=patience,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={
            "application_name": application_name,
            "connect_timeout": 5,
            "options": f"-c statement_timeout={_STATEMENT_TIMEOUT_MS}"
            f" -c idle_in_transaction_session_timeout={_IDLE_IN_TRANSACTION_MS} -c timezone=UTC",
        },
    )
    refuse_dead_connections(engine)
    return engine


@contextmanager
def session_scope(engine: Engine) -> Iterator[Connection]:
    """One transaction: committed when the block ends, rolled back when it raises. Keep it short; no network inside."""
    with engine.begin() as connection:
        yield connection


@contextmanager
def statement_scope(engine: Engine) -> Iterator[Connection]:
    """Statements that each stand for themselves: what must happen together is one of them.

    One round trip each, where `session_scope` adds those of BEGIN and COMMIT.
    """
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


def is_database_away(error: BaseException) -> bool:
    """Gone, restarting, overrun or too slow: the same may well work later, and whoever asked is not to blame."""
    if isinstance(error, (OperationalError, InterfaceError, PoolTimeout)):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated
