"""The door to the sales data: read-only, in short transactions, the same for the demo and a company's own database."""

import hashlib
import logging
import math
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from threading import Lock

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from models.catalogue import Catalogue
from models.clock import Clock, SystemClock
from models.errors import ConfigurationError, ToolError
from models.network.database_wall import DatabaseWall
from models.period import Period
from models.pool import close_for_good
from models.sales.brief import CustomerBrief, find_brief
from models.sales.connecting import begin_reading, build_reading_engine, parse_url
from models.sales.dialects import DIALECTS, dialect_of
from models.sales.directory import Directory, load_directory, narrow_directory, read_version
from models.sales.lapsed import Lapse, LapseQuestion, find_lapsed
from models.sales.layer import Layer, compile_layer
from models.sales.orders import FoundOrder, OrderQuestion, find_orders
from models.sales.plans import GoalProgress, StageTotal, goal_progress, pipeline_by_stage
from models.sales.probing import probe_columns
from models.sales.question import EVERYTHING, SalesQuestion, Scope
from models.sales.reading import SourceFile, nine_views
from models.sales.stalled import Stall, StallQuestion, find_stalled
from models.sales.summary import SalesFigures, sum_sales

_log = logging.getLogger(__name__)
_NAMES_LIVE_SECONDS = 60.0
_MAX_DIRECTORIES = 200
_RELOAD_SECONDS = 1.0  # names are read anew no more often than that, however often the data change


@cache
def _layer_of_the_nine_views(dialect: str) -> Layer:
    """Compiling takes half a tenth of a second, and whoever has no file of her own has the same."""
    return compile_layer(SourceFile(nine_views(), "sources/demo.yaml"), DIALECTS[dialect])


