"""Repeats of a question are one question, and what differs in one word is another."""

import sys
import unicodedata
from datetime import date

import pytest

from agent.cache.canonical import CanonicalQuestion, canonical, is_idle
from models.language import Language
from tests.agent.cache.pairs import minimal_pairs, repeats

TODAY = date(2026, 3, 31)
LANGUAGES: tuple[Language, ...] = ("pt", "en", "es")


def read(text: str, language: Language = "pt", today: date = TODAY) -> CanonicalQuestion:
    question = canonical(text, today, language)
    assert question is not None, text
    return question


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_that_differ_in_one_slot_are_never_one(language: Language) -> None:
    pairs = minimal_pairs(language)
    wrong = [pair for pair in pairs if read(pair[0], language).words == read(pair[1], language).words]
    assert wrong == []


def test_no_sign_loses_its_mark_but_a_latin_letter() -> None:
    """Of all that Unicode knows to be made of a base and marks on it."""
    made = [(chr(number), *unicodedata.normalize("NFD", chr(number))) for number in range(sys.maxunicode + 1)]
    marked = [(sign, base) for sign, base, *marks in made if marks and all(map(unicodedata.combining, marks))]
    signs = [(sign, base) for sign, base in marked if not (base.isascii() and base.isalpha())]
    assert ("≠", "=") in signs
    assert len(signs) > 300
    assert [pair for pair in signs if len({read(f"pedidos com status {one} pago").words for one in pair}) == 1] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pedidos com status ≠ pago", "pedidos com status = pago"),
        ("pedidos com status =\u0338 pago", "pedidos com status = pago"),
        ("vendas ≮ 1000", "vendas < 1000"),
        ("o item ∉ lista de preços", "o item ∈ lista de preços"),
        ("o preço subiu ↛ caiu", "o preço subiu → caiu"),
        ("o preço ⊃\u0338 frete", "o preço ⊃ frete"),
        ("motor de 5 MW", "motor de 5 mW"),
        ("motor de 5MW", "motor de 5mW"),
        ("preço do mW contratado", "preço do MW contratado"),
        ("cabo de 3 M", "cabo de 3 m"),
    ],
)
def test_signs_and_units_keep_what_tells_them_apart(one: str, other: str) -> None:
    assert read(one) != read(other)


def test_a_word_that_leans_does_so_in_capitals_behind_a_number_too() -> None:
    assert not read("QUANTO EM 2026 ELA VENDEU?").is_whole
    assert read("QUANTO VENDEMOS EM MARÇO?") == read("quanto vendemos em março?")
    assert read("quanto é 5 Mil reais?") == read("quanto é 5000 reais?")


def test_there_are_at_least_two_hundred_minimal_pairs() -> None:
    assert sum(len(minimal_pairs(language)) for language in LANGUAGES) >= 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_repeats_are_one_question(language: Language) -> None:
    missed = [pair for pair in repeats(language) if read(pair[0], language) != read(pair[1], language)]
    assert missed == []


def test_there_are_at_least_sixty_repeats() -> None:
    assert sum(len(repeats(language)) for language in LANGUAGES) >= 60


def test_last_month_means_other_days_a_day_later() -> None:
    text = "Quanto vendemos no mês passado?"
    assert read(text, today=date(2026, 3, 31)).periods != read(text, today=date(2026, 4, 1)).periods


@pytest.mark.parametrize(
    "text",
    [
        *("e em março?", "E da Ana?", "and in March?", "¿y en marzo?", "Curitiba", "março", "sim", "mais detalhes"),
        *("quanto ela vendeu em março?", "quanto foi isso em reais?", "how much did she sell?", "what about that one?"),
        *("quanto vendeu o mesmo cliente?", "¿cuánto vendió su equipo?", "mas quanto vendemos?", "a partir de agora"),
    ],
)
def test_what_leans_on_something_said_before_is_not_whole(text: str) -> None:
    assert not read(text).is_whole


@pytest.mark.parametrize(
    "text",
    [
        *("Quanto vendemos este mês?", "Oi! Quanto vendemos nesta semana?", "Vendas de março por estado"),
        *("How much did we sell this month?", "¿Cuánto vendimos este año?", "Compare março com abril"),
    ],
)
def test_what_is_understood_by_itself_is_whole(text: str) -> None:
    assert read(text).is_whole


def test_greetings_and_thanks_say_nothing_that_counts() -> None:
    assert all(is_idle(text) for text in ("Oi!", "bom dia", "Olá, tudo bem?", "obrigado!", "thanks", "¡Hola!"))
    assert not any(is_idle(text) for text in ("oi, só Curitiba", "quanto?", "5", "obrigado por nada hoje"))


def test_what_nobody_repeats_to_the_letter_has_no_spelling() -> None:
    assert canonical("quanto " * 200, TODAY, "pt") is None
    assert canonical("👍", TODAY, "pt") is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt", "Vocês entregam aos sábados?"),
        ("pt", "vcs não entregam em Campinas?"),
        ("pt", "Vocês aceitam cartão de crédito?"),
        ("en", "Do you deliver on Saturdays?"),
        ("en", "Do you ship to Chile?"),
        ("es", "¿Ustedes envían los sábados?"),
        ("es", "¿Ustedes no aceptan tarjetas de empresas?"),
    ],
)
def test_what_the_company_always_does_is_understood_by_itself(language: Language, text: str) -> None:
    assert read(text, language).is_whole


@pytest.mark.parametrize(
    "text",
    [
        *("Vocês entregam?", "Vocês entregam meu pedido em casa?", "Vocês entregam até sexta em Campinas?"),
        *("Vocês entregam para mim no sábado?", "Vocês aceitam por 100 reais?", "Vocês entregam tudo de uma vez?"),
        *("Vocês entregam isso em Campinas?", "Vocês entregam hoje em Campinas?", "Vocês entregam já em Campinas?"),
        *("Vocês vendem em azul claro?", "E vocês entregam aos sábados?", "Você entrega em casa aos sábados?"),
        *("Vocês cobram 5 % de juros?", "Vocês entregam lá em Campinas?", "Vocês entregam quando ele paga?"),
        *("Do you deliver it on Saturdays?", "Do you ship my order to Chile?", "Do you deliver by Friday morning?"),
        *("Do you accept less for cash?", "Do you have it in blue?", "Do you deliver all of them here?"),
        *("¿Ustedes envían mi pedido a Lima?", "¿Ustedes envían hasta el viernes?", "¿Ustedes aceptan 100 por todo?"),
    ],
)
def test_what_is_meant_for_one_order_or_one_asker_is_not(text: str) -> None:
    assert not read(text).is_whole
