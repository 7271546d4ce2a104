"""Whose words the answer to free SQL holds: its columns are followed back to those of the tables. Pure.

Any text column may be what a stranger typed, unless the agent's file says that it holds names.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlglot import exp

from agent.base import ToolResult
from agent.tools.sql.guard import read_query, tables_in
from agent.tools.sql.spec import SqlSpec
from agent.tools.whose_words import is_figure, judge_texts
from models.errors import ToolError
from models.taint import Taint

_ANYBODYS: Final[frozenset[Taint]] = frozenset({"tool"})
_QUOTED: Final = re.compile(r'"([^"]*)"')


def taint_of_rows(result: ToolResult, spec: SqlSpec) -> frozenset[Taint]:
    """Figures, dates and what the query itself spells are nobody's words; text of columns that hold names is judged as
    a name, and any other is somebody else's."""
    sql = str(result.arguments.get("sql", ""))
    if not result.ok:
        return _taint_of_error(result, sql)
    rows = [row for row in result.content.get("data") or [] if isinstance(row, dict)]
    try:
        query = read_query(sql, list(spec.tables), spec.functions)
    except ToolError:
        return _ANYBODYS
    spelt = {literal.this for literal in query.find_all(exp.Literal)}
    columns = [frozenset(_spoken(values) - spelt) for values in _turned(rows)]
    if not any(columns):
        return frozenset()
    behind = columns_behind(query)
    if behind is None or len(behind) != len(columns):
        return _ANYBODYS
    taint: frozenset[Taint] = frozenset()
    for words, names in zip(columns, behind, strict=True):
        if words:
            taint |= judge_texts(words) if _hold_names(query, names, spec) else _ANYBODYS
    return taint


def columns_behind(query: exp.Query) -> list[frozenset[str]] | None:
    """For each column of the answer every name that its values may come from, rather one too many: names are followed
    through the whole query, whatever they mean where. None where they cannot be followed."""
    if any(alias.args.get("columns") for alias in query.find_all(exp.TableAlias)):
        return None
    if any(not isinstance(star.parent, exp.Count) for star in query.find_all(exp.Star)):
        return None
    named: dict[str, set[str]] = {}
    for select in query.find_all(exp.Select):
        for shown in select.expressions:
            named.setdefault(shown.alias_or_name, set()).update(_columns_in(shown))
    shown = _shown(query)
    return None if shown is None else [_followed(names, named) for names in shown]


def _shown(query: exp.Expr) -> list[set[str]] | None:
    """The columns that each column of the answer names. Those of both sides of a UNION."""
    if isinstance(query, exp.SetOperation):
        left, right = _shown(query.this), _shown(query.expression)
        if left is None or right is None or len(left) != len(right):
            return None
        return [one | other for one, other in zip(left, right, strict=True)]
    if isinstance(query, exp.Subquery):
        return _shown(query.this)
    return [set(_columns_in(shown)) for shown in query.expressions] if isinstance(query, exp.Select) else None


def _columns_in(node: exp.Expr) -> Iterator[str]:
    return (column.name for column in node.find_all(exp.Column))


def _followed(names: set[str], named: dict[str, set[str]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += named.get(name, ())
    return frozenset(found)


def _hold_names(query: exp.Query, names: frozenset[str], spec: SqlSpec) -> bool:
    """Whether each is a column that holds names, in every table of the query that has it."""
    tables = [spec.tables[table.name] for table in tables_in(query)]
    of_tables = [(name, table) for name in names for table in tables if name in table.columns]
    return bool(of_tables) and all(name in table.names for name, table in of_tables)


def _turned(rows: Sequence[dict[str, Any]]) -> list[list[Any]]:
    """The columns of the rows, left to right."""
    return [list(column) for column in zip(*(row.values() for row in rows), strict=True)]


def _spoken(values: Sequence[Any]) -> set[str]:
    """The texts among them that are more than figures; of lists and objects the whole JSON."""
    texts = (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values)
    given = (text for text, value in zip(texts, values, strict=True) if isinstance(value, str | list | dict))
    return {text for text in given if not is_figure(text)}


def _taint_of_error(result: ToolResult, sql: str) -> frozenset[Taint]:
    """The database quotes what it stumbles over, which may be what a row says."""
    error = result.content.get("error")
    message = str(error.get("message", "")) if isinstance(error, dict) else ""
    return _ANYBODYS if any(words not in sql for words in _QUOTED.findall(message)) else frozenset()
