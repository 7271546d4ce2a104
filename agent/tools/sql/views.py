"""A checked query confined to what somebody may see: each table becomes a view of the allowed columns and own rows.

The view stands in the statement itself, so nothing outside it can be named, whatever the rest of the query says:
no other column, no hidden value, no whole row, nobody else's row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from agent.base import Situation
from agent.tools.sql.condition import parse_condition, places_of, settle
from agent.tools.sql.guard import check_columns, tables_in, write_query
from agent.tools.sql.spec import Mask, SqlSpec, SqlTable
from models.errors import ToolError

_ANSWER: Final = "recado_answer"


@dataclass(frozen=True, slots=True)
class ConfinedQuery:
    """What is sent: SQL with $1, $2 for `values`. `scoped` names the tables of which only own rows were seen."""

    sql: str
    values: tuple[str, ...]
    tables: tuple[str, ...]
    scoped: tuple[str, ...]


def confine(query: exp.Query, spec: SqlSpec, situation: Situation, row_bytes: int) -> ConfinedQuery:
    """Raises ToolError `not_allowed` for a table of which this role, or this person, sees no row.

    The statement gives each row as one JSON text, cut off after `row_bytes` characters, and one row more than the
    spec allows.
    """
    used = list(tables_in(query))
    names = sorted({table.name for table in used})
    conditions = {name: _condition_of(name, spec.tables[name], situation) for name in names}
    known = {column for name in names for column in spec.tables[name].columns}
    check_columns(query, known)
    values = _values_of(conditions.values(), situation)
    numbers = {name: number for number, name in enumerate(values, start=1)}
    for table in used:
        condition = conditions[table.name]
        scope = None if condition is None else settle(condition, numbers, spec.schema_name)
        table.replace(_view(table, spec, scope))
    sql = write_query(_bounded(query, spec.rows + 1, row_bytes))
    scoped = tuple(name for name in names if conditions[name] is not None)
    return ConfinedQuery(sql, tuple(values.values()), tuple(names), scoped)


def visible_tables(spec: SqlSpec, role: str) -> list[str]:
    """Those of which the role may see some rows."""
    return [name for name, table in spec.tables.items() if role in table.scope or role == "manager"]


def _condition_of(name: str, table: SqlTable, situation: Situation) -> exp.Expr | None:
    """None where every row may be seen."""
    text = None if situation.role == "unknown" else table.scope.get(situation.role)
    if text is None and situation.role != "manager":
        raise ToolError(f"This person may not see {name}.", code="not_allowed", retryable=False)
    if text is None:
        return None
    condition = parse_condition(text)
    return None if isinstance(condition, exp.Boolean) and condition.this is True else condition


def _values_of(conditions: Iterable[exp.Expr | None], situation: Situation) -> dict[str, str]:
    known = {"salesperson": situation.salesperson, "customer": situation.customer}
    named = {place for condition in conditions if condition is not None for place in places_of(condition)}
    values = {}
    for name in sorted(named):
        value = known[name]
        if not value:
            raise ToolError("This person is not linked to anybody in the data.", code="not_allowed", retryable=False)
        values[name] = value
    return values


def _view(table: exp.Table, spec: SqlSpec, scope: exp.Expr | None) -> exp.Subquery:
    described = spec.tables[table.name]
    columns = [_shown(column, described.masks.get(column)) for column in described.columns]
    place = exp.table_(_quoted(table.name), db=_quoted(spec.schema_name))
    inner = exp.Select(expressions=columns).from_(place)
    if scope is not None:
        # OFFSET keeps the planner from trying the query's own conditions on rows before the scope has sorted them
        # out: an error that such a condition provokes would tell of rows that must not be seen.
        inner = inner.where(scope).offset(0)
    alias = table.args.get("alias") or exp.TableAlias(this=_quoted(table.name))
    view = exp.Subquery(this=inner, alias=alias.copy())
    view.set("joins", table.args.get("joins"))  # of a join in parentheses, which hangs on its first table
    return view


def _shown(column: str, mask: Mask | None) -> exp.Expr:
    whole: exp.Expr = exp.Column(this=_quoted(column))
    text = exp.cast(whole, "text")
    if mask == "hidden":
        whole = exp.Null()
    elif mask == "first_letter":
        whole = exp.DPipe(
            this=exp.Left(this=text, expression=exp.Literal.number(1)), expression=exp.Literal.string("***")
        )
    elif mask == "last_four":
        whole = exp.DPipe(
            this=exp.Literal.string("***"), expression=exp.Right(this=text, expression=exp.Literal.number(4))
        )
    return exp.alias_(whole, _quoted(column))


def _bounded(query: exp.Query, rows: int, row_bytes: int) -> exp.Select:
    row = exp.Anonymous(this="row_to_json", expressions=[exp.Column(this=_quoted(_ANSWER))])
    shown = exp.Left(this=exp.cast(row, "text"), expression=exp.Literal.number(row_bytes))
    within = query if isinstance(query, exp.Subquery) and not query.alias else exp.Subquery(this=query)
    within.set("alias", exp.TableAlias(this=_quoted(_ANSWER)))
    return exp.Select(expressions=[shown]).from_(within).limit(rows)


def _quoted(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)
