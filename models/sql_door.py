"""The door for SQL that was not written by us: a role that only reads, one statement, read-only, bounded in every way.

It trusts nothing that was checked before: each bound here holds for any text at all. PostgreSQL takes one statement of
the extended protocol at a time, so nothing can be stacked behind a COMMIT; who may write nothing writes nothing.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import RawCursor
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from models.clock import Clock, SystemClock
from models.errors import ConfigurationError, ToolError
from models.network.database_wall import DatabaseWall
from models.pool import close_for_good, refuse_dead_connections
from models.postgres import lose_patience

_log = logging.getLogger(__name__)
_PATIENCE = 3.0  # seconds that a server may be silent beyond its own limit, and that a caller waits for a connection
_TRUSTED_SECONDS = 600.0  # that a role is taken for what it was when it was looked at
_BOUNDS: Final = (
    "SELECT set_config('statement_timeout', $1, true), set_config('search_path', $2, true),"
    " set_config('lock_timeout', '1s', true), set_config('idle_in_transaction_session_timeout', '10s', true),"
    " set_config('work_mem', '16MB', true), set_config('max_parallel_workers_per_gather', '0', true),"
    " set_config('standard_conforming_strings', 'on', true), set_config('timezone', $3, true)"
)
# What a role may do that a reader of a few views must not; each row is a reason to refuse it.
_POWERS: Final = """
SELECT 'is a superuser or may create roles or databases, replicate or pass by row security'
  FROM pg_roles WHERE rolname = current_user
   AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
UNION ALL
SELECT 'is a member of ' || rolname FROM pg_roles
 WHERE rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_read_all_data',
                   'pg_write_all_data', 'pg_signal_backend', 'pg_monitor', 'pg_checkpoint')
   AND pg_has_role(current_user, oid, 'MEMBER')
UNION ALL
SELECT 'may create things in the schema ' || nspname FROM pg_namespace
 WHERE has_schema_privilege(current_user, oid, 'CREATE')
