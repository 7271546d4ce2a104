"""The tool that runs a SELECT of the LLM's own: opt-in, checked, confined to the asker's rows, bounded, on record."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from agent.base import Tool, ToolContext, ToolResult, ToolSpec
from agent.tools.decorator import refuse
from agent.tools.http.answer import fit
from agent.tools.json_arguments import ArgumentSchema
from agent.tools.sql.condition import parse_condition, tables_of
from agent.tools.sql.guard import read_query
from agent.tools.sql.spec import SqlSpec
from agent.tools.sql.views import ConfinedQuery, confine, visible_tables
from agent.tools.sql.words import taint_of_rows
from models.clock import Clock, SystemClock
from models.errors import ToolError
from models.network.database_wall import DatabaseWall
from models.outside import outside
from models.secret_reference import resolve_reference
from models.sql_door import SqlAnswer, SqlBounds, SqlDoor

_log = logging.getLogger(__name__)
_LATE = 10.0  # seconds beyond the query's own: for its estimate, and for a connection
_ARGUMENTS: Final = ArgumentSchema(
    {
        "properties": {
            "sql": {"type": "string", "description": "One SELECT in PostgreSQL's SQL, over the tables named above."},
            "purpose": {"type": "string", "description": "The question it answers, in a few words."},
        },
        "required": ["sql", "purpose"],
    }
)
_RULES: Final = """
Only for questions that no other tool answers: its figures are as right as your SQL. Only SELECT, over these tables and
columns alone, without schema names; give each figure a name with AS; name every column that is shown and not summed up
in GROUP BY; sum up in SQL, not by hand; no comments, no parameters. Amounts come as text, to the cent. Rows that this
person must not see are left out by themselves. At most {rows} rows."""


@dataclass(frozen=True, slots=True)
class SqlUse:
    """One query for the audit: who saw what by which SQL. `sql` is the LLM's, `executed` what ran."""

    tool: str
    role: str
    person: str
    sql: str
    executed: str
    tables: tuple[str, ...]
    rows: int
    cost: float
    milliseconds: int

    @property
    def digest(self) -> str:
        """Of what ran: the SQL itself is with the turn's tool calls."""
        return hashlib.sha256(self.executed.encode()).hexdigest()[:16]


Audit = Callable[[SqlUse], None]


def build_sql_door(spec: SqlSpec, environ: Mapping[str, str], wall: DatabaseWall | None = None) -> SqlDoor:
    """To be closed when the tool is used no more. Raises ConfigurationError; nothing is connected yet."""
    conditions = [parse_condition(text) for table in spec.tables.values() for text in table.scope.values()]
    readable = sorted({*spec.tables, *(name for condition in conditions for name in tables_of(condition))})
    bounds = SqlBounds(spec.timeout_seconds, spec.max_cost, spec.rows, _most_bytes(spec))
    url = resolve_reference(spec.url, environ)
    return SqlDoor(url, spec.schema_name, readable, bounds, pool_size=spec.pool_size, wall=wall)


def build_sql_tool(
    spec: SqlSpec, *, door: SqlDoor, clock: Clock | None = None, audit: Audit | None = None
) -> dict[str, Tool]:
    """By name: the one tool of the spec. Where `audit` raises, the answer is not given."""
    tool = _SqlTool(spec, door, clock or SystemClock(), audit)
    return {spec.name: tool.as_tool()}


class _SqlTool:
    def __init__(self, spec: SqlSpec, door: SqlDoor, clock: Clock, audit: Audit | None) -> None:
        self._spec = spec
        self._door = door
        self._clock = clock
        self._audit = audit

    def as_tool(self) -> Tool:
        spec = self._spec
        told = ToolSpec(spec.name, describe_tables(spec), _ARGUMENTS.strict)
        timeout = spec.timeout_seconds + _LATE
        labels = frozenset(spec.labels)
        return Tool(
            told,
            "read",
            frozenset(spec.roles),
            self.call,
            labels,
            timeout=timeout,
            max_bytes=spec.max_bytes,
            taints=lambda result: taint_of_rows(result, spec),
        )

    def call(self, context: ToolContext, given: Mapping[str, Any]) -> ToolResult:
        arguments: dict[str, Any] = {}
        try:
            if context.situation.role not in self._spec.roles:
                raise ToolError("This person may not use this tool.", code="not_allowed", retryable=False)
            arguments = _ARGUMENTS.check(given)
            return ToolResult(ok=True, content=self._answer(arguments["sql"], context), arguments=arguments)
        except ToolError as error:
            return refuse(error, arguments)

    def _answer(self, sql: str, context: ToolContext) -> dict[str, Any]:
        spec, situation = self._spec, context.situation
        visible = visible_tables(spec, situation.role)
        query = read_query(sql, visible, spec.functions)
        confined = confine(query, spec, situation, _most_bytes(spec))
        started = self._clock.monotonic()
        with outside():
            answer = self._door.ask(confined.sql, confined.values, context.timezone)
        taken, found = round((self._clock.monotonic() - started) * 1000), len(answer.rows)
        who = (spec.name, situation.role, situation.person_name)
        use = SqlUse(*who, sql, confined.sql, confined.tables, found, answer.cost, taken)
        _note(use)
        if self._audit is not None:
            self._audit(use)
        return self._content(confined, answer, context)

    def _content(self, confined: ConfinedQuery, answer: SqlAnswer, context: ToolContext) -> dict[str, Any]:
        rows, left_out = fit([_read_row(text) for text in answer.rows], self._spec.max_bytes)
        now = self._clock.now().astimezone(ZoneInfo(context.timezone))
        content: dict[str, Any] = {
            "ok": True,
            "source": f"{self._spec.name}: {', '.join(confined.tables)}",
            "as_of": now.isoformat(timespec="seconds"),
            "rows": len(rows),
        }
        if confined.scoped:
            content["filters"] = {"own rows only of": list(confined.scoped)}
        if left_out or answer.is_cut:
            content["truncated"] = True
        return content | {"data": rows}


def describe_tables(spec: SqlSpec) -> str:
    """What the LLM is told: what the data are about, the tables with their columns, the rules."""
    lines = [" ".join(spec.description.split())] if spec.description else []
    for name, table in spec.tables.items():
        columns = ", ".join(f"{column} ({words})" if words else column for column, words in table.columns.items())
        lines.append(f"{name}: {columns}" + (f" - {table.description}" if table.description else ""))
    return "\n".join([*lines, " ".join(_RULES.format(rows=spec.rows).split())])


def _read_row(text: str) -> dict[str, Any]:
    """A row's JSON. Names that come twice are numbered; amounts stay as the database wrote them."""

    def number_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for name, value in pairs:
            unique, number = name, 1
            while unique in row:
                number += 1
                unique = f"{name}_{number}"
            row[unique] = value
        return row

    try:
        row = json.loads(text, object_pairs_hook=number_twins, parse_float=str)
    except (ValueError, RecursionError):
        raise ToolError(
            "A row is too long to be read: ask for fewer columns.", code="too_large", retryable=False
        ) from None
    return row if isinstance(row, dict) else {"value": row}


def _most_bytes(spec: SqlSpec) -> int:
    return 2 * spec.max_bytes


def _note(use: SqlUse) -> None:
    """A log line holds nothing of what people asked."""
    told = {"tool": use.tool, "role": use.role, "sql_digest": use.digest, "rows": use.rows, "plan_cost": use.cost}
    _log.info("free SQL", extra={**told, "time_ms": use.milliseconds})
