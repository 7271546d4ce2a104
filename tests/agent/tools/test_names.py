"""Which name a person means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.tools.names import fold, match_names, resolve_name
from models.errors import ToolError

PEOPLE = ("Ana Souza", "João Nogueira", "João Tavares", "Mariana Lima", "Sebastião d'Ávila")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("João Tavares", "João Tavares"),
        ("joao tavares", "João Tavares"),
        ("TAVARES", "João Tavares"),
        ("tavares, joão", "João Tavares"),
        ("tava", "João Tavares"),
        ("ana", "Ana Souza"),  # a whole word beats a part of Mariana
        ("maria", "Mariana Lima"),
        ("d avila", "Sebastião d'Ávila"),
        ("  Ana   Souza ", "Ana Souza"),
    ],
)
def test_a_part_of_a_name_counts_when_it_picks_out_one(words: str, name: str) -> None:
    assert resolve_name("salesperson", words, PEOPLE) == name


def test_a_part_that_fits_several_is_given_back_with_the_candidates() -> None:
    with pytest.raises(ToolError) as caught:
        resolve_name("salesperson", "João", PEOPLE)
    assert caught.value.code == "ambiguous_name"
    assert caught.value.details["candidates"] == ["João Nogueira", "João Tavares"]


@pytest.mark.parametrize(
    ("words", "suggestion"), [("João Tavarez", "João Tavares"), ("Nogera", "João Nogueira"), ("ana sousa", "Ana Souza")]
)
def test_a_misspelt_name_is_not_guessed_but_suggested(words: str, suggestion: str) -> None:
    with pytest.raises(ToolError) as caught:
        resolve_name("salesperson", words, PEOPLE)
    assert caught.value.code == "unknown_name"
    assert suggestion in caught.value.details["suggestions"]  # type: ignore[operator]


def test_of_two_names_that_differ_in_accents_alone_the_exact_spelling_wins() -> None:
    assert resolve_name("customer", "José", ("Jose", "José")) == "José"
    assert match_names("JOSE", ("Jose", "José")) == ["Jose", "José"]


@given(st.text(max_size=40))
def test_any_text_resolves_to_the_one_name_it_fits_or_is_refused(words: str) -> None:
    found = match_names(words, PEOPLE)
    if len(found) == 1:
        assert resolve_name("salesperson", words, PEOPLE) == found[0]
        return
    with pytest.raises(ToolError) as caught:
        resolve_name("salesperson", words, PEOPLE)
    assert caught.value.code == ("ambiguous_name" if found else "unknown_name")


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.sampled_from(PEOPLE))
def test_every_name_finds_itself_in_any_case(name: str) -> None:
    assert match_names(name.upper(), PEOPLE) == [name]
