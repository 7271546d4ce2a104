"""The agent's journal over the database: each step committed as it ends, under the conversation's lease."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from agent.base import Completion, CompletionRequest, Cost, ToolCall, ToolResult
from agent.completion_json import completion_from_json, completion_to_json
from agent.journal import WorstCase
from jobs.owed import OwedWrites
from models.journal import (
    JournalKey,
    StoredToolCall,
    close_completion,
    find_answers,
    find_tool_calls,
    open_completion,
    store_tool_call,
)
from models.lease import Lease
from models.retry_policy import RETRY_POLICIES, ProviderErrorKind
from models.session import statement_scope

_log = logging.getLogger("recado.completion")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked what, for the log line of each completion; `prompt` is redacted already where it must be."""

    user_id: str
    prompt: str


class TurnJournal:
    """Implements `agent.journal.Journal` for one execution of one turn. Every write raises LeaseLost when superseded.

    What was paid for or done is owed to the database while it is away, so that the turn resumes behind it.
    """

    def __init__(self, engine: Engine, lease: Lease, key: JournalKey, asked: Asked, owed: OwedWrites) -> None:
        self._asked = asked
        self._owed = owed
        self._engine = engine
        self._lease = lease
        self._key = key
        self._tries: dict[int, int] = {}  # the number of the last one at each step
        self._worst: dict[int, WorstCase] = {}
        self._answers: dict[int, dict[str, Any]] = {}
        self._tool_calls: dict[tuple[int, int], StoredToolCall] = {}
        if key.attempt > 1:
            with statement_scope(engine) as connection:
                self._answers = find_answers(connection, key.turn_id)
                self._tool_calls = find_tool_calls(connection, key.turn_id)

    @property
    def holds_results(self) -> bool:
        """Whether tools have answered an earlier execution: the data may have changed since."""
        return bool(self._tool_calls)

    def find_completion(self, step: int) -> Completion | None:
        stored = self._answers.get(step)
        return None if stored is None else completion_from_json(stored)

    def open_completion(
        self, step: int, provider: str, request: CompletionRequest, tokens_in: int, worst_case: WorstCase
    ) -> None:
        with statement_scope(self._engine) as connection:
            self._open(connection, step, provider, request, tokens_in, worst_case)

    def _open(
        self,
        connection: Connection,
        step: int,
        provider: str,
        request: CompletionRequest,
        tokens_in: int,
        worst_case: WorstCase,
    ) -> None:
        number = self._tries.get(step, -1) + 1
        open_completion(
            *(connection, self._lease, self._key, step),
            provider=provider,
            llm=request.llm,
            tokens_in=tokens_in,
            number=number,
            chain_step=request.chain_step,
        )
        self._tries[step], self._worst[step] = number, worst_case

    def record_completion(self, step: int, completion: Completion, cost: Cost, elapsed_ms: int) -> Completion:
        usage = completion.usage
        values = {
            "status": "done",
            "instead_of": completion.instead_of,
            "llm_served": completion.llm,
            "request_id": completion.request_id,
            "tokens_in": usage.input,
            "tokens_out": usage.output,
            "tokens_cached": usage.cached,
            "tokens_cache_write": usage.cache_write,
            "tokens_reasoning": usage.reasoning,
            "cost": cost.amount,
            "cost_source": cost.source,
            "price_version": cost.version,
            "tool_called": ",".join(call.name for call in completion.tool_calls),
            "answer": completion_to_json(completion),
            "time_ms": elapsed_ms,
        }

        def write() -> Completion:
            standing = self._close(step, values)
            self._log_completion(completion, cost, elapsed_ms)
            return completion if standing is None else completion_from_json(standing)

        return self._owed.tell(self._lease, write)

    def record_failure(self, step: int, kind: ProviderErrorKind, elapsed_ms: int) -> None:
        values: dict[str, Any] = {"status": "failed", "error_kind": kind, "time_ms": elapsed_ms}
        if RETRY_POLICIES[kind].may_be_billed:
            worst = self._worst[step]().cost
            values |= {"cost": worst.amount, "cost_source": "estimated", "price_version": worst.version}
        self._close(step, values)

    def _close(self, step: int, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer that stands, if it is another's."""
        with statement_scope(self._engine) as connection:
            return close_completion(connection, self._lease, self._key, step, values, self._tries.get(step, 0))

    def _log_completion(self, completion: Completion, cost: Cost, elapsed_ms: int) -> None:
        usage = completion.usage
        _log.info(
            "completion",
            extra={
                "user_id": self._asked.user_id,
                "prompt": self._asked.prompt,
                "tokens_used": (usage.input or 0) + (usage.output or 0),
                "time_ms": elapsed_ms,
                "tool_called": ",".join(call.name for call in completion.tool_calls) or None,
                "model": completion.llm,
                "provider": completion.provider,
                "instead_of": completion.instead_of or None,
                "chain_step": completion.chain_step or None,
                "cost": None if cost.amount is None else str(cost.amount),
            },
        )

    def find_tool_result(self, step: int, number: int) -> ToolResult | None:
        stored = self._tool_calls.get((step, number))
        return None if stored is None else ToolResult(stored.ok, stored.result, stored.arguments)

    def record_tool_result(
        self, step: int, number: int, call: ToolCall, result: ToolResult, elapsed_ms: int
    ) -> ToolResult:
        arguments = result.arguments or call.arguments or {}

        def write() -> StoredToolCall:
            with statement_scope(self._engine) as connection:
                return store_tool_call(
                    connection,
                    self._lease,
                    self._key,
                    (step, number),
                    call_id=call.id,
                    name=call.name,
                    stored=StoredToolCall(result.ok, arguments, result.content),
                    time_ms=elapsed_ms,
                )

        stored = self._owed.tell(self._lease, write)
        return ToolResult(stored.ok, stored.result, stored.arguments)
