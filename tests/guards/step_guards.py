"""The guards of an answer's steps: paid once, done once, on record, committed whole."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from tests.guards.removal import Guard, Swap


def _open_late(record: Callable[..., Any]) -> Callable[..., Any]:
    """The usage row is opened when the answer is there already."""

    def late(self: Any, step: int, *rest: Any) -> Any:
        self._open_late(step)
        return record(self, step, *rest)

    return late


def _remember(open_completion: Callable[..., None]) -> Callable[..., None]:
    def remember(self: Any, step: int, *rest: Any) -> None:
        type(self)._open_late = lambda self, step: open_completion(self, step, *self._late[step])
        self._late = {**getattr(self, "_late", {}), step: rest}

    return remember


def _own_words(close: Callable[..., Any]) -> Callable[..., None]:
    """What another execution had stored before is stored, and not adopted."""

    def overlook(*given: Any) -> None:
        close(*given)

    return overlook


def _own_result(store: Callable[..., Any]) -> Callable[..., Any]:
    def overlook(*given: Any, **named: Any) -> Any:
        store(*given, **named)
        return named["stored"]

    return overlook


def _no_key(context: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **named: replace(context(*given, **named), key=str(uuid4()))


STEPS = (
    Guard(
        "the journal of LLM calls",
        cells=("talk/kill/llm.journalled",),
        swaps=(Swap("jobs.journal:find_answers", lambda _: lambda *given: {}),),
    ),
    Guard(
        "the journal of tool calls",
        cells=("talk/kill/tool.journalled",),
        swaps=(Swap("jobs.journal:find_tool_calls", lambda _: lambda *given: {}, here_only=True),),
    ),
    Guard(
        "the key of a tool that writes",
        cells=("talk/kill/tool.worked",),
        swaps=(Swap("agent.toolbox:ToolContext", _no_key, here_only=True),),
    ),
    Guard(
        "one standing answer a step",
        covered_by="the lease and its fence; the statement itself looks for what stands",
        drops=("DROP INDEX completion_stands",),
    ),
    Guard(
        "the answer that stands is adopted",
        covered_by="the fence",
        swaps=(Swap("models.journal:close_completion", _own_words),),
    ),
    Guard(
        "the tool result that stands is adopted",
        covered_by="the fence",
        swaps=(Swap("models.journal:store_tool_call", _own_result),),
    ),
    Guard(
        "the usage row is opened before the call",
        cells=("talk/kill/llm.paid",),
        swaps=(
            Swap("jobs.journal:TurnJournal.open_completion", _remember),
            Swap("jobs.journal:TurnJournal.record_completion", _open_late),
            Swap("jobs.journal:TurnJournal.record_failure", _open_late),
        ),
    ),
    Guard(
        "what a dead execution left open is closed",
        cells=("talk/kill/llm.opened",),
        swaps=(Swap("models.turns:close_executions", lambda _: lambda *given: None),),
    ),
    Guard(
        "executions that die are counted",
        cells=("talk/kill always/llm.asked",),
        rewrites=((r"crashes=\(turn\.crashes \+ turn\.running\)", "crashes=turn.crashes"),),
    ),
    Guard(
        "what the database could not be told is owed",
        cells=("talk/cut off/llm.answered", "talk/cut off/send.answered"),
        swaps=(Swap("jobs.owed:OwedWrites.tell", lambda _: lambda self, lease, write: write()),),
    ),
    Guard(
        "one run an attempt",
        covered_by="attempts are counted under the lease",
        drops=("ALTER TABLE run DROP CONSTRAINT run_turn_id_attempt_key",),
    ),
)
