"""Which words ask where an answer comes from."""

import pytest

from agent.why import asks_why


@pytest.mark.parametrize(
    "text",
    [
        "Por que você disse isso?",
        "por que vc falou isso",
        "Mas de onde veio esse número?",
        "de onde saiu esse valor?",
        "como você sabe?",
        "Como você chegou nesse total?",
        "Qual a fonte?",
        "why did you say that?",
        "How do you know?",
        "Where did that number come from?",
        "What's your source?",
        "¿Por qué dijiste eso?",
        "¿De dónde salió ese número?",
        "¿Cómo lo sabes?",
        "¿Cuál es la fuente?",
    ],
)
def test_a_question_for_the_reason_is_recognised(text: str) -> None:
    assert asks_why(text)


@pytest.mark.parametrize(
    "text",
    [
        "por que as vendas caíram em fevereiro?",
        "de onde são os nossos melhores clientes?",
        "como foi o mês?",
        "why did sales drop?",
        "how much did we sell?",
        "¿por qué bajaron las ventas?",
        "¿cómo llegaste?" * 20,
        "",
    ],
)
def test_a_question_about_the_sales_is_left_to_the_assistant(text: str) -> None:
    assert not asks_why(text)
