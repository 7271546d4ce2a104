"""A journal that keeps nothing: for questions asked outside a conversation, where a killed process asks again."""

from agent.base import Completion, CompletionRequest, Cost, ToolCall, ToolResult
from agent.journal import WorstCase


class ScratchJournal:
    """Implements `agent.journal.Journal` without remembering."""

    def find_completion(self, step: int) -> Completion | None:
        return None

    def open_completion(
        self, step: int, provider: str, request: CompletionRequest, tokens_in: int, worst_case: WorstCase
    ) -> None:
        """Nothing to leave behind."""

    def record_completion(self, step: int, completion: Completion, cost: Cost, elapsed_ms: int) -> Completion:
        return completion

    def record_failure(self, step: int, kind: str, elapsed_ms: int) -> None:
        """The error itself reaches the caller."""

    def find_tool_result(self, step: int, number: int) -> ToolResult | None:
        return None

    def record_tool_result(
        self, step: int, number: int, call: ToolCall, result: ToolResult, elapsed_ms: int
    ) -> ToolResult:
        return result
