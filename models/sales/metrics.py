"""Figures by name: what each sums, over sales and over lines, and in which unit it is told."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.sales.compiling import Compiler
from models.sales.dialects import Dialect
from models.sales.expressions import Sql
from models.sales.spec import MetricPart, Ratio, Unit
from models.sales.words import BUILT_IN_METRICS


@dataclass(frozen=True, slots=True)
class Metric:
    """`sale` and `line` are aggregates over rows of sales and of lines; a ratio has neither, but two other metrics."""

    name: str
    unit: Unit
    sale: Sql | None
    line: Sql | None
    ratio: Ratio | None
    description: str
    synonyms: tuple[str, ...]
    is_own: bool
    titles: tuple[tuple[str, str], ...] = ()


_UNITS: Mapping[str, Unit] = {
    "revenue": "currency",
    "orders": "count",
    "units": "count",
    "average_ticket": "currency",
}


def compile_metrics(compiler: Compiler, columns: Mapping[tuple[str, str], Sql]) -> dict[str, Metric]:
    """The built-in ones first; those that the file defines anew are taken from there."""
    written = compiler.spec.metrics
    built_in = _built_in(columns, compiler.dialect)
    found: dict[str, Metric] = {}
    for name, description in BUILT_IN_METRICS.items():
        part = written.get(name, MetricPart())
        if part.is_defined:
            found[name] = _compile(compiler, name, part, _UNITS[name], description, is_own=False)
        elif name in built_in:
            sale, line, ratio = built_in[name]
            words = part.synonyms.words
            unit = part.unit or _UNITS[name]
            told = part.description or description
            found[name] = Metric(name, unit, sale, line, ratio, told, words, False, part.synonyms.titles)
    for name, part in written.items():
        if name not in BUILT_IN_METRICS:
            found[name] = _compile(compiler, name, part, "currency", "", is_own=True)
    for name, metric in found.items():
        if metric.ratio is not None and not {metric.ratio.of, metric.ratio.to} <= set(found):
            compiler.note(("metrics", name, "ratio"), "is made of metrics that this source does not have")
    return found


def _compile(compiler: Compiler, name: str, part: MetricPart, unit: Unit, description: str, *, is_own: bool) -> Metric:
    people = ("customer", "salesperson")
    sale = line = None
    if part.sale is not None:
        sale = compiler.expression(("metrics", name, "sale"), part.sale, of="sale", parts=people, kind="aggregate")
    if part.line is not None:
        beside = ("sale", "product", *people)
        line = compiler.expression(("metrics", name, "line"), part.line, of="line", parts=beside, kind="aggregate")
    sale, line = _zero_for_nothing(sale), _zero_for_nothing(line)
    words, titles = part.synonyms.words, part.synonyms.titles
    told = part.description or description
    return Metric(name, part.unit or unit, sale, line, part.ratio, told, words, is_own, titles)


def _built_in(
    columns: Mapping[tuple[str, str], Sql], dialect: Dialect
) -> dict[str, tuple[Sql | None, Sql | None, Ratio | None]]:
    key = columns["sale", "key"]
    has_lines = ("line", "amount") in columns
    found: dict[str, tuple[Sql | None, Sql | None, Ratio | None]] = {
        "revenue": (_sum(columns["sale", "amount"]), _sum(columns["line", "amount"]) if has_lines else None, None),
        "orders": (
            Sql(f"count({key.columns[0]})", key.needs),
            Sql(dialect.count_distinct(key.columns), key.needs) if has_lines else None,
            None,
        ),
    }
    if has_lines:
        found["units"] = (None, _sum(columns["line", "quantity"]), None)
    return found | {"average_ticket": (None, None, Ratio(of="revenue", to="orders"))}


def _sum(column: Sql) -> Sql:
    return Sql(f"coalesce(sum({column.text}), 0)", column.needs)


def _zero_for_nothing(sql: Sql | None) -> Sql | None:
    return Sql(f"coalesce({sql.text}, 0)", sql.needs) if sql is not None and sql.adds else sql
