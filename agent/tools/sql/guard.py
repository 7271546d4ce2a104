"""SQL that an LLM wrote, read and held to what is allowed: one query over listed tables, in a listed vocabulary.

It gives back a tree, never the text: what is sent is written anew from it, without comments, every name quoted.
"""

import logging
from collections.abc import Collection, Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from agent.tools.sql import vocabulary
from models.errors import ToolError

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # its warnings quote what people asked

_LONGEST = 6000  # characters
_MOST_NODES = 1500
_MOST_JOINED = 16  # texts put together: each doubling of a text doubles what the server must hold
_LONGEST_NAME = 63  # bytes; PostgreSQL cuts longer ones off, and then they are other names
_SPECIAL = frozenset({exp.Anonymous, exp.Var, exp.DataType, exp.Identifier, exp.Table, exp.Join})


def read_query(sql: str, tables: Collection[str], functions: Collection[str] = ()) -> exp.Query:
    """The query, checked. Raises ToolError `forbidden_sql` saying what is not allowed, `bad_sql` for what is no SQL."""
    query = _parse(sql)
    nodes = list(query.walk())
    if len(nodes) > _MOST_NODES:
        raise _forbidden("a query this long")
    for node in nodes:
        _check_node(node, functions)
    _check_joined(nodes)
    _check_names(query)
    for table in tables_in(query):
        if table.name not in tables:
            known = ", ".join(sorted(tables))
            raise ToolError(
                f"There is no table {table.name[:80]!r} here; there are: {known}.",
                code="forbidden_sql",
                retryable=False,
            )
    return query


def write_query(query: exp.Expr) -> str:
    """As PostgreSQL reads it. Raises ToolError where what was written would be read otherwise than it was checked."""
    written = query.sql(vocabulary.AsWritten, comments=False)
    try:
        again = sqlglot.parse_one(written, read=vocabulary.AsWritten).sql(vocabulary.AsWritten, comments=False)
    except (SqlglotError, RecursionError):
        again = ""
    if again != written:
        raise _forbidden("SQL that can be read in two ways")
    return written


def tables_in(query: exp.Expr) -> Iterator[exp.Table]:
    """The tables of the database in it; names that a WITH gave are none."""
    return (table for table in query.find_all(exp.Table) if not _is_named_above(table))


def names_known(query: exp.Query) -> set[str]:
    """What the query itself gives a name to."""
    named = {alias.alias for alias in query.find_all(exp.Alias)}
    columns = [column for alias in query.find_all(exp.TableAlias) for column in alias.args.get("columns") or ()]
    return named | {column.name for column in columns}


def check_columns(query: exp.Query, known: Collection[str]) -> None:
    """Raises ToolError for a column that neither a table nor the query itself has."""
    names = names_known(query) | set(known)
    for column in query.find_all(exp.Column):
        if not isinstance(column.this, exp.Star) and column.name not in names:
            raise ToolError(f"There is no column {column.name[:80]!r} here.", code="bad_sql", retryable=False)


def _parse(sql: str) -> exp.Query:
    if len(sql) > _LONGEST:
        raise _forbidden("a query this long")
    try:
        statements = [statement for statement in sqlglot.parse(sql, read=vocabulary.AsWritten) if statement is not None]
    except (SqlglotError, RecursionError) as error:
        words = str(error).splitlines()[0][:200] if isinstance(error, SqlglotError) else "nested too deep"
        raise ToolError(f"That is no SQL that PostgreSQL reads: {words}", code="bad_sql", retryable=False) from None
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        raise ToolError("That is no SQL that PostgreSQL reads.", code="bad_sql", retryable=False) from None
    if len(statements) != 1:
        raise _forbidden("anything but one statement")
    if not isinstance(statements[0], exp.Select | exp.SetOperation | exp.Subquery):
        raise _forbidden("anything but a SELECT")
    return statements[0]


def _check_node(node: exp.Expr, functions: Collection[str]) -> None:
    kind = type(node)
    if kind in _SPECIAL:
        _check_special(node, functions)
    elif kind not in vocabulary.CLAUSES | vocabulary.EXPRESSIONS | vocabulary.FUNCTIONS:
        raise _forbidden(_name_of(node))
    carried = vocabulary.CARRIED.get(kind)
    if carried is not None:
        extra = [name for name, value in node.args.items() if value and name not in carried]
        if extra:
            raise _forbidden(f"{_name_of(node)} with {', '.join(extra)}".replace("_", " "))


def _check_special(node: exp.Expr, functions: Collection[str]) -> None:
    if isinstance(node, exp.Anonymous):
        name = node.this
        if not isinstance(name, str) or name.lower() not in vocabulary.NAMED_FUNCTIONS | set(functions):
            raise _forbidden(f"the function {_name_of(node)}")
    elif isinstance(node, exp.Var) and str(node.this).upper() not in vocabulary.UNITS:
        raise _forbidden(f"the unit {str(node.this)[:40]}")
    elif isinstance(node, exp.DataType) and node.this not in vocabulary.TYPES:
        raise _forbidden("that type of a cast")
    elif isinstance(node, exp.Identifier):
        _settle_name(node)
    elif isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier):
        raise _forbidden("a function in FROM")
    elif isinstance(node, exp.Join):
        words = {str(node.args.get(key) or "").upper() for key in ("side", "kind", "method")}
        if not words <= vocabulary.SIDES:
            raise _forbidden("that kind of JOIN")


def _settle_name(identifier: exp.Identifier) -> None:
    """As PostgreSQL folds it, and quoted from here on: a name can then be nothing but a name."""
    name = identifier.name if identifier.args.get("quoted") else identifier.name.lower()
    if not name or len(name.encode("utf-8", "replace")) > _LONGEST_NAME or not name.isprintable():
        raise _forbidden("a name like that")
    identifier.set("this", name)
    identifier.set("quoted", True)


def _check_joined(nodes: list[exp.Expr]) -> None:
    joined = sum(2 for node in nodes if isinstance(node, exp.DPipe))
    joined += sum(len(node.expressions) for node in nodes if isinstance(node, exp.Concat | exp.ConcatWs))
    joined += sum(4 for node in nodes if isinstance(node, exp.GroupConcat))
    if joined > _MOST_JOINED:
        raise _forbidden("so many texts put together")


def _check_names(query: exp.Expr) -> None:
    for with_ in query.find_all(exp.With):
        names = [cte.alias for cte in with_.expressions]
        if len(set(names)) != len(names):
            raise _forbidden("a WITH that gives a name twice")


def _is_named_above(table: exp.Table) -> bool:
    """Whether a WITH that can be seen from here gives this name: its own query's, or one further out.

    A WITH deep within another part of the statement gives no name here, and one of several sees those before it alone.
    """
    child: exp.Expr = table
    parent = table.parent
    while parent is not None:
        if isinstance(parent, exp.With):
            visible = parent.expressions[: _place_of(child, parent)]
        else:
            with_ = parent.args.get("with_")
            visible = with_.expressions if with_ is not None and with_ is not child else []
        if any(cte.alias == table.name for cte in visible):
            return True
        child, parent = parent, parent.parent
    return False


def _place_of(child: exp.Expr, with_: exp.With) -> int:
    return next(number for number, cte in enumerate(with_.expressions) if cte is child)


def _name_of(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return str(node.this)[:60].upper()
    return node.sql_name() if isinstance(node, exp.Func) else type(node).__name__.upper()


def _forbidden(what: str) -> ToolError:
    return ToolError(
        f"Not allowed here: {what}. One SELECT over the listed tables, with the usual functions, is.",
        code="forbidden_sql",
        retryable=False,
    )
