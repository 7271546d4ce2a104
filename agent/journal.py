"""The turn's steps on record: what a resumed turn reads back instead of paying or acting twice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from agent.base import Completion, CompletionRequest, Cost, ToolCall, ToolResult, Usage
from models.retry_policy import ProviderErrorKind


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a call may use at most, and what that costs."""

    usage: Usage
    cost: Cost


WorstCase = Callable[[], Reckoning]


class Journal(Protocol):
    """The turn's finished steps. First writer wins: each `record_` returns what stands, which may be another's."""

    def find_completion(self, step: int) -> Completion | None: ...

    def open_completion(
        self, step: int, provider: str, request: CompletionRequest, tokens_in: int, worst_case: WorstCase
    ) -> None:
        """Before each try of a step: leaves a usage row with our own reckoning, so that a crash leaves an estimate.
        What is recorded next is of this try. Raises BudgetExceeded where that much may not be spent."""
        ...

    def record_completion(self, step: int, completion: Completion, cost: Cost, elapsed_ms: int) -> Completion: ...

    def record_failure(self, step: int, kind: ProviderErrorKind, elapsed_ms: int) -> None: ...

    def find_tool_result(self, step: int, number: int) -> ToolResult | None: ...

    def record_tool_result(
        self, step: int, number: int, call: ToolCall, result: ToolResult, elapsed_ms: int
    ) -> ToolResult: ...
