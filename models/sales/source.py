"""The door to the sales data: read-only, in short transactions, the same for the demo and a company's own database."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from sqlalchemy import Connection, Engine, create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from models.catalogue import Catalogue
from models.clock import Clock, SystemClock
from models.errors import ConfigurationError, ToolError
from models.period import Period
from models.pool import refuse_dead_connections
from models.postgres import lose_patience
from models.sales.brief import CustomerBrief, find_brief
from models.sales.directory import Directory, load_directory
from models.sales.plans import GoalProgress, StageTotal, goal_progress, pipeline_by_stage
from models.sales.question import SalesQuestion, Scope
from models.sales.relations import ALL
from models.sales.summary import SalesFigures, sum_sales

_log = logging.getLogger(__name__)
_STATEMENT_TIMEOUT_MS = 5000
_NAMES_LIVE_SECONDS = 60.0


class SalesSource:
    """One per process; every method may be called from any thread, opens one transaction and closes it again.

    Every question takes the Scope of who asks. Raises ToolError `unavailable` when the database does not answer.
    """

    def __init__(self, url: str, *, clock: Clock | None = None, pool_size: int = 5) -> None:
        self._engine = _build_reading_engine(url, pool_size)
        self._clock = clock or SystemClock()
        self._directory: tuple[float, Directory] | None = None

    def catalogue(self) -> Catalogue:
        """All names that the data knows, at most a minute old. For code, not for show: no scope was applied."""
        return self.directory().catalogue

    def directory(self) -> Directory:
        """The catalogue, the company's name and who owns which customer, at most a minute old."""
        now, known = self._clock.monotonic(), self._directory
        if known is None or now - known[0] >= _NAMES_LIVE_SECONDS:
            # No lock: two threads may load it at once, but none waits for another's dead connection.
            with self._reading() as connection:
                known = (now, load_directory(connection))
            self._directory = known
        return known[1]

    def summarise(self, scope: Scope, *questions: SalesQuestion) -> tuple[SalesFigures, ...]:
        """One answer to each question, all from one snapshot of the data."""
        with self._reading() as connection:
            return tuple(sum_sales(connection, scope, question) for question in questions)

    def goals(self, scope: Scope, months: Period) -> GoalProgress:
        """`months` holds whole calendar months."""
        with self._reading() as connection:
            return goal_progress(connection, scope, months)

    def pipeline(self, scope: Scope, stage: str | None = None) -> tuple[StageTotal, ...]:
        with self._reading() as connection:
            return pipeline_by_stage(connection, scope, stage)

    def find_customer(self, scope: Scope, name: str, today: date) -> CustomerBrief | None:
        """None when the scope shows no such customer. Figures are of the twelve months ending `today`."""
        with self._reading() as connection:
            return find_brief(connection, scope, name, twelve_months(today))

    def check(self) -> None:
        """Reads nothing from every relation that the tools need. Raises ConfigurationError naming the first missing."""
        for relation in ALL:
            try:
                with self._engine.connect() as connection:
                    connection.execute(select(relation).limit(0))
            except SQLAlchemyError as error:
                cause = str(getattr(error, "orig", error)).strip().partition("\n")[0]
                raise ConfigurationError(
                    f"SALES_DATABASE_URL: cannot read {relation.name!r} ({cause}); see docs/sales-schema.md"
                ) from None

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {_STATEMENT_TIMEOUT_MS}")
                yield connection
        except SQLAlchemyError as error:
            _log.warning("sales database: %s", type(error).__name__, exc_info=error)
            raise ToolError(
                "The sales database did not answer; no figure can be given now.", code="unavailable"
            ) from error


def twelve_months(today: date) -> Period:
    """The twelve months that end with `today`."""
    leap_day = (today.month, today.day) == (2, 29)
    a_year_ago = today.replace(year=today.year - 1, day=28 if leap_day else today.day)
    return Period(a_year_ago + timedelta(days=1), today)


def _build_reading_engine(url: str, pool_size: int) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError(
            "SALES_DATABASE_URL is no database URL; use postgresql://user:password@host/name"
        ) from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise ConfigurationError(
            f"SALES_DATABASE_URL: {parsed.get_backend_name()} is not supported; only PostgreSQL is"
        )
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_recycle=1800,
        # No start-up `options`: connection poolers in front of a company's database refuse them.
        connect_args={"application_name": "recado-sales", "connect_timeout": 5},
    )
    refuse_dead_connections(engine)
    lose_patience(engine, _STATEMENT_TIMEOUT_MS / 1000 + 3)
    return engine
