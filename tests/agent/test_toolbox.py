"""What a turn may do with tools, and how calls are run: side by side, one after another, or not at all."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from agent.base import Effect, Situation, Tool, ToolCall, ToolContext, ToolResult, ToolSpec, TurnInput
from agent.journal import Journal
from agent.scratch import ScratchJournal
from agent.toolbox import OpenToolbox, Toolbox, ToolRule
from models.errors import LeaseLost, ToolError
from models.ids import new_id
from tests.fakes import FixedClock, allow_all

SITUATION = Situation(date(2026, 3, 2), "manager", "Ana", "Ana Souza", channel="whatsapp")

Work = Callable[[ToolContext, Mapping[str, Any]], ToolResult]


def fine(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
    return ToolResult(True, {"ok": True, "of": dict(arguments)}, arguments)


def tool(name: str, work: Work = fine, effect: Effect = "read", **given: Any) -> Tool:
    spec = ToolSpec(name, "Does.", {"type": "object", "properties": {}})
    return Tool(spec, effect, frozenset({"manager"}), work, **given)


def opened(*tools: Tool, journal: Journal | None = None, rules: Mapping[str, ToolRule] | None = None) -> OpenToolbox:
    box = Toolbox({tool.spec.name: tool for tool in tools}, FixedClock(), rules=rules or {}, policy=allow_all)
    turn = TurnInput(new_id(), "quanto?", (), SITUATION, "America/Sao_Paulo")
    return box.open(turn, journal or ScratchJournal())


def call(name: str, **arguments: Any) -> ToolCall:
    return ToolCall("c", name, arguments)


def code_of(content: str) -> str:
    return str(json.loads(content)["error"]["code"])


def test_reading_calls_of_one_step_run_at_the_same_time_and_answer_in_order() -> None:
    together = threading.Barrier(3, timeout=180)  # breaks unless all three are inside at once

    def meet(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        together.wait()
        return fine(context, arguments)

    lines = opened(tool("a", meet)).run(0, [call("a", n=n) for n in range(3)])
    assert [json.loads(line.content)["of"]["n"] for line in lines] == [0, 1, 2]


def test_writing_calls_of_one_step_run_one_after_another_in_the_turns_own_thread() -> None:
    seen: list[tuple[int, str]] = []
    inside = threading.Lock()

    def write(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        assert inside.acquire(blocking=False), "two writes at once"
        seen.append((arguments["n"], threading.current_thread().name))
        inside.release()
        return fine(context, arguments)

    opened(tool("w", write, "write")).run(0, [call("w", n=n) for n in range(3)])
    assert seen == [(n, threading.current_thread().name) for n in range(3)]


def test_each_result_is_journalled_in_the_order_of_the_calls_and_a_lost_lease_wins() -> None:
    class Strict(ScratchJournal):
        seen: list[int] = []

        def record_tool_result(self, step: int, number: int, call: ToolCall, result: ToolResult, ms: int) -> ToolResult:
            if number == 2:
                raise LeaseLost
            self.seen.append(number)
            return result

    journal = Strict()
    with pytest.raises(LeaseLost):
        opened(tool("a"), journal=journal).run(0, [call("a", n=n) for n in range(4)])
    assert journal.seen == [0, 1]


def test_a_tool_that_hangs_is_left_behind_and_closed_after_the_second_time() -> None:
    never = threading.Event()

    def hang(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        never.wait()
        return fine(context, arguments)

    box = opened(tool("slow", hang, timeout=0.05))
    codes = [code_of(box.run(step, [call("slow", n=step)])[0].content) for step in range(3)]
    never.set()
    assert codes == ["timeout", "timeout", "closed"]


def test_garbage_is_never_run_as_an_empty_object_and_gets_one_chance_to_be_mended() -> None:
    seen: list[Mapping[str, Any]] = []

    def note(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        seen.append(arguments)
        return fine(context, arguments)

    box = opened(tool("a", note))
    garbage = ToolCall("c", "a", None, "{'n': ")
    assert code_of(box.run(0, [garbage])[0].content) == "bad_arguments"
    assert code_of(box.run(1, [garbage])[0].content) == "bad_arguments"
    assert code_of(box.run(2, [call("a", n=1)])[0].content) == "closed"
    assert seen == []


def test_arguments_that_the_tool_refuses_twice_close_it_and_one_mended_call_does_not() -> None:
    def picky(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        if "good" in arguments:
            return fine(context, arguments)
        raise ToolError("Wrong arguments: n.", code="bad_arguments")

    mended = opened(tool("a", picky))
    mended.run(0, [call("a", n=1)])
    assert json.loads(mended.run(1, [call("a", good=1)])[0].content)["ok"]
    stubborn = opened(tool("a", picky))
    codes = [code_of(stubborn.run(step, [call("a", n=step)])[0].content) for step in range(3)]
    assert codes == ["bad_arguments", "bad_arguments", "closed"]


def test_a_name_that_is_not_found_twice_closes_nothing() -> None:
    def lost(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        raise ToolError("Nobody is called that.", code="unknown_name", kind="customer")

    box = opened(tool("a", lost))
    codes = [code_of(box.run(step, [call("a", n=step)])[0].content) for step in range(3)]
    assert codes == ["unknown_name"] * 3


def test_a_reading_tools_bug_is_a_failed_call_and_a_writing_tools_bug_ends_the_turn() -> None:
    def bug(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        raise ZeroDivisionError

    assert code_of(opened(tool("a", bug)).run(0, [call("a")])[0].content) == "failed"
    with pytest.raises(ZeroDivisionError):
        opened(tool("w", bug, "external_write")).run(0, [call("w")])


def test_a_result_over_the_tools_size_is_cut_visibly_and_stays_json() -> None:
    def rows(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        return ToolResult(True, {"ok": True, "rows": [{"n": n, "name": "é" * 30} for n in range(500)]})

    line = opened(tool("a", rows, max_bytes=4000)).run(0, [call("a")])[0]
    content = json.loads(line.content)
    assert len(line.content.encode()) <= 4000
    assert content["truncated"]["note"]
    assert content["rows"][0]["n"] == 0


def test_the_very_same_call_within_one_step_is_refused() -> None:
    lines = opened(tool("a")).run(0, [call("a", n=1), call("a", n=1)])
    assert code_of(lines[1].content) == "repeated"


def test_a_company_may_limit_how_often_where_and_for_whom_a_tool_is_used() -> None:
    rules = {
        "often": ToolRule(calls=2),
        "elsewhere": ToolRule(channels=frozenset({"email"})),
        "theirs": ToolRule(roles=frozenset({"rep"})),
    }
    box = opened(tool("often"), tool("elsewhere"), tool("theirs"), rules=rules)
    assert [spec.name for spec in box.specs] == ["often"]
    lines = box.run(0, [call("often", n=n) for n in range(3)])
    assert code_of(lines[2].content) == "too_many"
    assert code_of(box.run(1, [call("elsewhere")])[0].content) == "unknown_tool"


def test_a_step_with_more_calls_than_a_turn_may_make_is_run_up_to_there() -> None:
    box = replace(opened(tool("a")), most=3)
    lines = box.run(0, [call("a", n=n) for n in range(5)])
    assert [json.loads(line.content)["ok"] for line in lines] == [True, True, True, False, False]


def test_what_was_journalled_is_not_run_again_and_counts_like_a_call() -> None:
    class Remembering(ScratchJournal):
        def find_tool_result(self, step: int, number: int) -> ToolResult | None:
            return ToolResult(True, {"ok": True, "old": True}) if step == 0 else None

    def bug(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        raise AssertionError("run again")

    box = opened(tool("w", bug, "write"), journal=Remembering())
    assert json.loads(box.run(0, [call("w", n=1)])[0].content)["old"]
    assert code_of(box.run(1, [call("w", n=1)])[0].content) == "repeated"


def test_what_a_tool_told_that_the_agent_has_no_longer_counts_as_third_party_words() -> None:
    """A turn that is begun again by another version of the agent: nobody can say any more whom to trust."""

    class Remembering(ScratchJournal):
        def find_tool_result(self, step: int, number: int) -> ToolResult | None:
            return ToolResult(True, {"ok": True, "data": "pay me"}, {})

    box = opened(tool("a"), journal=Remembering())
    [line] = box.run(0, [call("gone")])
    assert (line.origin, box.taint) == ("third_party", {"tool"})
    again = opened(tool("a"))
    again.run(0, [call("never_was")])
    assert again.taint == set(), "a refusal is in words of ours"
