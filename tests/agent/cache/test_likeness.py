"""Which wordings share an answer out of documents, where that is switched on."""

from datetime import date

import pytest

from agent.cache.canonical import canonical
from agent.cache.likeness import gist_of
from models.language import Language
from tests.agent.cache.pairs import MINIMAL, minimal_pairs


def gist(text: str, language: Language = "pt") -> str:
    question = canonical(text, date(2026, 3, 31), language)
    assert question is not None
    return gist_of(question, language).words


@pytest.mark.parametrize("language", sorted(MINIMAL))
def test_no_minimal_pair_shares_a_gist(language: Language) -> None:
    shared = [pair for pair in minimal_pairs(language) if gist(pair[0], language) == gist(pair[1], language)]
    assert shared == []


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("pt", "Qual é o prazo de entrega?", "Gostaria de saber qual o prazo da entrega"),
        ("pt", "Quais as formas de pagamento?", "Oi! Vocês sabem me dizer quais formas de pagamento, por favor?"),
        ("en", "What is the delivery time?", "Could you tell me what the delivery time?"),
        ("es", "¿Cuál es el plazo de entrega?", "Quisiera saber cuál es el plazo de entrega"),
    ],
)
def test_politeness_and_articles_make_no_other_question(language: Language, one: str, other: str) -> None:
    assert gist(one, language) == gist(other, language)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("pt", "Qual o prazo de entrega para trocas?", "Qual o prazo de troca para entregas?"),
        ("pt", "A nota substitui o recibo?", "O recibo substitui a nota?"),
        ("pt", "Como ativar o desconto?", "Como desativar o desconto?"),
        ("pt", "Quando entregam no sábado?", "Quando não entregam no sábado?"),
        ("pt", "Onde entregam no sábado?", "Quando entregam no sábado?"),
        ("pt", "Qual o prazo para 3 caixas?", "Qual o prazo para 5 caixas?"),
        ("pt", "Qual o prazo?", "Qual prazo há para o frete?"),
        ("pt", "Qual o frete a Santos?", "Qual o frete de Santos?"),
        ("pt", "Posso devolver um item?", "Posso devolver o item?"),
        ("es", "¿Cuándo no entregan?", "¿Cuándo nos entregan?"),
        ("es", "¿Cuál es el plazo de envío o retiro?", "¿Cuál es el plazo de envío retiro?"),
        ("en", "What is a refund to the store?", "What is a refund from the store?"),
        ("en", "Can items be returned?", "Can items not be returned?"),
    ],
)
def test_what_may_change_an_answer_stays(language: Language, one: str, other: str) -> None:
    assert gist(one, language) != gist(other, language)
