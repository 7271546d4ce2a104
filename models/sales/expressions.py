"""SQL that whoever runs the assistant wrote into a source file: parsed, held to reading, and tied to its tables.

Nothing of it is trusted to be what it should be: one expression, no statement, functions that are known, columns of
the parts it may speak of. It comes out in the words of its own dialect, every column under the name of its part.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

PARTS: Final = ("sale", "line", "customer", "product", "salesperson", "goal", "stage", "deal")
PEOPLE: Final = ("salesperson", "customer")  # what a condition of a scope may be bound to
_GLOT: Final = {"postgresql": "postgres", "mysql": "mysql"}
_WRITING: Final = (exp.DML, exp.DDL, exp.Drop, exp.Command, exp.Into, exp.Lock, exp.Set, exp.Use, exp.Transaction)
_VALUES: Final = (exp.Condition, exp.Filter, exp.WithinGroup, exp.Interval)
_QUERY: Final = re.compile(r"\s*(select|with|\()", re.IGNORECASE)
_CALLED_LIKE_STATEMENTS: Final = re.compile(r"\s*(replace|insert)\s*\(", re.IGNORECASE)
_READING: Final = (  # functions that sqlglot has no word for: they look at their arguments and at nothing else
    "adddate addtime age conv crc32 field find_in_set from_days json_unquote make_date makedate maketime mid now"
    " num_nulls octet_length period_add period_diff strcmp subdate timediff timezone unaccent unix_timestamp weekday"
    " yearweek"
)
_SESSION: Final = (exp.SessionParameter, exp.Parameter, exp.PropertyEQ)
_MARK: Final = "recado_asker_"

Kind = Literal["value", "aggregate", "condition", "key"]


class ExpressionMistake(ValueError):
    """What is wrong with an expression, in words for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Sql:
    """An expression ready to be put into a statement; `needs` are the parts whose columns it names.

    `adds` marks sums and counts: nothing added up is zero, where a mean of nothing is unknown. `row` holds the columns
    of a key that has several; its `text` stands in no statement.
    """

    text: str
    needs: frozenset[str] = frozenset()
    binds: frozenset[str] = frozenset()
    adds: bool = False
    row: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """One, but for a key of several."""
        return self.row or (self.text,)


def compile_expression(
    written: str,
    dialect: str,
    *,
    of: str,
    parts: Iterable[str] = (),
    kind: Kind = "value",
    functions: Iterable[str] = (),
    binds: Iterable[str] = (),
) -> Sql:
    """Columns without a part belong to `of`; `parts` are the others it may speak of. Raises ExpressionMistake."""
    is_statement_like = _CALLED_LIKE_STATEMENTS.match(written) is not None
    tree = _parse_one(f"({written}\n)" if is_statement_like else written, dialect)
    if isinstance(tree, exp.Query):
        raise ExpressionMistake("this is a SELECT; an expression is wanted, such as `total` or `price * quantity`")
    _refuse_writing(tree, functions)
    row = tree.expressions if isinstance(tree, exp.Tuple) else []
    if row and kind != "key":
        raise ExpressionMistake("several columns can only be a key: one expression is wanted here")
    if not all(isinstance(node, _VALUES) for node in row or [tree]):
        raise ExpressionMistake("an expression is wanted, such as `total` or `price * quantity`")
    needs = _tie_columns(tree, of, {of, *parts})
    if kind == "aggregate" and not tree.find(exp.AggFunc):
        raise ExpressionMistake("a metric sums or counts: use sum(...), count(...), avg(...), min(...) or max(...)")
    if kind != "aggregate" and any(not _is_inside_query(node, tree) for node in tree.find_all(exp.AggFunc)):
        raise ExpressionMistake("sum, count and the like belong to metrics")
    bound = _mark_binds(tree, set(binds))
    columns = tuple(_written(node, dialect) for node in row)
    return Sql(_written(tree, dialect), frozenset(needs), frozenset(bound), _adds(tree), columns)


