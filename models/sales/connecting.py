"""Connections that can only read: short transactions over one snapshot, each statement with its time."""

import logging
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from models.errors import ConfigurationError
from models.network.database_wall import DatabaseWall
from models.pool import refuse_dead_connections
from models.postgres import lose_patience

STATEMENT_TIMEOUT_MS: Final = 5000
_PATIENCE_SECONDS: Final = STATEMENT_TIMEOUT_MS // 1000 + 3
_log = logging.getLogger(__name__)


def parse_url(url: str) -> URL:
    """Raises ConfigurationError."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number; what it was may be part of a password
        raise ConfigurationError(
            "SALES_DATABASE_URL is no database URL; use postgresql://user:password@host/name or mysql://..."
        ) from None


def build_reading_engine(url: URL, dialect: str, pool_size: int, wall: DatabaseWall | None = None) -> Engine:
    """Nothing is connected yet. Raises ConfigurationError for an address that the wall refuses."""
    engine = _build_postgres(url, pool_size) if dialect == "postgresql" else _build_mysql(url, pool_size)
    if wall is not None:
        wall.guard(engine)
    return engine


def begin_reading(connection: Any) -> None:
    """What each transaction begins with; MySQL's sessions have theirs from the start."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}; SET LOCAL timezone = 'UTC'")


def _build_postgres(url: URL, pool_size: int) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        enable_from_linting=False,  # the conditions of joins are texts, in which it finds no columns
        pool_recycle=1800,
        # No start-up `options`: connection poolers in front of a company's database refuse them.
        connect_args={"application_name": "recado-sales", "connect_timeout": 5},
    )
    refuse_dead_connections(engine)
    lose_patience(engine, _PATIENCE_SECONDS)
    return engine


def _build_mysql(url: URL, pool_size: int) -> Engine:
    patience = {"connect_timeout": 5, "read_timeout": _PATIENCE_SECONDS, "write_timeout": _PATIENCE_SECONDS}
    engine = create_engine(
        url.set(drivername="mysql+pymysql").update_query_dict({"charset": "utf8mb4"}),
        isolation_level="REPEATABLE READ",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        enable_from_linting=False,  # the conditions of joins are texts, in which it finds no columns
        pool_recycle=1800,
        pool_pre_ping=True,
        connect_args=patience | {"local_infile": False},
    )
    event.listen(engine, "connect", _make_reader)
    return engine


def _make_reader(connection: Any, record: object) -> None:
    """The session's own limits: MySQL has none that a transaction could set."""
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        cursor.execute("SET SESSION time_zone = '+00:00'")
        if "mariadb" in str(connection.get_server_info()).lower():
            cursor.execute(f"SET SESSION max_statement_time = {STATEMENT_TIMEOUT_MS // 1000}")
        else:
            cursor.execute(f"SET SESSION max_execution_time = {STATEMENT_TIMEOUT_MS}")
