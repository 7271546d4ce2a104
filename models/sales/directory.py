"""Who and what the sales data knows by name, as far as one may see."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select, text

from models.catalogue import Catalogue, Term
from models.sales.expressions import Sql
from models.sales.frames import Frame
from models.sales.layer import Dimension, Layer
from models.sales.question import EVERYTHING, Scope
from models.sales.rows import read_rows

_MAX_NAMES = 20_000  # of each kind; beyond it a name can still be asked for exactly, but not be found by a part
_MAX_VALUES = 1000
_PUBLIC = ("product", "salesperson")  # what the company sells and who works there is no secret among its people


@dataclass(frozen=True, slots=True)
class Directory:
    """The names within one scope, and the company's own."""

    company: str
    catalogue: Catalogue


def load_directory(connection: Connection, layer: Layer) -> Directory:
    """Everything that there is to know."""
    catalogue = Catalogue(
        salespeople=_names(connection, layer, "salesperson", layer.column("salesperson", "name")),
        customers=_names(connection, layer, "customer", layer.column("customer", "name")),
        products=_of(connection, layer, "product", "name"),
        categories=_of(connection, layer, "product", "category"),
        states=_of(connection, layer, "customer", "state"),
        stages=_stages(connection, layer),
        metrics=tuple(Term(m.name, m.synonyms, is_own=m.is_own, titles=m.titles) for m in layer.metrics.values()),
        dimensions=tuple(_term(connection, layer, dimension, EVERYTHING) for dimension in layer.dimensions.values()),
        has_goals="goal" in layer.relations,
        has_pipeline="deal" in layer.relations,
    )
    return Directory(_company(connection, layer), catalogue)


def narrow_directory(connection: Connection, layer: Layer, whole: Directory, scope: Scope) -> Directory:
    """The same with the customers, and the values that belong to customers and sales, that the scope shows; of a
    manager's salespeople those that are hers, where the source tells them by themselves."""
    mine = layer.scope.get("manager") if scope.manager is not None else None
    salespeople = whole.catalogue.salespeople
    if mine is not None and mine.needs <= {"salesperson"}:
        salespeople = _names(connection, layer, "salesperson", layer.column("salesperson", "name"), scope)
    catalogue = replace(
        whole.catalogue,
        salespeople=salespeople,
        customers=_names(connection, layer, "customer", layer.column("customer", "name"), scope),
        states=_of(connection, layer, "customer", "state", scope),
        dimensions=tuple(_term(connection, layer, dimension, scope) for dimension in layer.dimensions.values()),
    )
    return Directory(whole.company, catalogue)


def _of(connection: Connection, layer: Layer, part: str, field: str, scope: Scope | None = None) -> tuple[str, ...]:
    return _names(connection, layer, part, layer.column(part, field), scope) if layer.has(part, field) else ()


def _names(
    connection: Connection, layer: Layer, part: str, sql: Sql, scope: Scope | None = None, limit: int = _MAX_NAMES
) -> tuple[str, ...]:
    frame = Frame(layer, part)
    name = frame.exact(sql)
    frame.only(name.is_not(None))
    if scope is not None:
        frame.within(scope)
    query: Any = select(name.label("name")).select_from(frame.from_).where(*frame.conditions).distinct()
    return tuple(sorted(row.name for row in read_rows(connection, query.order_by(name).limit(limit)) if row.name))


def _stages(connection: Connection, layer: Layer) -> tuple[str, ...]:
    if "stage" not in layer.relations:
        return ()
    frame = Frame(layer, "stage")
    name, position = frame.exact(layer.column("stage", "name")), frame.column(layer.column("stage", "position"))
    query = select(name.label("name")).select_from(frame.from_).where(*frame.conditions)
    rows = read_rows(connection, query.order_by(position, name).limit(_MAX_VALUES))
    return tuple(dict.fromkeys(row.name for row in rows if row.name))


def _term(connection: Connection, layer: Layer, dimension: Dimension, scope: Scope) -> Term:
    """The values of the company's own dimensions; the built-in ones have lists of their own."""
    values: tuple[str, ...] = ()
    if dimension.is_own and dimension.can_filter:
        if dimension.of == "line":
            values = tuple(dimension.values)  # reading every line for them would cost more than they are worth
        else:
            bound = None if dimension.of in _PUBLIC else scope
            values = _names(connection, layer, dimension.of, dimension.sql, bound, _MAX_VALUES)
    told = tuple((value, dimension.values.get(value, ())) for value in values)
    return Term(
        dimension.name, dimension.synonyms, told, dimension.is_own, dimension.cuts_lines, titles=dimension.titles
    )


def _company(connection: Connection, layer: Layer) -> str:
    if layer.company is None:
        return str(layer.spec.company)
    return _first_value(connection, layer.company) or ""


def read_version(connection: Connection, layer: Layer) -> str | None:
    """What the file's `version` query tells; None where there is none."""
    return None if layer.version is None else _first_value(connection, layer.version)


def _first_value(connection: Connection, relation: str) -> str | None:
    escaped = relation.replace("\\", "\\\\").replace(":", "\\:")
    row = connection.execute(text(f"SELECT told.* FROM {escaped} AS told LIMIT 1")).first()  # noqa: S608
    return None if row is None or row[0] is None else str(row[0])
