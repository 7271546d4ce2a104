"""Memory in the prompt: facts first, then the last turns, together never beyond the budget."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from agent.memory.context import recall
from agent.memory.telling import describe, label_of, recall_facts
from agent.tokens import estimate_prompt
from models.fact import KnownFact
from models.history import PastTurn

START = datetime(2026, 3, 12, 15, tzinfo=UTC)


def known(value: str, number: int = 0, predicate: str = "preference", due_on: date | None = None) -> KnownFact:
    at = START + timedelta(minutes=number)
    return KnownFact(
        UUID(int=number), "person", predicate, value, "preference", due_on, at, "whatsapp", UUID(int=1), "typed"
    )


def past(number: int, text: str) -> PastTurn:
    at = START + timedelta(minutes=number)
    return PastTurn(number, text, at, text, at)


def test_facts_stand_before_the_turns() -> None:
    lines = recall([known("boleto")], [past(1, "oi")], 1000, asker="", language="pt", timezone="America/Sao_Paulo")
    assert ["boleto" in line.content for line in lines] == [True, False, False]
    assert [line.is_context for line in lines] == [True, False, False]


@given(st.lists(st.text(max_size=60), max_size=20), st.lists(st.text(max_size=80), max_size=8), st.integers(0, 400))
def test_the_budget_is_never_exceeded(values: list[str], texts: list[str], budget: int) -> None:
    facts = [known(value, number) for number, value in enumerate(values)]
    turns = [past(number, text) for number, text in enumerate(texts)]
    lines = recall(facts, turns, budget, asker="", language="pt", timezone="UTC")
    assert estimate_prompt(lines) <= budget


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
