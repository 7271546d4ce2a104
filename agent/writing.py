"""What a tool that writes says of its changes: how they read, whether they were made, how they are taken back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.base import ToolContext, ToolResult


@dataclass(frozen=True, slots=True)
class Change:
    """What a call of a writing tool would do. `words` is the change as the person reads it, in her language, with what
    stands now beside what would stand; `arguments` are the validated ones."""

    words: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Writing:
    """What a writing tool offers beside the call itself. All three may raise ToolError."""

    preview: "Callable[[ToolContext, Mapping[str, Any]], Change]"
    # Whether the target has taken `context.key`, and what it gave then; None: it has not. ToolError: nobody knows.
    find: "Callable[[ToolContext, Mapping[str, Any]], ToolResult | None] | None" = None
    # Of that key, and of what the call had answered. Safe to repeat. ToolError where it is not found there.
    undo: "Callable[[ToolContext, Mapping[str, Any], Mapping[str, Any]], ToolResult] | None" = None
