"""What a turn does with tools: which ones this person gets here, what is refused, and how calls are run.

Reading tools of one step run side by side, each in a thread that may be left behind; a writing tool runs by itself in
the turn's own thread, and is never abandoned half-way. The journal is told of each result, in the order of the calls.
"""

import json
import logging
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitedTooLong
from dataclasses import dataclass, field
from types import MappingProxyType

from agent.base import (
    ChatMessage,
    PersonRole,
    Situation,
    Tool,
    ToolCall,
    ToolContext,
    ToolResult,
    ToolSpec,
    ToolUse,
    TurnInput,
)
from agent.fitting import fit
from agent.journal import Journal
from agent.policy import Policy, Proposer, Verdict, decide, is_tainted_for, taint_brought, taint_of
from agent.side_threads import batches, begin
from agent.telemetry import tool_span
from models.clock import Clock
from models.errors import RecadoError, ToolError
from models.faultpoint import faultpoint
from models.language import guess_language
from models.taint import Taint, has_others_words

_CHANCES = 2  # failures of one kind before a tool is closed for the turn: the first may be mended
_SHORTEST_PATIENCE = 1.0  # seconds, where the turn's time is nearly over
_CLOSING = frozenset({"bad_arguments", "timeout", "failed"})  # kinds that say something about the caller or the tool

_log = logging.getLogger("recado.toolbox")


@dataclass(frozen=True, slots=True)
class ToolRule:
    """What a company lays down for one tool beyond what the tool itself says; None: no limit."""

    calls: int | None = None  # in one turn
    roles: frozenset[PersonRole] | None = None
    channels: frozenset[str] | None = None


_NO_RULE = ToolRule()


class Toolbox:
    """The tools of an agent. One instance serves all threads; `open` gives what belongs to a run."""

    def __init__(
        self,
        tools: Mapping[str, Tool],
        clock: Clock,
        *,
        rules: Mapping[str, ToolRule] = MappingProxyType({}),
        policy: Policy = decide,
        at_once: int = 4,
    ) -> None:
        self.policy = policy
        self.clock = clock
        self.rules = rules
        self.at_once = at_once
        self.tools = tools

    def find(self, name: str, situation: Situation) -> Tool | None:
        """The tool, if this person may have a change made by it, here and in words of her own."""
        tool = self.tools.get(name)
        if tool is None or not self._is_for(tool, situation) or self.policy(tool, False, situation.role) == "deny":
            return None
        return tool

    def tools_for(self, situation: Situation) -> dict[str, Tool]:
        """Those that this person has here."""
        return {name: tool for name, tool in self.tools.items() if self._is_for(tool, situation)}

    def _is_for(self, tool: Tool, situation: Situation) -> bool:
        role, rule = situation.role, self.rules.get(tool.spec.name, _NO_RULE)
        is_for_role = role in tool.roles and (rule.roles is None or role in rule.roles)
        is_for_channel = rule.channels is None or situation.channel in rule.channels
        return is_for_role and is_for_channel and tool.is_offered(situation)

    def open(
        self,
        turn: TurnInput,
        journal: Journal,
        proposer: Proposer | None = None,
        *,
        most: int = 24,
        deadline: float = math.inf,
        only: frozenset[str] | None = None,
    ) -> "OpenToolbox":
        """For one run of at most so many calls; no tool is waited for much longer than until `deadline`, by the
        clock's monotonic seconds. `only` can narrow what this person has, never widen it."""
        tools = {name: tool for name, tool in self.tools_for(turn.situation).items() if only is None or name in only}
        return OpenToolbox(self, tools, turn, journal, proposer, most, deadline, set(taint_of(turn)))


@dataclass(slots=True)
class _Due:
    """A call of the present step. `result` is there already if it was journalled before, or is refused."""

    number: int
    call: ToolCall
    result: ToolResult | None
    is_new: bool


