"""Short-term memory: whole turns, newest kept, within the budget."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.memory.window import recall_window
from agent.tokens import estimate_prompt
from models.history import PastTurn

START = datetime(2026, 3, 2, tzinfo=UTC)


def past(number: int, asked: str = "oi", replied: str = "olá") -> PastTurn:
    at = START + timedelta(minutes=number)
    return PastTurn(number, asked, at, replied, at)


def test_it_reads_from_the_oldest_line_to_the_newest() -> None:
    window = recall_window([past(2, "dois", "2"), past(1, "um", "1")], 1000)
    assert [line.content for line in window] == ["um", "1", "dois", "2"]
    assert [line.role for line in window] == ["user", "assistant"] * 2


@given(st.lists(st.tuples(st.text(max_size=80), st.text(max_size=80)), max_size=12), st.integers(0, 300))
def test_it_never_breaks_the_budget_and_never_splits_a_turn(texts: list[tuple[str, str]], budget: int) -> None:
    turns = [past(number, asked, replied) for number, (asked, replied) in enumerate(texts)]
    window = recall_window(turns, budget)
    assert estimate_prompt(window) <= budget
    kept = {line.at for line in window}
    expected = [line for turn in turns if turn.asked_at in kept for line in (turn.asked, turn.replied) if line]
    assert sorted(line.content for line in window) == sorted(expected)


def test_a_reply_keeps_whose_words_it_may_repeat() -> None:
    turns = [replace(past(number), taint=taint) for number, taint in enumerate(["names,tool", "names", ""])]
    window = recall_window(turns, 1000)
    expected = [("person", "assistant"), ("person", "tool"), ("third_party", "third_party")]
    assert [line.origin for line in window] == [origin for pair in expected for origin in pair]


def test_a_turn_too_long_for_the_budget_ends_the_window_instead_of_leaving_a_hole() -> None:
    assert recall_window([past(3), past(2, "x" * 9000), past(1)], 100)[0].at == past(3).asked_at
