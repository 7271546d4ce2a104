"""Whether a run answered its question."""

from datetime import date
from typing import Any

import pytest

from agent.base import ToolUse
from bot.evaluation.judging import judge
from tests.bot.evaluation.runs import TOTAL, answered, expected, question, use

TODAY = date(2026, 11, 18)
SAID = "Em outubro foram R$ 1.204.500,40."


def told(uses: list[ToolUse], text: str = SAID, **fields: Any) -> tuple[bool, bool, bool]:
    verdict = judge(question(expected(metric="revenue"), **fields), answered(text, *uses), TODAY)
    assert verdict.is_right is (not verdict.trouble)
    return verdict.tools_right, verdict.arguments_right, verdict.figures_right


def test_the_right_call_told_as_it_was_is_right() -> None:
    assert told([use()]) == (True, True, True)


def test_other_arguments_another_tool_another_call_and_none_are_wrong() -> None:
    assert told([use(metric="orders")]) == (True, False, True)
    assert told([use(period={"start": "2026-10-01", "end": "2026-10-30"})]) == (True, False, True)
    assert told([use("top_n", {"items": [{"value": "1204500.40"}]})]) == (False, False, True)
    assert told([use(), use(metric="orders")]) == (False, False, True)
    assert told([], "não sei") == (False, False, True)


def test_a_figure_of_its_own_and_an_answer_without_the_figure_are_wrong() -> None:
    assert told([use()], "Foram R$ 1.204.500,40, 9% mais.") == (True, True, False)
    assert told([use()], "Foi um bom mês.") == (True, True, False)


def test_a_call_that_failed_or_came_twice_counts_for_nothing() -> None:
    failed = use(result={"ok": False, "error": {}}, ok=False, period=None)
    assert told([failed, use(), use()]) == (True, True, True)


def test_the_other_way_to_answer_is_as_good() -> None:
    other = (expected("top_n"),)
    assert told([use("top_n", {"items": [{"value": "1204500.40"}]})], or_else=other) == (True, True, True)


@pytest.mark.parametrize(("end", "is_right"), [("2026-11-30", True), ("2026-11-18", True), ("2026-11-17", False)])
def test_a_period_that_still_runs_may_be_taken_up_to_today(end: str, is_right: bool) -> None:
    asked = question(expected(period="2026-11-01/2026-11-30"))
    run = answered(SAID, use(period={"start": "2026-11-01", "end": end}))
    assert judge(asked, run, TODAY).arguments_right is is_right


def test_several_calls_are_each_expected_once_in_any_order() -> None:
    asked = question(expected(metric="revenue"), expected(metric="orders"))
    both = [use(metric="orders", result=TOTAL | {"total": 812}), use()]
    assert judge(asked, answered(f"{SAID} 812 pedidos.", *both), TODAY).is_right
    assert not judge(asked, answered(SAID, use()), TODAY).arguments_right


def test_what_no_tool_can_answer_is_refused_without_a_call_and_without_a_figure() -> None:
    assert judge(question(), answered("Não consigo ver a margem."), TODAY).is_right
    assert not judge(question(), answered("A margem foi de 23%."), TODAY).is_right
    assert not judge(question(), answered(SAID, use()), TODAY).is_right
