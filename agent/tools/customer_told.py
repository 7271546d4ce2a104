"""Puts beside a customer's brief what people of the company told of that customer, with who said it and when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Engine

from agent.base import Tool, ToolContext, ToolResult
from agent.memory.customer_telling import as_records
from models.memory.customer_fact import find_told
from models.session import statement_scope

BRIEF: Final = "customer_brief"
TOLD: Final = "told_by_the_team"
_MOST: Final = 20  # the newest


def with_told(tools: Mapping[str, Tool], engine: Engine | None) -> dict[str, Tool]:
    """The same tools. The brief itself may be an earlier result; what was told is read anew each time."""
    if engine is None or BRIEF not in tools:
        return dict(tools)
    tool = tools[BRIEF]
    return {**tools, BRIEF: replace(tool, call=_Told(tool.call, engine).call)}


@dataclass(frozen=True, slots=True)
class _Told:
    brief: Callable[[ToolContext, Mapping[str, Any]], ToolResult]
    engine: Engine

    def call(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """The brief was made within the asker's scope: whoever was shown the customer may know this."""
        result, situation = self.brief(context, arguments), context.situation
        customer = result.arguments.get("customer")
        if not result.ok or situation.tenant is None or situation.role not in ("rep", "manager") or not customer:
            return result
        with statement_scope(self.engine) as connection:
            found = find_told(connection, situation.tenant, [str(customer)])
        if not found:
            return result
        told = as_records(found[-_MOST:], context.language, context.timezone)
        return replace(result, content={**result.content, TOLD: told})


def holds_told(content: Mapping[str, Any]) -> bool:
    """Whether a result says what was told: an answer made of it is not to be given again, for it may be taken back."""
    return TOLD in content
