"""How far a passage goes as an answer."""

import pytest

from models.retrieval.answering import ANSWERS, NEAREST, Asked, AskedWord, likelihood
from models.retrieval.lexicon import read_words, stem_of

RAREST = 4.0
COMMON = {"prazo": 1.0, "pedido": 1.0}


def asked(question: str, *languages: str) -> Asked:
    """Every word of it as rare as can be, but for the common ones."""
    spoken = frozenset(languages or ("pt",))
    words = [
        AskedWord(frozenset(stem_of(word, language) for language in spoken), COMMON.get(word, RAREST))
        for word in read_words(question)
    ]
    return Asked(question, tuple(words), spoken, RAREST)


def test_what_holds_all_of_it_in_one_sentence_answers_and_what_holds_none_does_not() -> None:
    question = asked("garantia do verniz fosco")
    assert likelihood(question, "A garantia do verniz fosco é longa.", "") == 1.0
    assert likelihood(question, "Frete a combinar.", "Entrega") == 0.0


def test_words_that_stand_together_count_for_more_than_those_that_are_strewn() -> None:
    question = asked("garantia do verniz fosco")
    together = likelihood(question, "A garantia do verniz fosco é longa. Frete a combinar.", "")
    strewn = likelihood(question, "A garantia é longa. O verniz seca bem. Fosco ou não.", "")
    assert together > strewn > 0


def test_title_and_headings_are_read_with_every_sentence() -> None:
    question = asked("garantia do verniz")
    assert likelihood(question, "Um ano. O verniz seca bem.", "Garantia") == 1.0
    assert likelihood(question, "Um ano. O verniz seca bem.", "") < 1.0


def test_half_of_a_question_answers_if_it_is_rare_and_not_if_it_is_common() -> None:
    assert likelihood(asked("garantia do verniz"), "A garantia é longa.", "") >= ANSWERS
    assert likelihood(asked("prazo do pedido"), "O prazo é longo.", "") < ANSWERS
    assert likelihood(asked("prazo do pedido"), "O prazo do pedido é longo.", "") >= ANSWERS, "all of it answers"


def test_two_rare_words_of_a_long_question_are_plenty() -> None:
    question = asked("verniz fosco azul claro lavável importado barato cheiroso")
    assert likelihood(question, "Verniz fosco.", "") > ANSWERS


@pytest.mark.parametrize(
    ("question", "text", "names"),
    [
        ("garantia da HC-300", "Garantia da HC-300: um ano.", True),
        ("garantia da hc300", "Garantia da HC-300: um ano.", True),
        ("garantia da HC-300", "Garantia da HC 300: um ano.", True),
        ("garantia da HC-300", "Garantia da HC-200: um ano.", False),
        ("garantia da HC-300", "Garantia da HC-3000: um ano.", False),
        ("garantia com erro E09", "Erro e garantia de 09 dias.", False),
        ("garantia de 90 dias", "Garantia de três meses em dias úteis.", True),
        ("garantia por m2", "Garantia: 9 m².", True),
        ("garantia de 500g", "Garantia de 400 g.", True),
    ],
)
def test_a_passage_that_does_not_name_the_code_that_is_asked_for_is_the_nearest_at_most(
    question: str, text: str, names: bool
) -> None:
    found = likelihood(asked(question), text, "", nearness=0.9)
    assert (found >= 0.9, found == NEAREST) == (names, not names)


def test_a_passage_near_by_what_it_means_needs_no_words() -> None:
    assert likelihood(asked("garantia"), "Frete a combinar.", "", nearness=0.7) == 0.7


def test_a_word_is_met_in_any_language_of_the_texts() -> None:
    question = asked("deliveries", "en", "pt")
    assert likelihood(question, "Delivery takes long.", "") > ANSWERS