def compile_relation(written: str, dialect: str, schema: str | None, functions: Iterable[str] = ()) -> str:
    """A table's name, or a SELECT in parentheses; tables without a schema are looked for in `schema`."""
    is_query = _QUERY.match(written) is not None
    tree = _parse_one(written if is_query else f"SELECT 1 FROM {written}", dialect)  # noqa: S608
    if not isinstance(tree, exp.Query) or not tree.selects:
        raise ExpressionMistake("a table, a view or one SELECT is wanted")
    _refuse_writing(tree, functions)
    known = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Func):
            raise ExpressionMistake("functions in FROM are not read")
        if schema and not table.db and table.name.lower() not in known:
            table.set("db", exp.to_identifier(schema))
    if is_query:
        return f"({_written(tree, dialect)})"
    tables = list(tree.find_all(exp.Table))
    if len(tables) != 1 or tree.sql() != exp.select("1").from_(tables[0].copy()).sql() or tables[0].alias:
        raise ExpressionMistake("a table, a view or one SELECT is wanted")
    return _written(tables[0], dialect)


def name_relation(compiled: str, dialect: str) -> str:
    """What answers call a compiled relation: its table, or the first table that its SELECT reads."""
    tree = _parse_one(f"SELECT 1 FROM {compiled} AS r", dialect)  # noqa: S608
    return next((table.name for table in tree.find_all(exp.Table) if _is_of_the_outermost(table)), "")


def _is_of_the_outermost(table: exp.Table) -> bool:
    """In no subquery of a SELECT list or of a condition."""
    above = table.parent
    while above is not None:
        if isinstance(above, exp.Subquery) and not isinstance(above.parent, exp.From | exp.Join):
            return False
        above = above.parent
    return True


def _parse_one(written: str, dialect: str) -> exp.Expr:
    try:
        trees = [tree for tree in parse(written, read=_GLOT[dialect]) if tree is not None]
    except SqlglotError as error:
        raise ExpressionMistake(f"this is no SQL that can be read: {str(error).partition('. Line')[0]}") from None
    if len(trees) != 1:
        raise ExpressionMistake("one expression is wanted, and nothing after a semicolon")
    return trees[0]


def _refuse_writing(tree: exp.Expr, functions: Iterable[str]) -> None:
    known = {*_READING.split(), *(name.lower() for name in functions)}
    for node in tree.walk():
        if isinstance(node, _WRITING) and not isinstance(node, exp.Query):
            raise ExpressionMistake(f"{node.key.upper()} does not belong here: the assistant only reads")
        if isinstance(node, _SESSION):
            raise ExpressionMistake("variables of the session are not read")
        if isinstance(node, exp.Anonymous) and node.name.lower() not in known:
            raise ExpressionMistake(
                f"the function {node.name.lower()} is not known; name it under `functions` if it is safe"
            )


def _tie_columns(tree: exp.Expr, of: str, allowed: set[str]) -> set[str]:
    needs: set[str] = set()
    for column in list(tree.find_all(exp.Column)):
        if _is_inside_query(column, tree):
            continue
        if column.db:
            raise ExpressionMistake(f"{column.sql()}: name the part and the column alone")
        part = column.table or of
        if part not in allowed:
            raise ExpressionMistake(
                f"{column.sql()}: {part} cannot be spoken of here; {', '.join(sorted(allowed))} can"
            )
        column.set("table", exp.to_identifier(part))
        needs.add(part)
    return needs


def _mark_binds(tree: exp.Expr, allowed: set[str]) -> set[str]:
    found: set[str] = set()
    for place in list(tree.find_all(exp.Placeholder)):
        if place.name not in allowed:
            raise ExpressionMistake(f":{place.name} is not known here")
        found.add(place.name)
        place.replace(exp.column(_MARK + place.name))
    return found


def _adds(tree: exp.Expr) -> bool:
    aggregates = list(tree.find_all(exp.AggFunc))
    return (
        bool(aggregates)
        and all(isinstance(node, exp.Sum | exp.Count) for node in aggregates)
        and not any(node.find(exp.AggFunc) for node in tree.find_all(exp.Div))
    )


def _is_inside_query(node: exp.Expr, tree: exp.Expr) -> bool:
    above = node.parent
    while above is not None and above is not tree:
        if isinstance(above, exp.Query):
            return True
        above = above.parent
    return False


def _written(tree: exp.Expr, dialect: str) -> str:
    return tree.sql(dialect=_GLOT[dialect], comments=False)


def bind_mark(name: str) -> str:
    """What stands in a compiled condition where the name of who asks is to be bound."""
    return _MARK + name