UNION ALL
SELECT 'may write to ' || relnamespace::regnamespace::text || '.' || relname FROM pg_class
 WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relnamespace <> 'pg_catalog'::regnamespace
   AND (has_table_privilege(current_user, oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
        OR has_any_column_privilege(current_user, oid, 'INSERT, UPDATE'))
UNION ALL
SELECT 'may read ' || n.nspname || '.' || c.relname || ', which is not configured' FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND has_schema_privilege(current_user, n.oid, 'USAGE') AND has_any_column_privilege(current_user, c.oid, 'SELECT')
   AND NOT (n.nspname = $1 AND c.relname = ANY(string_to_array($2, ',')))
LIMIT 5
"""


@dataclass(frozen=True, slots=True)
class SqlBounds:
    """What one query may take. `cost` is in the planner's own units."""

    seconds: float
    cost: float
    rows: int
    answer_bytes: int


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """The first column of each row, as text; `is_cut` when there were more rows or bytes than the bounds allow."""

    rows: tuple[str, ...]
    is_cut: bool
    cost: float


class SqlDoor:
    """One per configured database and process; for any thread. Nothing is connected before the first query.

    Raises ConfigurationError for an address that is no PostgreSQL one, or that the wall refuses.
    """

    def __init__(
        self,
        url: str,
        schema: str,
        readable: Sequence[str],
        bounds: SqlBounds,
        *,
        pool_size: int = 2,
        clock: Clock | None = None,
        wall: DatabaseWall | None = None,
    ) -> None:
        self._engine = _build_engine(url, bounds.seconds, pool_size)
        if wall is not None:
            wall.guard(self._engine)
        self._schema, self._readable, self._bounds = schema, ",".join(readable), bounds
        self._clock = clock or SystemClock()
        self._checked_at: float | None = None

    def check(self) -> None:
        """Raises ConfigurationError naming what the role may do and must not; ToolError when nobody answers."""
        with self._reading("UTC") as connection:
            reasons = [str(row[0]) for row in _stream(connection, _POWERS, (self._schema, self._readable))]
        if reasons:
            raise ConfigurationError(
                f"the role for free SQL must only read what is configured: it {'; it '.join(reasons)}"
            )

    def ask(self, sql: str, values: Sequence[str] = (), timezone: str = "UTC") -> SqlAnswer:
        """One query, $1 being the first of `values`. Raises ToolError: `not_configured`, `too_costly`, `too_slow`,
        `bad_sql`, `forbidden_sql`, `unavailable`."""
        self._check_now_and_then()
        with self._reading(timezone) as connection:
            cost = self._estimate(connection, sql, values)
            if cost > self._bounds.cost:
                raise ToolError(
                    "That query would read too much: narrow it, or sum up less at once.",
                    code="too_costly",
                    retryable=False,
                )
            return self._read(_stream(connection, sql, values), cost)

    def close(self) -> None:
        close_for_good(self._engine)

    def _check_now_and_then(self) -> None:
        """What a role may do can change while we run. No lock: that two threads look at once harms nobody."""
        now = self._clock.monotonic()
        if self._checked_at is not None and now - self._checked_at < _TRUSTED_SECONDS:
            return
        try:
            self.check()
        except ConfigurationError as error:
            _log.error("free SQL: %s", error)
            raise ToolError(
                "Free queries are not set up safely; the operator has been told.",
                code="not_configured",
                retryable=False,
            ) from None
        self._checked_at = now

    def _estimate(self, connection: "psycopg.Connection[Any]", sql: str, values: Sequence[str]) -> float:
        [row] = _stream(connection, f"EXPLAIN (FORMAT JSON) {sql}", values)
        plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
        return float(plan[0]["Plan"]["Total Cost"])

    def _read(self, found: Iterator[Any], cost: float) -> SqlAnswer:
        rows: list[str] = []
        used = 0
        for row in found:
            text = "" if row[0] is None else str(row[0])
            used += len(text.encode())
            if len(rows) >= self._bounds.rows or (rows and used > self._bounds.answer_bytes):
                return SqlAnswer(tuple(rows), True, cost)
            rows.append(text)
        return SqlAnswer(tuple(rows), False, cost)

    @contextmanager
    def _reading(self, timezone: str) -> Iterator["psycopg.Connection[Any]"]:
        try:
            with self._engine.connect() as pooled:
                connection = pooled.connection.driver_connection
                assert isinstance(connection, psycopg.Connection)
                bounds = (str(round(self._bounds.seconds * 1000)), self._schema, timezone)
                list(_stream(connection, _BOUNDS, bounds))
                try:
                    yield connection
                finally:
                    connection.rollback()
        except psycopg.Error as error:
            raise _as_tool_error(error) from None
        except SQLAlchemyError as error:
            _log.warning("free SQL: %s", type(error).__name__)
            raise _UNAVAILABLE from None


_UNAVAILABLE: Final = ToolError("The database did not answer.", code="unavailable", retryable=True)


def _stream(connection: "psycopg.Connection[Any]", sql: str, values: Sequence[str]) -> Iterator[Any]:
    """Row by row, always by the extended protocol, which takes one statement and no second."""
    with RawCursor(connection) as cursor:
        yield from cursor.stream(sql.encode(), list(values))


def _as_tool_error(error: psycopg.Error) -> ToolError:
    words = (error.diag.message_primary or "").strip()[:200]
    if isinstance(error, psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable):
        return ToolError("That query takes too long: narrow it.", code="too_slow", retryable=False)
    if isinstance(error, psycopg.errors.InsufficientPrivilege | psycopg.errors.ReadOnlySqlTransaction):
        _log.warning("free SQL: the database refused: %s", words)
        return ToolError("The database does not allow that.", code="forbidden_sql", retryable=False)
    if isinstance(error, psycopg.ProgrammingError | psycopg.DataError | psycopg.NotSupportedError) and words:
        return ToolError(f"The database cannot run that: {words}.", code="bad_sql", retryable=False)
    _log.warning("free SQL: %s", type(error).__name__)
    return _UNAVAILABLE


def _build_engine(url: str, seconds: float, pool_size: int) -> Engine:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number
        raise ConfigurationError("the address for free SQL is no database URL") from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise ConfigurationError(
            "free SQL works on PostgreSQL only: for MySQL and MariaDB describe the tables in a source file instead"
        )
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_PATIENCE,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={"application_name": "recado-free-sql", "connect_timeout": 5},
    )
    refuse_dead_connections(engine)
    lose_patience(engine, seconds + _PATIENCE)
    return engine