@dataclass(slots=True)
class OpenToolbox:
    """The tools of one run, and what it has done with them."""

    box: Toolbox
    tools: Mapping[str, Tool]
    turn: TurnInput
    journal: Journal
    proposer: Proposer | None
    most: int
    deadline: float
    taint: set[Taint]
    is_write_refused: bool = False
    uses: list[ToolUse] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _made: Counter[str] = field(default_factory=Counter)
    _failed: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def specs(self) -> list[ToolSpec]:
        """In an order that never changes, so that vendors can cache the prompt."""
        return [tool.spec for _, tool in sorted(self.tools.items())]

    @property
    def may_write(self) -> bool:
        """False where third-party words have switched off what this person could have had written otherwise."""
        role = self.turn.situation.role
        changing = [tool for tool in self.tools.values() if tool.effect != "read"]
        return not any(
            self._verdict(tool) == "deny" and self.box.policy(tool, False, role) != "deny" for tool in changing
        )

    def run(self, step: int, calls: Sequence[ToolCall]) -> list[ChatMessage]:
        """The results as lines of the prompt, in the order of the calls. Raises LeaseLost."""
        due = [self._plan(step, number, call) for number, call in enumerate(calls)]
        for group in self._groups(due):
            self._run_group(step, group)
        return [self._note(entry) for entry in due]

    def _plan(self, step: int, number: int, call: ToolCall) -> _Due:
        """Refusals depend on the calls before this one alone, so a resumed turn comes to the same."""
        found = self.journal.find_tool_result(step, number)
        refusal = self._refuse(call)
        self._seen.add(_signature(call))
        self._made[call.name] += 1
        return _Due(number, call, found or refusal, is_new=found is None)

    def _refuse(self, call: ToolCall) -> ToolResult | None:
        """Why a call is not run, as a result that the LLM can learn from; None if it is to be run."""
        if self._is_closed(call.name):
            return failure("closed", f"{call.name} failed twice and is closed for this turn: answer without it")
        if call.arguments is None:
            return failure("bad_arguments", "the arguments were not one JSON object: send them again")
        if call.name not in self.tools:
            known = ", ".join(sorted(self.tools))
            return failure("unknown_tool", f"there is no tool {call.name!r} for this person; there are: {known}")
        if _signature(call) in self._seen:
            return failure("repeated", "this very call was made before in this turn: answer with its result")
        if self._made.total() >= self.most:
            return failure("too_many", f"this turn has had its {self.most} tool calls: answer with what you have")
        most = self.box.rules.get(call.name, _NO_RULE).calls
        if most is not None and self._made[call.name] >= most:
            return failure("too_many", f"{call.name} may be called {most} times in a turn: answer with what you have")
        return self._forbid(self.tools[call.name])

    def _forbid(self, tool: Tool) -> ToolResult | None:
        verdict = self._verdict(tool)
        if verdict == "allow" or (verdict == "ask" and self.proposer is not None):
            return None
        if verdict == "ask":
            return failure("nobody_to_ask", "there is nobody here who could say yes to a change")
        if not is_tainted_for(tool, self.taint) or self.box.policy(tool, False, self.turn.situation.role) == "deny":
            return failure("not_allowed", "this person may not use this tool")
        self.is_write_refused |= tool.effect != "read"
        return failure(
            "third_party_words",
            "somebody else's words stand in this conversation, so nothing may be written or sent out in this turn: "
            "tell the person so, and that she may ask again in her own words after starting afresh",
        )

    def _verdict(self, tool: Tool) -> Verdict:
        return self.box.policy(tool, is_tainted_for(tool, self.taint), self.turn.situation.role)

    def _is_closed(self, name: str) -> bool:
        return any(self._failed[name, kind] >= _CHANCES for kind in _CLOSING)

    def _groups(self, due: Sequence[_Due]) -> list[Sequence[_Due]]:
        """Calls that may run side by side, in order: neighbours that only read."""
        groups: list[list[_Due]] = []
        was_reading = False
        for entry in due:
            tool = self.tools.get(entry.call.name)
            is_reading = entry.result is not None or tool is None or tool.effect == "read"
            if not (groups and is_reading and was_reading):
                groups.append([])
            groups[-1].append(entry)
            was_reading = is_reading
        return [batch for group in groups for batch in batches(group, self.box.at_once)]

    def _run_group(self, step: int, group: Sequence[_Due]) -> None:
        started = self.box.clock.monotonic()
        under_way: dict[int, Future[ToolResult]] = {}
        for entry in group:
            if entry.is_new:
                faultpoint("tool.due")
            if entry.result is None and self.tools[entry.call.name].effect == "read":
                under_way[entry.number] = self._begin(step, entry)
        for entry in group:
            if not entry.is_new:
                continue
            if entry.number in under_way:
                result = self._await(entry.call, under_way[entry.number])
            else:
                result = entry.result or self._call(step, entry)
            faultpoint("tool.worked")
            tool = self.tools.get(entry.call.name)
            if tool is not None:
                result = ToolResult(result.ok, fit(result.content, tool.max_bytes), result.arguments)
            elapsed_ms = round((self.box.clock.monotonic() - started) * 1000)
            entry.result = self.journal.record_tool_result(step, entry.number, entry.call, result, elapsed_ms)
            faultpoint("tool.journalled")

    def _begin(self, step: int, entry: _Due) -> "Future[ToolResult]":
        return begin(f"tool {entry.call.name}", lambda: self._call(step, entry))

    def _call(self, step: int, entry: _Due) -> ToolResult:
        """A reading tool's bug is a failed call; a writing one's may have taken effect, so the turn must not go on."""
        call, tool = entry.call, self.tools[entry.call.name]
        turn, key = self.turn, f"{self.turn.turn_id}-{step}-{entry.number}"
        language = turn.situation.language or guess_language(turn.text)
        context = ToolContext(turn.situation, turn.timezone, key, language, turn.turn_id, turn.is_refresh)
        try:
            if self._verdict(tool) == "ask" and self.proposer is not None:
                return self.proposer.propose(tool, context, call.arguments or {})
            with tool_span(call.name, call.id):
                return tool.call(context, call.arguments or {})
        except ToolError as error:
            return failure(error.code, str(error), **error.details)
        except RecadoError:
            raise
        except Exception:
            if tool.effect != "read":
                raise
            _log.exception("the tool %s met an error that nobody expected", call.name)
            return failure("failed", "the tool failed: answer without it, and say so")

    def _await(self, call: ToolCall, future: "Future[ToolResult]") -> ToolResult:
        left = self.deadline - self.box.clock.monotonic()
        patience = min(self.tools[call.name].timeout, max(left, _SHORTEST_PATIENCE))
        try:
            return future.result(timeout=patience)
        except WaitedTooLong:
            if future.done():  # at the very end of the patience
                return future.result()
            _log.warning("the tool %s took more than %g s and was left behind", call.name, patience)
            return failure("timeout", f"no answer within {patience:g} seconds: answer without it, and say so")

    def _note(self, entry: _Due) -> ChatMessage:
        assert entry.result is not None, "every call of a step has been run or refused"
        call, result = entry.call, entry.result
        error = result.content.get("error")
        if not result.ok and isinstance(error, Mapping):
            self._failed[call.name, str(error.get("code"))] += 1
        content = json.dumps(result.content, ensure_ascii=False)
        brought = taint_brought(self.tools.get(call.name), result)
        is_foreign = has_others_words(brought)
        self.uses.append(ToolUse(call.name, result.arguments, result.content, result.ok, is_foreign))
        self.taint |= brought
        return ChatMessage("tool", content, tool_call_id=call.id, origin="third_party" if is_foreign else "tool")


def failure(code: str, message: str, **details: object) -> ToolResult:
    """As the LLM reads it."""
    return ToolResult(ok=False, content={"ok": False, "error": {"code": code, "message": message, **details}})


def _signature(call: ToolCall) -> str:
    return json.dumps([call.name, call.arguments], sort_keys=True, ensure_ascii=False, default=str)
