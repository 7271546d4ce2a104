"""Questions about what was said before are told from all others, in three languages, with the days that bound them."""

from datetime import date

import pytest

from agent.memory.looking_back import read_look_back
from models.memory.episodes import ANY_DAY, Span

TODAY = date(2026, 3, 2)
LAST_WEEK = Span(date(2026, 2, 23), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("question", "words", "span"),
    [
        ("o que conversamos sobre o frete?", "frete", ANY_DAY),
        ("O que a gente falou da Padaria Sol semana passada?", "Padaria Sol", LAST_WEEK),
        ("o que conversamos sobre prazo de entrega na semana passada?", "prazo de entrega", LAST_WEEK),
        ("quando falei de desconto?", "desconto", ANY_DAY),
        ("quando foi que falamos sobre o prazo de entrega", "prazo de entrega", ANY_DAY),
        ("o que você me disse sobre a entrega em fevereiro?", "entrega", Span(date(2026, 2, 1), date(2026, 2, 28))),
        ("o que falamos de março?", "março", ANY_DAY),
        ("já falamos sobre boleto?", "boleto", ANY_DAY),
        ("what did we say about delivery times?", "delivery times", ANY_DAY),
        ("When did I ask about the discount?", "discount", ANY_DAY),
        ("what did you tell me about the price list last week", "price list", LAST_WEEK),
        ("¿qué hablamos sobre el descuento?", "descuento", ANY_DAY),
        ("¿Cuándo hablamos de la entrega?", "entrega", ANY_DAY),
        ("qué me dijiste sobre el precio ayer", "precio", Span(date(2026, 3, 1), date(2026, 3, 1))),
    ],
)
def test_what_it_was_about_and_when(question: str, words: str, span: Span) -> None:
    read = read_look_back(question, TODAY)
    assert read is not None
    assert (read.words, read.span) == (words, span)


@pytest.mark.parametrize(
    "question",
    [
        "o que você sabe sobre mim?",
        "o que eu te disse sobre mim?",
        "o que você falou isso?",
        "quanto vendi em março?",
        "o que a Padaria Sol comprou?",
        "quando pedi no mês passado?",
        "what did we sell in march?",
        "when did we last order rice",
        "did we talk about it?",
        "o que falamos sobre " + "muita coisa " * 20,
    ],
)
def test_whatever_else_is_asked_is_for_the_assistant(question: str) -> None:
    assert read_look_back(question, TODAY) is None
