"""Facts are read out of a person's own plain statements, and out of nothing else."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.memory.reading import find_told
from tests.agent.memory.sentences_not_told import NOT_TOLD
from tests.agent.memory.sentences_told import TOLD

TODAY = date(2026, 3, 2)  # a Monday


@pytest.mark.parametrize(("language", "words", "predicate", "value"), TOLD)
def test_what_a_person_tells_of_herself_is_read(language: str, words: str, predicate: str, value: str) -> None:
    found = {told.predicate: told for told in find_told(words, TODAY)}
    assert predicate in found, found
    assert found[predicate].value == value
    assert found[predicate].quote in words


@pytest.mark.parametrize("words", NOT_TOLD)
def test_what_nobody_told_of_herself_is_not_read(words: str) -> None:
    assert find_told(words, TODAY) == ()


def test_there_are_as_many_sentences_to_leave_alone_as_to_read() -> None:
    assert len(TOLD) >= 150
    assert len(NOT_TOLD) >= len(TOLD)
    assert {language for language, *_ in TOLD} == {"pt", "en", "es"}


def test_one_message_may_tell_several_things() -> None:
    told = find_told(
        "Oi! Meu nome é Ana e trabalho na Padaria Sol. Prefiro boleto, compramos 20 caixas por mês.", TODAY
    )
    assert [one.predicate for one in told] == ["name", "company", "preference:payment", "usual_quantity"]


def test_the_last_word_on_a_thing_counts() -> None:
    [told] = find_told("prefiro boleto. Não, melhor: prefiro pix", TODAY)
    assert told.value == "pix"


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("me lembre de ligar amanhã", date(2026, 3, 3)),
        ("remind me to call on Friday", date(2026, 3, 6)),
        ("recuérdame llamar el 9 de mayo", date(2026, 5, 9)),
        ("preciso disso até 15/03", date(2026, 3, 15)),
        ("me lembre de renovar o contrato", None),
    ],
)
def test_a_promise_knows_its_day(words: str, day: date | None) -> None:
    [told] = find_told(words, TODAY)
    assert told.due_on == day


@given(st.text(max_size=300))
def test_it_reads_anything_and_quotes_it_to_the_letter(words: str) -> None:
    for told in find_told(words, TODAY):
        assert told.quote in words
