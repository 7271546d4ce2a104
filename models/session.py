"""Connections to PostgreSQL: how an engine is built, and where transactions begin and end."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.pool import refuse_dead_connections
from models.postgres import lose_patience

_IDLE_IN_TRANSACTION_MS = 30_000
_ON_THE_WAY = 3.0  # seconds that a server may be silent beyond its own limit of a statement


def build_engine(
    url: str, *, application_name: str, pool_size: int = 5, patience: float = 10, answer_within: float = 15
) -> Engine:
    """An engine for `postgresql://` URLs; at most `pool_size` connections, a caller waits `patience` seconds for one.

    A statement may take `answer_within` seconds; a server that is silent for longer counts as gone. Its errors name no
    values: they reach logs, and values are what people wrote.
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
            "connect_timeout": 4,
            "options": f"-c statement_timeout={round(answer_within * 1000)}"
            f" -c idle_in_transaction_session_timeout={_IDLE_IN_TRANSACTION_MS} -c timezone=UTC",
        },
    )
    refuse_dead_connections(engine)
    lose_patience(engine, answer_within + _ON_THE_WAY)
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
