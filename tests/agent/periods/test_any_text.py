"""Properties that hold for every text a person could send."""

from contextlib import suppress
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.periods import find_periods, resolve_period
from agent.periods.lexicon import NUMBERS, ORDINALS, WORDS
from models.errors import ToolError
from tests.cpu import cpu_seconds

_LINKS = ["de", "do", "e", "a", "até", "entre", "/", "-", ",", ".", "10", "31", "2025", "99999999", "29/02", "que vem"]
_PIECES = [*WORDS, *NUMBERS, *ORDINALS, *_LINKS]
DAYS = st.dates(min_value=date(2, 1, 1), max_value=date(9998, 12, 31))
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(_PIECES), max_size=14).map(" ".join))


@settings(max_examples=150, deadline=None)
@given(TEXTS, DAYS)
def test_any_text_gives_ordered_spans_within_it_and_periods_that_end_after_they_start(text: str, today: date) -> None:
    last = 0
    for found in find_periods(text, today):
        start, end = found.span
        assert last <= start < end <= len(text)
        assert found.period.start <= found.period.end
        last = end


@settings(max_examples=100, deadline=None)
@given(TEXTS, DAYS)
def test_any_words_resolve_or_raise_a_tool_error(text: str, today: date) -> None:
    with suppress(ToolError):
        period = resolve_period(text, today)
        assert period.start <= period.end


@settings(max_examples=100, deadline=None)
@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_iso_ranges_come_back_as_they_are(one: date, other: date) -> None:
    start, end = sorted((one, other))
    period = resolve_period(f"{start}/{end}", date(2026, 3, 4))
    assert (period.start, period.end) == (start, end)


def test_a_hundred_times_the_text_takes_no_more_than_a_few_hundred_times_as_long() -> None:
    piece = "de 10 a 20 de abril e ontem, últimos 30 dias "

    def seconds(text: str) -> float:
        return cpu_seconds(lambda: find_periods(text, date(2026, 3, 4)))

    assert seconds(piece * 200) < 100 * max(seconds(piece * 10), 0.001)
