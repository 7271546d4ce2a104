"""`@tool`: makes a Tool of a typed function, whose docstring the LLM reads and whose arguments are checked here."""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import ValidationError

from agent.base import Effect, PersonRole, Tool, ToolContext, ToolResult, ToolSpec
from agent.tools.desk import Answer, Bench, Desk
from agent.tools.fitting import fit_arguments
from agent.tools.schema import Arguments, describe_mistakes, strict_schema
from agent.tools.whose_words import taint_of_records
from models.errors import ToolError

A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Blueprint(Generic[A]):
    """A tool before it knows its sources; `bind` gives it those of a process."""

    spec: ToolSpec
    effect: Effect
    roles: frozenset[PersonRole]
    arguments: type[A]
    work: Callable[[Desk, A], Answer]
    reads_sales: bool = False  # and nothing else
    cache_for: timedelta = timedelta(0)

    def bind(self, bench: Bench) -> Tool:
        """The tool as the source of the bench needs it."""
        arguments = fit_arguments(self.arguments, bench.sales.layer)
        if arguments is not self.arguments:
            spec = replace(self.spec, parameters=strict_schema(arguments))
            return replace(self, arguments=arguments, spec=spec)._bind(bench)
        return self._bind(bench)

    def _bind(self, bench: Bench) -> Tool:
        def call(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
            return self._call(Desk(bench, context), arguments)

        version = bench.version if self.reads_sales else None
        kept = self.cache_for
        return Tool(self.spec, self.effect, self.roles, call, cache_for=kept, taints=taint_of_records, version=version)

    def _call(self, desk: Desk, given: Mapping[str, Any]) -> ToolResult:
        if desk.situation.role not in self.roles:
            return refuse(ToolError("This person may not use this tool.", code="not_allowed"))
        try:
            arguments = self._validate(given)
        except ToolError as error:
            return refuse(error)
        try:
            answer = self.work(desk, arguments)
        except ToolError as error:
            return refuse(error, arguments.model_dump(mode="json", exclude_none=True))
        return ToolResult(ok=True, content={"ok": True, **answer.content}, arguments=answer.arguments)

    def _validate(self, given: Mapping[str, Any]) -> A:
        try:
            return self.arguments.model_validate_json(json.dumps(given))
        except ValidationError as error:
            raise ToolError(f"Wrong arguments: {describe_mistakes(error)}.", code="bad_arguments") from None
        except (TypeError, ValueError, RecursionError):
            raise ToolError("Wrong arguments: they are no JSON object.", code="bad_arguments") from None


def tool(
    *, effect: Effect, roles: set[PersonRole], reads_sales: bool = False, cache_for: timedelta = timedelta(0)
) -> Callable[[Callable[[Desk, A], Answer]], Blueprint[A]]:
    """The function's name is the tool's, its docstring the description, its `arguments` parameter the schema.
    What `reads_sales` gives the same result for as long as the sales data do not change."""

    def make(work: Callable[[Desk, A], Answer]) -> Blueprint[A]:
        arguments = get_type_hints(work)["arguments"]
        description = inspect.cleandoc(work.__doc__ or "")
        if not description:
            raise TypeError(f"tool {work.__name__} needs a docstring: the LLM reads it")
        spec = ToolSpec(work.__name__, description, strict_schema(arguments))
        return Blueprint(spec, effect, frozenset(roles), arguments, work, reads_sales, cache_for)

    return make


def refuse(error: ToolError, arguments: Mapping[str, Any] | None = None) -> ToolResult:
    """The error as the LLM reads it; `arguments` are those that were at least well formed."""
    content = {"ok": False, "error": {"code": error.code, "message": str(error), **error.details}}
    return ToolResult(ok=False, content=content, arguments=arguments or {})
