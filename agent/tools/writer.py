"""Tools that write: what is alike in all of them, and who may have them."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from agent.base import Tool, ToolContext, ToolResult, ToolSpec
from agent.tools.schema import Arguments, describe_mistakes, strict_schema
from agent.tools.whose_words import taint_of_change
from agent.writing import Writing
from models.errors import ToolError

A = TypeVar("A", bound=Arguments)

_ASKED = "Only when the person asks for it. She is shown the change and says yes or no: never claim it was made."


def build_writing_tool(
    name: str,
    words: str,
    arguments: type[Arguments],
    call: Callable[[ToolContext, Mapping[str, Any]], ToolResult],
    writing: Writing,
) -> Tool:
    """For the company's own people alone. `words` say what it does; when it may be called is added to them."""
    return Tool(
        ToolSpec(name, f"{words}\n\n{_ASKED}", strict_schema(arguments)),
        "write",
        frozenset({"rep", "manager"}),
        call,
        frozenset({"private"}),
        writing=writing,
        taints=taint_of_change,
    )


def read_arguments(kind: type[A], given: Mapping[str, Any]) -> A:
    """Raises ToolError for what is missing, unknown or of another type."""
    try:
        return kind.model_validate(dict(given))
    except ValidationError as error:
        raise ToolError(f"Wrong arguments: {describe_mistakes(error)}.", code="bad_arguments") from None
