"""Memory in the prompt: facts first, then the last turns, together never beyond the budget."""

from datetime import UTC, date, datetime, timedelta
from typing import TypedDict
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from agent.memory.context import recall
from agent.memory.telling import describe, label_of, recall_facts
from agent.tokens import estimate_prompt
from models.history import PastTurn
from models.language import Language
from models.memory.fact import KnownFact
from models.memory.summary import KnownSummary, SummaryLine

START = datetime(2026, 3, 12, 15, tzinfo=UTC)


class Here(TypedDict):
    is_all: bool
    asker: str
    language: Language
    timezone: str


HERE: Here = {"is_all": True, "asker": "", "language": "pt", "timezone": "America/Sao_Paulo"}


def known(value: str, number: int = 0, predicate: str = "preference", due_on: date | None = None) -> KnownFact:
    at = START + timedelta(minutes=number)
    return KnownFact(
        UUID(int=number), "person", predicate, value, "preference", due_on, at, "whatsapp", UUID(int=1), "typed"
    )


def past(number: int, text: str) -> PastTurn:
    at = START + timedelta(minutes=number)
    return PastTurn(number, text, at, text, at)


def test_facts_stand_before_the_turns() -> None:
    lines = recall([known("boleto")], None, [past(1, "oi")], 1000, **HERE)
    assert ["boleto" in line.content for line in lines] == [True, False, False]
    assert [line.is_context for line in lines] == [True, False, False]


@given(
    st.lists(st.text(max_size=60), max_size=20),
    st.lists(st.text(max_size=60), max_size=20),
    st.lists(st.text(max_size=80), max_size=8),
    st.integers(0, 600),
)
def test_the_budget_is_never_exceeded(values: list[str], sums: list[str], texts: list[str], budget: int) -> None:
    lines = tuple(SummaryLine(number - len(sums), text, 1.0) for number, text in enumerate(sums))
    summary = KnownSummary(0, lines)
    facts = [known(value, number) for number, value in enumerate(values)]
    turns = [past(number, text) for number, text in enumerate(texts)]
    recalled = recall(facts, summary, list(reversed(turns)), budget, **{**HERE, "is_all": False})
    assert estimate_prompt(recalled) <= budget


def test_a_summary_is_told_only_of_what_the_window_has_no_room_for() -> None:
    summary = KnownSummary(3, tuple(SummaryLine(number, f"line {number}", 1.0) for number in range(1, 4)))
    turns = [past(number, f"turn {number}") for number in (5, 4, 3)]
    assert len(recall([], summary, turns, 1000, **HERE)) == 6
    [told, *window] = recall([], summary, turns, 1000, **{**HERE, "is_all": False})
    assert [number for number in range(1, 4) if f"line {number}" in told.content] == [1, 2]
    assert [line.content for line in window[::2]] == ["turn 3", "turn 4", "turn 5"]


def test_a_summary_of_third_party_words_stays_third_party_words() -> None:
    own, foreign = SummaryLine(1, "own", 1.0), SummaryLine(2, "foreign", 1.0, is_foreign=True)
    later = {**HERE, "is_all": False}
    [told] = recall([], KnownSummary(2, (own,)), [], 1000, **later)  # type: ignore[typeddict-item]
    assert told.origin == "person"
    [told] = recall([], KnownSummary(2, (own, foreign)), [], 1000, **later)  # type: ignore[typeddict-item]
    assert told.origin == "third_party"
    named = SummaryLine(2, "named", 1.0, has_names=True)
    [told] = recall([], KnownSummary(2, (own, named)), [], 1000, **later)  # type: ignore[typeddict-item]
    assert told.origin == "tool"


def test_of_a_summary_too_long_for_its_share_the_newest_lines_are_kept() -> None:
    summary = KnownSummary(40, tuple(SummaryLine(number, f"line {number} " * 5, 1.0) for number in range(40)))
    [told] = recall([], summary, [], 800, **{**HERE, "is_all": False})  # type: ignore[typeddict-item]
    kept = [number for number in range(40) if f"- line {number} " in told.content]
    assert kept == list(range(kept[0], 40))
    assert 1 < len(kept) < 40


def test_where_not_all_fit_the_newest_are_kept_in_their_order() -> None:
    facts = [known(f"value {number}", number) for number in range(50)]
    [line] = recall_facts(facts, 300, language="en", timezone="UTC")
    kept = [number for number in range(50) if f"«value {number}»" in line.content]
    assert kept == list(range(kept[0], 50))
    assert 1 < len(kept) < 50


def test_each_language_names_the_source_in_its_own_words() -> None:
    fact = known("boleto", due_on=date(2026, 3, 20))
    zone = "America/Sao_Paulo"
    assert describe(fact, "pt", zone) == "preferência: «boleto», 20/03/2026 (dito por você em 12/03/2026 no WhatsApp)"
    assert describe(fact, "en", zone) == "preference: «boleto», 2026-03-20 (you said so on 2026-03-12 by WhatsApp)"
    assert (
        describe(fact, "es", zone) == "preferencia: «boleto», 20/03/2026 (dicho por usted el 12/03/2026 por WhatsApp)"
    )


def test_a_predicate_of_an_llm_is_its_own_label() -> None:
    assert label_of("favourite_team", "pt") == "favourite team"
    assert label_of("preference:payment", "es") == "preferencia"
