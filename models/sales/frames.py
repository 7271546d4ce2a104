"""FROM and WHERE: the tables that a query needs and no others, joined, and held to what the asker may see."""

from collections.abc import Iterable
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, false, literal_column, quoted_name, table, text
from sqlalchemy.sql.elements import TextClause

from models.sales.expressions import PEOPLE, Sql, bind_mark
from models.sales.layer import Layer
from models.sales.question import Scope

Condition = ColumnElement[Any] | TextClause
_ROOTS = {  # what each query is about, and what can be joined to it
    "sale": ("line", "product", "customer", "salesperson"),
    "customer": ("salesperson",),
    "deal": ("stage", "customer", "salesperson"),
    "goal": ("salesperson",),
    "product": (),
    "salesperson": (),
    "stage": (),
}


class Frame:
    """One query's FROM and WHERE. Ask `column` for what is selected, then `from_` and `conditions`."""

    def __init__(self, layer: Layer, root: str) -> None:
        self.layer = layer
        self._root = root
        self._needs = {root}
        self._conditions: list[Condition] = []
        where = layer.relations[root].where
        if where is not None:
            self.only(literal_column(f"({where.text})"))

    def column(self, sql: Sql) -> ColumnElement[Any]:
        """The expression, with its tables joined."""
        self.need(sql.needs)
        return literal_column(sql.text)

    def exact(self, sql: Sql) -> ColumnElement[Any]:
        """The expression as a text that equals nothing but itself."""
        self.need(sql.needs)
        dialect = self.layer.dialect
        return literal_column(dialect.exact(dialect.one_text(sql.row) if sql.row else sql.text))

    def columns(self, sql: Sql) -> list[ColumnElement[Any]]:
        """Each column of a key, with its tables joined."""
        self.need(sql.needs)
        return [literal_column(text) for text in sql.columns]

    def equals(self, sql: Sql, name: str) -> ColumnElement[bool]:
        """True where the expression is this text, to the letter."""
        self.need(sql.needs)
        return literal_column(self.layer.dialect.compared(sql.text)) == name

    def need(self, parts: Iterable[str]) -> None:
        self._needs.update(parts)

    def only(self, condition: Condition) -> None:
        self._conditions.append(condition)

    def within(self, scope: Scope) -> None:
        """Leave only the rows that the scope shows; none at all where it speaks of what this query has not."""
        for condition in scope_conditions(self, scope):
            self.only(condition)

    @property
    def conditions(self) -> tuple[Any, ...]:
        return tuple(self._conditions)

    @property
    def from_(self) -> FromClause:
        return reduce(self._join, self._joined(), _aliased(self.layer, self._root))

    def can_join(self, part: str) -> bool:
        return part == self._root or (part in _ROOTS[self._root] and part in self.layer.relations)

    def _joined(self) -> list[str]:
        """In an order in which each join condition finds its columns; a line first, the salesperson last."""
        needs = set(self._needs)
        for part in ("product", "salesperson"):
            if part in needs and part != self._root:
                needs |= _link(self.layer, self._root, part).needs
        return [part for part in _ROOTS[self._root] if part in needs]

    def _join(self, joined: FromClause, part: str) -> FromClause:
        on = f"({_link(self.layer, self._root, part).text})"
        where = self.layer.relations[part].where
        if where is not None:
            on += f" AND ({where.text})"
        # What has no customer was sold all the same; only lines and stages make the rows that are counted.
        return joined.join(_aliased(self.layer, part), literal_column(on), isouter=part not in ("line", "stage"))


def _aliased(layer: Layer, part: str) -> FromClause:
    # Both drivers take a single % for a placeholder.
    source = layer.relations[part].source.replace("%", "%%")
    return table(quoted_name(source, quote=False)).alias(part)


def _link(layer: Layer, root: str, part: str) -> Sql:
    """How a part is joined to the root."""
    if part == "line":
        here, there = layer.column("line", "sale"), layer.column("sale", "key")
    elif part == "product":
        here, there = layer.column("line", "product"), layer.column("product", "key")
    else:
        here, there = layer.column(root, part), layer.column(part, "key")
    # Column by column: an index over several columns serves no expression made of them.
    pairs = zip(here.columns, there.columns, strict=True)
    return Sql(" AND ".join(f"{one} = {other}" for one, other in pairs), here.needs | there.needs)


def scope_conditions(frame: Frame, scope: Scope) -> list[Condition]:
    """One for each thing the scope is bound to; what cannot be told apart here is not shown at all."""
    layer = frame.layer
    found: list[Condition] = []
    for role, part, name in (
        ("rep", "salesperson", scope.salesperson),
        ("customer", "customer", scope.customer),
    ):
        if name is None:
            continue
        sql = layer.scope.get(role)
        if not frame.can_join(part) or (part == "salesperson" and not _knows_salesperson(frame)):
            found.append(false())
            continue
        if sql is not None:
            found.append(_bound(frame, sql, scope))
        if sql is None or role == "customer":
            found.append(frame.equals(layer.column(part, "name"), name))
    if scope.manager is not None:
        sql = layer.scope.get("manager")
        found.append(false() if sql is None else _bound(frame, sql, scope))
    return found


def _knows_salesperson(frame: Frame) -> bool:
    root = frame._root
    return root == "salesperson" or frame.layer.has(root, "salesperson")


def _bound(frame: Frame, sql: Sql, scope: Scope) -> Condition:
    """The file's condition with the asker's names bound; nothing where it needs a name that the asker lacks."""
    names = {"salesperson": scope.manager or scope.salesperson, "customer": scope.customer}
    if not all(frame.can_join(part) for part in sql.needs) or any(names[bind] is None for bind in sql.binds):
        return false()
    frame.need(sql.needs)
    written = sql.text.replace("\\", "\\\\").replace(":", "\\:")
    for bind in PEOPLE:
        written = written.replace(bind_mark(bind), frame.layer.dialect.exactly(f":asker_{bind}"))
    bound: list[Any] = [bindparam(f"asker_{bind}", names[bind]) for bind in sorted(sql.binds)]
    return text(f"({written})").bindparams(*bound)
