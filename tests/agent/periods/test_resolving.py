"""Periods in a tool's arguments."""

from datetime import date

import pytest

from agent.periods import resolve_period
from models.errors import ToolError

TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("2026-01-10", "2026-01-10", "2026-01-10"),
        ("2026-01-10/2026-01-20", "2026-01-10", "2026-01-20"),
        ("2026-01-10..2026-01-20", "2026-01-10", "2026-01-20"),
        ("2026-01-10 to 2026-01-20", "2026-01-10", "2026-01-20"),
        ("2026-01-10 a 2026-01-20", "2026-01-10", "2026-01-20"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2025", "2025-01-01", "2025-12-31"),
        (" 'mês passado' ", "2026-02-01", "2026-02-28"),
        ("no mês passado", "2026-02-01", "2026-02-28"),
        ("in the last 7 days", "2026-02-26", "2026-03-04"),
        ("de 10 a 20 de abril", "2025-04-10", "2025-04-20"),
    ],
)
def test_iso_forms_and_words_are_understood(words: str, start: str, end: str) -> None:
    period = resolve_period(words, TODAY)
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)


def test_no_words_mean_the_current_month_and_the_label_says_so() -> None:
    period = resolve_period("  ", TODAY)
    assert (period.start, period.end, period.label) == (date(2026, 3, 1), date(2026, 3, 31), "mês atual")


@pytest.mark.parametrize(
    "words",
    ["blah", "2026-13", "2026-02-30", "2026-02-10/2026-02-01", "ontem à tarde", "hoje ou semana passada", "0000"],
)
def test_what_is_not_wholly_understood_is_refused_with_the_forms_that_work(words: str) -> None:
    with pytest.raises(ToolError, match="YYYY-MM-DD/YYYY-MM-DD") as refused:
        resolve_period(words, TODAY)
    assert refused.value.code == "period_not_understood"
