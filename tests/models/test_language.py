"""In which language somebody asks is told by the small words."""

import pytest

from models.language import Language, guess_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Quanto vendi ontem?", "pt"),
        ("prefiro boleto", "pt"),
        ("não", "pt"),
        ("", "pt"),
        ("SIM", "pt"),
        ("to sem meta esse mes", "pt"),
        ("How much did I sell?", "en"),
        ("remind me to call Mercado Central on Friday", "en"),
        ("create a task to call Mercearia Central on Friday", "en"),
        ("forget my email", "en"),
        ("call me JJ", "en"),
        ("Could you send me the minutes", "en"),
        ("¿Cuánto vendí ayer?", "es"),
        ("llámame Beatriz", "es"),
        ("corrige: prefiero transferencia", "es"),
        ("negócios parados há 10 dias", "pt"),
        ("clientes inativos há 90 dias", "pt"),
        ("clientes sumidos ha 30 dias", "pt"),
        ("cliente parado há 2 meses", "pt"),
        ("oportunidades paradas ha 30 dias", "pt"),
        ("negocios parados hace 10 días", "es"),
        ("¿quién ha comprado este mes?", "es"),
        ("cuánto ha vendido Bruno hoy", "es"),
        ("me llamo Lucía y prefiero pagar con tarjeta", "es"),
        ("recuérdame llamar a Ana el viernes", "es"),
    ],
)
def test_the_language_of_a_question_is_guessed(text: str, language: Language) -> None:
    assert guess_language(text) == language


def test_what_tells_nothing_is_in_the_language_of_before() -> None:
    assert guess_language("ok", "en") == "en"
    assert guess_language("123", "es") == "es"


@pytest.mark.parametrize("text", ["negócios parados há 10 dias", "negócios parados ha\u0301 10 dias"])
def test_an_accent_that_spanish_never_writes_tells_portuguese_whatever_was_spoken_before(text: str) -> None:
    assert guess_language(text, "es") == "pt"


def test_what_both_languages_say_is_in_the_language_of_before() -> None:
    assert guess_language("oportunidades paradas ha 30 dias", "es") == "es"
    assert guess_language("oportunidades paradas ha 30 dias", "pt") == "pt"
