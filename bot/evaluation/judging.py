"""Whether a run answered its question: the right tools, the right arguments, and figures that are the tools' own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from agent.base import RunResult, ToolUse
from bot.evaluation.figures import find_figures, strangers, tells_one_of
from bot.evaluation.questions import ExpectedCall, Question

_PERIODS = ("period", "period_a", "period_b")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`tools_right`: those expected and no other. `figures_right`: the words tell the tools' figures and no other."""

    tools_right: bool
    arguments_right: bool
    figures_right: bool
    trouble: str = ""

    @property
    def is_right(self) -> bool:
        return self.tools_right and self.arguments_right and self.figures_right


def judge(question: Question, run: RunResult, today: date) -> Verdict:
    """A tool call that failed and was mended counts for nothing; the same call twice counts once."""
    uses = _distinct(run.tools)
    wanted = [calls for calls in (question.calls, question.or_else) if calls] or [()]
    tools_right = any(sorted(use.name for use in uses) == sorted(call.name for call in calls) for calls in wanted)
    arguments_right = any(_answer_each(uses, calls, today) for calls in wanted)
    trouble = "" if arguments_right else _told(uses)
    figures = find_figures(run.text)
    foreign = strangers(figures, [use.result for use in uses])
    untold = [use.name for use in uses if not tells_one_of(figures, use.name, use.result)]
    if not trouble and foreign:
        trouble = f"not of a tool: {', '.join(foreign)}"
    elif not trouble and untold:
        trouble = f"does not tell the figures of {', '.join(untold)}"
    return Verdict(tools_right, arguments_right, not foreign and not untold, trouble)


def _distinct(uses: Sequence[ToolUse]) -> list[ToolUse]:
    found: list[ToolUse] = []
    for use in uses:
        if use.ok and not any((use.name, use.arguments) == (other.name, other.arguments) for other in found):
            found.append(use)
    return found


def _answer_each(uses: Sequence[ToolUse], calls: Sequence[ExpectedCall], today: date) -> bool:
    """One use for each call, in any order."""
    left = list(uses)
    for call in calls:
        fitting = next((use for use in left if _fits(use, call, today)), None)
        if fitting is None:
            return False
        left.remove(fitting)
    return not left


def _fits(use: ToolUse, call: ExpectedCall, today: date) -> bool:
    return use.name == call.name and all(
        _is_period(use.arguments.get(name), value, today) if name in _PERIODS else use.arguments.get(name) == value
        for name, value in call.arguments.items()
    )


def _is_period(given: Any, expected: str, today: date) -> bool:
    """One that still runs may be taken whole or up to today."""
    if not isinstance(given, Mapping):
        return False
    start, _, end = expected.partition("/")
    ends = {end, min(end, today.isoformat())} if start <= today.isoformat() else {end}
    return given.get("start") == start and given.get("end") in ends


def _told(uses: Sequence[ToolUse]) -> str:
    return "; ".join(f"{use.name}({_short(use.arguments)})" for use in uses) or "no tool was called"


def _short(arguments: Mapping[str, Any]) -> str:
    spelled = {
        name: f"{value.get('start')}/{value.get('end')}" if name in _PERIODS and isinstance(value, Mapping) else value
        for name, value in arguments.items()
        if value not in (None, {}, "none")
    }
    return ", ".join(f"{name}={value}" for name, value in spelled.items())
