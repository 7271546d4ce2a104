"""A source file held against the live database: every part, column, figure, dimension and scope, one by one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

from sqlalchemy import Connection, Select, case, func, literal_column, select, text
from sqlalchemy.exc import SQLAlchemyError

from models.errors import ToolError
from models.period import Period
from models.sales.connecting import STATEMENT_TIMEOUT_MS
from models.sales.days import is_blank, why_no_day
from models.sales.directory import read_version
from models.sales.expressions import Sql
from models.sales.frames import Frame
from models.sales.layer import Layer
from models.sales.mistakes import Mistake, Place
from models.sales.question import EVERYTHING, SalesQuestion, Scope
from models.sales.rows import read_rows
from models.sales.source import SalesSource, cause_of, ran_out_of_time, twelve_months
from models.sales.summary import SalesFigures, sum_sales
from models.sales.unseen import find_unseen

Verdict = Literal["broken", "doubtful"]
_MAX_WORDS = 50
_MAX_DAYS: Final = 1000  # rows in which a day is looked for
_UNIQUE: Final = (
    *(("salesperson", "key"), ("salesperson", "name"), ("customer", "key"), ("customer", "name")),
    *(("product", "key"), ("product", "name"), ("sale", "key"), ("sale", "number")),
)
_AMOUNTS: Final = (("sale", "amount"), ("line", "amount"), ("line", "quantity"), ("goal", "amount"), ("deal", "value"))
_SLOW: Final = (
    f"takes longer than {STATEMENT_TIMEOUT_MS // 1000} seconds over twelve months, and is not answered then: index"
    " sale.time and line.sale, write keys of several columns as (one, other), or read a table of totals"
)
_CAN_WRITE: Final = {
    "postgresql": "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN"
    " ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
    " AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')",
    "mysql": "SELECT count(*) FROM (SELECT privilege_type FROM information_schema.user_privileges UNION ALL"
    " SELECT privilege_type FROM information_schema.schema_privileges UNION ALL"
    " SELECT privilege_type FROM information_schema.table_privileges) AS p"
    " WHERE p.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'DROP', 'CREATE', 'ALTER')",
}


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """`broken` must be mended before the file is of use; `doubtful` may be meant."""

    verdict: Verdict
    mistake: Mistake


class SourceCheck:
    """Asks the database; every question stands for itself, so that all mistakes are found at once."""

    def __init__(self, source: SalesSource, today: date) -> None:
        self._source = source
        self._layer: Layer = source.layer
        self._year = twelve_months(today)
        self._found: list[CheckFinding] = []

    def run(self) -> list[CheckFinding]:
        """What is wrong, most basic first; nothing else is asked of a database that does not answer."""
        if not self._try((), lambda connection: connection.execute(text("SELECT 1"))):
            return self._found
        self._check_role()
        if self._layer.spec.company == "TODO":
            self._note("doubtful", ("company",), "every answer would name TODO as its source: write the company's name")
        parts = [self._check_part(part) for part in self._layer.relations]
        if all(parts):
            self._check_values()
            self._check_figures()
            if not any(finding.verdict == "broken" for finding in self._found):
                self._check_names_and_scopes()
            if self._layer.version is not None and self._layer.spec.version is not None:
                self._try(("version",), lambda connection: read_version(connection, self._layer))
                for doubt in find_unseen(
                    self._layer.spec.version, self._layer.spec.sale.time, self._layer.dialect.name
                ):
                    self._note("doubtful", ("version",), doubt)
        return self._found

    def _check_role(self) -> None:
        count = self._count(text(_CAN_WRITE[self._layer.dialect.name]))
        if count:
            self._note("doubtful", (), "the role of this URL may write; give Recado one that may only read")

    def _check_part(self, part: str) -> bool:
        """Its table first, then each column by itself."""
        place = place_of(part)
        if not self._run_query((*place, "from"), _probe(self._layer, part, ())):
            return False
        columns = [(field, sql) for (name, field), sql in self._layer.columns.items() if name == part]
        asked = [self._run_query(place_of(part, field), _probe(self._layer, part, (sql,))) for field, sql in columns]
        return all(asked)

    def _check_values(self) -> None:
        for part, field in _UNIQUE:
            if self._layer.has(part, field):
                self._check_unique(part, field)
        for part, field in _AMOUNTS:
            if self._layer.has(part, field):
                value = self._first(part, self._layer.column(part, field))
                if isinstance(value, float):
                    self._note(
                        "broken", place_of(part, field), "is floating point, which does not add up to the cent: CAST it"
                    )
        self._check_days()
        time = self._first("sale", self._layer.column("sale", "time"))
        if getattr(time, "tzinfo", None) is not None and self._layer.moments.stored is None:
            self._note("doubtful", ("sale", "stored_in"), "the times carry a zone: say `stored_in: UTC`")
        if self._layer.status:
            self._check_statuses()

    def _check_days(self) -> None:
        """A number is compared with a date without a word from MySQL: nothing is found, and every figure is zero."""
        spec, dialect = self._layer.spec, self._layer.dialect.name
        days: list[tuple[str, str, str, str | None]] = [("sale", "time", spec.sale.time, spec.sale.stored_in)]
        days += [("goal", "month", spec.goal.month, None)] if spec.goal else []
        if spec.pipeline is not None and spec.pipeline.deal.moved is not None:
            days.append(("deal", "moved", spec.pipeline.deal.moved, spec.pipeline.deal.stored_in))
        for part, field, written, stored_in in days:
            probe = _probe(self._layer, part, (self._layer.column(part, field),), _MAX_DAYS)
            sample = [value for (value,) in self._rows(place_of(part), probe) if not is_blank(value)]
            told = [told for value in sample if (told := why_no_day(value, written, dialect, stored_in))]
            if told:
                self._note("broken" if 2 * len(told) > len(sample) else "doubtful", place_of(part, field), told[0])
            elif stored_in is not None:
                self._check_undated(part, field)

    def _check_undated(self, part: str, field: str) -> None:
        layer = self._layer
        moments = layer.deal_moments if part == "deal" else layer.moments
        frame = Frame(layer, part)
        is_day = moments.is_day(frame.column(layer.column(part, field)))
        query: Any = select(func.count().label("rows"), func.count(case((is_day, 1))).label("days"))
        rows = self._rows(place_of(part, field), query.select_from(frame.from_).where(*frame.conditions))
        if rows and rows[0].rows != rows[0].days:
            told = f"holds no day in {rows[0].rows - rows[0].days} of {rows[0].rows} rows: no period has them"
            self._note("doubtful", place_of(part, field), told)

    def _check_unique(self, part: str, field: str) -> None:
        frame = Frame(self._layer, part)
        column = frame.exact(self._layer.column(part, field))
        query: Any = (
            select(func.count(), func.count(column.distinct())).select_from(frame.from_).where(*frame.conditions)
        )
        rows = self._rows(place_of(part, field), query)
        if rows and rows[0][0] != rows[0][1]:
            missing = rows[0][0] - rows[0][1]
            told = f"is not one for each row ({missing} of {rows[0][0]} repeat or are empty)"
            self._note("broken" if field == "key" else "doubtful", place_of(part, field), told)

    def _check_statuses(self) -> None:
        frame = Frame(self._layer, "sale")
        column = frame.exact(self._layer.column("sale", "status"))
        query: Any = select(column.label("word"), func.count().label("rows")).select_from(frame.from_)
        rows = self._rows(("sale", "status"), query.where(*frame.conditions).group_by(column).limit(_MAX_WORDS))
        known = {word for words in self._layer.status.values() for word in words}
        for row in rows:
            if row.word not in known:
                self._note("doubtful", ("sale", "status"), f"{row.word!r} means nothing: {row.rows} rows count nowhere")
        for word in sorted(known - {row.word for row in rows}):
            self._note("doubtful", ("sale", "status"), f"no row holds {word!r}")

    def _check_figures(self) -> None:
        if any(finding.verdict == "broken" for finding in self._found):
            return  # they would say it over again, or be zero for no reason of their own
        self._measure(
            ("sale", "time"), SalesQuestion(self._year, "orders"), is_nothing="no sale of the last twelve months"
        )
        for name in self._layer.metrics:
            self._measure(("metrics", name), SalesQuestion(self._year, name))
        for name in self._layer.dimensions:
            self._measure(("dimensions", name), SalesQuestion(self._year, "orders", name, limit=5))

    def _check_words(self, name: str, values: Any) -> None:
        catalogue = self._source.catalogue()
        known = {value for term in catalogue.dimensions if term.name == name for value, _ in term.values}
        for value in values:
            if known and value not in known:
                self._note("doubtful", ("dimensions", name, "values", value), "no row holds this value")

    def _check_names_and_scopes(self) -> None:
        catalogue = self._source.catalogue()
        for name, dimension in self._layer.dimensions.items():
            self._check_words(name, dimension.values)
        people = [("rep", Scope(name, None)) for name in catalogue.salespeople[:1]]
        people += [("customer", Scope(None, name)) for name in catalogue.customers[:1]]
        people += [("manager", Scope(None, None, manager=name)) for name in catalogue.salespeople[:1]]
        for role, scope in people:
            if role != "manager" or "manager" in self._layer.scope:
                self._measure(("scope", role), SalesQuestion(self._year, "revenue"), scope)
        if not catalogue.customers:
            self._note("doubtful", ("customer",), "there are no customers")

    def _measure(self, place: Place, question: SalesQuestion, scope: Scope = EVERYTHING, is_nothing: str = "") -> bool:
        found: list[SalesFigures] = []
        asked = self._try(
            place, lambda connection: found.append(sum_sales(connection, self._layer, scope, question)), "doubtful"
        )
        if is_nothing and asked and found[0].orders == 0:
            self._note("doubtful", place, is_nothing)
        return asked

    def _first(self, part: str, sql: Sql) -> Any:
        rows = self._rows(place_of(part), _probe(self._layer, part, (sql,), limit=1))
        return rows[0][0] if rows else None

    def _rows(self, place: Place, query: Select[Any]) -> list[Any]:
        found: list[Any] = []
        self._try(place, lambda connection: found.extend(read_rows(connection, query)))
        return found

    def _count(self, query: Any) -> int:
        found: list[int] = []
        self._try((), lambda connection: found.append(int(connection.execute(query).scalar_one())))
        return found[0] if found else 0

    def _run_query(self, place: Place, query: Select[Any]) -> bool:
        return self._try(place, lambda connection: connection.execute(query))

    def _try(self, place: Place, ask: Callable[[Connection], object], if_slow: Verdict = "broken") -> bool:
        try:
            with self._source.transaction() as connection:
                ask(connection)
        except SQLAlchemyError as error:
            if ran_out_of_time(error):
                self._note(if_slow, place, _SLOW)
            else:
                self._note("broken", place, cause_of(error))
            return False
        except ToolError as error:
            if error.code != "cannot_combine":
                cause = error.__cause__
                told = cause_of(cause) if isinstance(cause, SQLAlchemyError) else str(error)
                self._note("broken", place, told)
                return False
        return True

    def _note(self, verdict: Verdict, place: Place, told: str) -> None:
        self._found.append(CheckFinding(verdict, Mistake(place, told)))


def place_of(part: str, field: str = "") -> Place:
    """Where a part, or one of its columns, stands in the file."""
    place: Place = ("pipeline", part) if part in ("stage", "deal") else (part,)
    if field == "status":
        return (*place, "status", "column")
    return (*place, field) if field else place


def sample_answers(source: SalesSource, today: date) -> Iterator[tuple[str, str, str]]:
    """Figures to judge the file by: what, of which name, how much. Of the last whole month and the last twelve."""
    last = today.replace(day=1) - timedelta(days=1)
    month = Period(last.replace(day=1), last)
    for name, metric in source.layer.metrics.items():
        unit = source.layer.spec.currency if metric.unit == "currency" else metric.unit
        for period in (month, twelve_months(today)):
            figures = _sampled(source, SalesQuestion(period, name))
            yield (
                f"{name} ({unit})",
                f"{period.start} to {period.end}",
                _told(figures.total if figures else None, metric.unit),
            )
    for name in source.layer.dimensions:
        question = SalesQuestion(twelve_months(today), "orders", name, limit=3)
        figures = _sampled(source, question)
        for group in figures.groups if figures else ():
            yield f"orders by {name}", group.name, _told(group.value, "count")


def _sampled(source: SalesSource, question: SalesQuestion) -> SalesFigures | None:
    """None for what takes too long, of which a doubt has been told."""
    try:
        with source.transaction() as connection:
            return sum_sales(connection, source.layer, EVERYTHING, question)
    except SQLAlchemyError as error:
        if ran_out_of_time(error):
            return None
        raise ToolError(f"the database did not answer: {cause_of(error)}", code="unavailable") from None


def _told(value: Decimal | None, unit: str) -> str:
    return "-" if value is None else f"{value:.2f}" if unit in ("currency", "quantity") else f"{value.normalize():f}"


def _probe(layer: Layer, part: str, columns: tuple[Sql, ...], limit: int = 0) -> Select[Any]:
    frame = Frame(layer, "sale" if part == "line" else part)
    frame.need((part,))
    chosen: list[Any] = [column for sql in columns for column in frame.columns(sql)] or [literal_column("1")]
    return select(*chosen).select_from(frame.from_).where(*frame.conditions).limit(limit)