class SalesSource:
    """One per process; every method may be called from any thread, opens one transaction and closes it again.

    Every question takes the Scope of who asks. Raises ToolError `unavailable` when the database does not answer.
    """

    def __init__(
        self,
        url: str,
        file: SourceFile | None = None,
        *,
        clock: Clock | None = None,
        pool_size: int = 5,
        wall: DatabaseWall | None = None,
    ) -> None:
        """Without a file the database is to offer the nine views. Raises ConfigurationError, SourceMistakes among
        them; nothing is connected yet."""
        parsed = parse_url(url)
        dialect = dialect_of(parsed.get_backend_name())
        self.layer: Layer = _layer_of_the_nine_views(dialect.name) if file is None else compile_layer(file, dialect)
        told = f"{parsed.render_as_string()} {self.layer.spec.model_dump_json()}"  # without the password
        self._meaning = hashlib.sha256(told.encode()).hexdigest()[:16]
        self._engine = build_reading_engine(parsed, dialect.name, pool_size, wall)
        self._clock = clock or SystemClock()
        self._directories: OrderedDict[Scope, tuple[float, Directory]] = OrderedDict()
        self._lock = Lock()
        self._version: str | None = None  # that the names are at least as young as
        self._forgot_at = -math.inf

    def catalogue(self, scope: Scope = EVERYTHING) -> Catalogue:
        """All names that the scope may know, at most a minute old."""
        return self.directory(scope).catalogue

    def directory(self, scope: Scope = EVERYTHING) -> Directory:
        """The catalogue and the company's name, at most a minute old."""
        now, known = self._clock.monotonic(), self._directories.get(scope)
        if known is None or now - known[0] >= _NAMES_LIVE_SECONDS:
            # No lock while it loads: two threads may do it at once, but none waits for another's dead connection.
            whole = None if scope == EVERYTHING else self.directory()
            with self.reading() as connection:
                if whole is None:
                    known = (now, load_directory(connection, self.layer))
                else:
                    known = (now, narrow_directory(connection, self.layer, whole, scope))
            self._keep(scope, known)
        return known[1]

    def summarise(self, scope: Scope, *questions: SalesQuestion) -> tuple[SalesFigures, ...]:
        """One answer to each question, all from one snapshot of the data."""
        with self.reading() as connection:
            return tuple(sum_sales(connection, self.layer, scope, question) for question in questions)

    def goals(self, scope: Scope, months: Period, salesperson: str | None = None) -> GoalProgress:
        """`months` holds whole calendar months; of one salesperson, or of all that the scope shows."""
        with self.reading() as connection:
            return goal_progress(connection, self.layer, scope, months, salesperson)

    def pipeline(self, scope: Scope, stage: str | None = None) -> tuple[StageTotal, ...]:
        with self.reading() as connection:
            return pipeline_by_stage(connection, self.layer, scope, stage)

    def find_customer(self, scope: Scope, name: str, today: date) -> CustomerBrief | None:
        """None when the scope shows no such customer. Figures are of the twelve months ending `today`."""
        with self.reading() as connection:
            return find_brief(connection, self.layer, scope, name, twelve_months(today))

    def orders(self, scope: Scope, question: OrderQuestion) -> tuple[FoundOrder, ...]:
        """Newest first; none where the scope shows none."""
        with self.reading() as connection:
            return find_orders(connection, self.layer, scope, question)

    def lapsed(self, scope: Scope, question: LapseQuestion) -> Lapse:
        """Customers who bought before and no more."""
        with self.reading() as connection:
            return find_lapsed(connection, self.layer, scope, question)

    def stalled(self, scope: Scope, question: StallQuestion) -> Stall:
        """Open deals that have not moved for a while."""
        with self.reading() as connection:
            return find_stalled(connection, self.layer, scope, question)

    def scope_of_manager(self, salesperson: str | None) -> Scope:
        """Everything, unless the source bounds what managers see; an empty name is nobody's."""
        if "manager" not in self.layer.scope:
            return EVERYTHING
        return Scope(salesperson=None, customer=None, manager=salesperson or "")

    @property
    def asks_managers_name(self) -> bool:
        """Whether a manager sees nothing unless it is known who she is in the sales data."""
        return "manager" in self.layer.scope and bool(self.layer.scope["manager"].binds)

    def version(self) -> str | None:
        """Changes whenever figures may have, or the file; None where the source cannot tell. Names that were read
        before the last change are forgotten here: what is found after this call is as young as the version says."""
        if self.layer.version is None:
            return None
        with self.reading() as connection:
            found = read_version(connection, self.layer)
        with self._lock:
            if found != self._version:
                now = self._clock.monotonic()
                if now - self._forgot_at < _RELOAD_SECONDS:
                    return None
                self._directories.clear()
                self._version, self._forgot_at = found, now
        return None if found is None else f"{self._meaning}:{found}"

    def check(self) -> None:
        """Reads no row of anything that the tools need. Raises ConfigurationError naming the first that fails."""
        for what, query in probe_columns(self.layer):
            try:
                with self._engine.connect() as connection:
                    connection.execute(query)
            except SQLAlchemyError as error:
                raise ConfigurationError(
                    f"SALES_DATABASE_URL: cannot read {what!r} ({cause_of(error)}); see docs/sales-schema.md"
                ) from None

    def close(self) -> None:
        close_for_good(self._engine)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Like `reading`, for whoever wants the database's own errors. Raises SQLAlchemyError."""
        with self._engine.connect() as connection:
            begin_reading(connection)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction over one snapshot, which cannot write."""
        try:
            with self.transaction() as connection:
                yield connection
        except SQLAlchemyError as error:
            _log.warning("sales database: %s", type(error).__name__, exc_info=error)
            raise ToolError(
                "The sales database did not answer; no figure can be given now.", code="unavailable"
            ) from error

    def _keep(self, scope: Scope, known: tuple[float, Directory]) -> None:
        with self._lock:
            if known[0] < self._forgot_at:
                return  # it may be older than the change that the others were forgotten for
            self._directories[scope] = known
            self._directories.move_to_end(scope)
            while len(self._directories) > _MAX_DIRECTORIES:
                self._directories.popitem(last=False)


def twelve_months(today: date) -> Period:
    """The twelve months that end with `today`."""
    leap_day = (today.month, today.day) == (2, 29)
    a_year_ago = today.replace(year=today.year - 1, day=28 if leap_day else today.day)
    return Period(a_year_ago + timedelta(days=1), today)


def ran_out_of_time(error: SQLAlchemyError) -> bool:
    """Whether the database gave a statement up for its time: PostgreSQL's 57014, MariaDB's 1969, MySQL's 3024."""
    cause = getattr(error, "orig", None)
    codes = (getattr(cause, "sqlstate", None), next(iter(getattr(cause, "args", ())), None))
    return "57014" in codes or 1969 in codes or 3024 in codes


def cause_of(error: SQLAlchemyError) -> str:
    """The database's own word, in one line."""
    return str(getattr(error, "orig", error)).strip().partition("\n")[0]
