"""What leans on a question about single orders, customers or deals gone quiet, and what is asked anew behind one."""

from typing import Any

import pytest

from tests.agent.offline.cast import ask, kind_of

STALLED, LAPSED, ORDER = "negócios parados", "quem parou de comprar?", "cadê o pedido 4521?"
NEWEST = "últimos 3 pedidos do Supermercado Ipê"
_BRUNO = {"salesperson": "Bruno Teixeira"}


@pytest.mark.parametrize(
    ("history", "text", "tool", "arguments"),
    [
        ([STALLED], "e só em proposta?", "stalled_deals", {"stage": "Proposta"}),
        ([STALLED], "só do Bruno", "stalled_deals", _BRUNO),
        (["stalled deals"], "and Bruno's?", "stalled_deals", _BRUNO),
        (["negócios parados do Bruno"], "e há 7 dias?", "stalled_deals", _BRUNO | {"days": 7}),
        ([STALLED, "e só em proposta?"], "e os do Bruno?", "stalled_deals", _BRUNO | {"stage": "Proposta"}),
        ([STALLED, "e quanto perdemos com isso?"], "e os do Bruno?", "stalled_deals", _BRUNO),
        ([STALLED], "e os meus?", "stalled_deals", {"salesperson": "Marta Figueiredo"}),
        ([LAPSED], "e há 7 dias?", "lapsed_customers", {"period": "2026-02-26/2026-03-04"}),
        ([LAPSED], "e do Bruno?", "lapsed_customers", _BRUNO),
        (["who stopped buying?"], "what about Bruno?", "lapsed_customers", _BRUNO),
        ([ORDER], "e o 20261112004?", "find_order", {"number": "20261112004"}),
        ([ORDER], "quem vendeu?", "find_order", {"number": "4521"}),
        ([ORDER], "quais os itens dele?", "find_order", {"number": "4521"}),
        ([ORDER], "já foi entregue?", "find_order", {"number": "4521"}),
        ([NEWEST], "e os da Padaria Trigo Dourado?", "find_order", {"customer": "Padaria Trigo Dourado", "n": 3}),
    ],
)
def test_a_new_name_length_stage_or_number_takes_its_place_in_the_question(
    history: list[str], text: str, tool: str, arguments: dict[str, Any]
) -> None:
    (call,) = ask(text, history=history).tool_calls
    assert (call.name, dict(call.arguments or {})) == (tool, arguments)


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (STALLED, "e quanto perdemos com isso?"),
        (STALLED, "quanto perdemos com isso?"),
        (STALLED, "e o funil do Bruno?"),
        (STALLED, "e quanto temos em proposta?"),
        (STALLED, "e da Padaria Trigo Dourado?"),
        (STALLED, "e em janeiro?"),
        (LAPSED, "e quem vende pra eles?"),
        (LAPSED, "e em janeiro?"),
        (ORDER, "e do Bruno?"),
        (ORDER, "do Bruno?"),
        (ORDER, "e os últimos 3?"),
        (NEWEST, "quem vendeu?"),
        ("pedidos 4521 e 4522", "quem vendeu?"),
    ],
)
def test_what_cannot_take_its_place_is_to_be_asked_whole(before: str, text: str) -> None:
    completion = ask(text, history=[before])
    assert completion.tool_calls == ()
    assert kind_of(completion.text) == "say_it_whole"


@pytest.mark.parametrize("before", [STALLED, LAPSED, ORDER, NEWEST])
@pytest.mark.parametrize(
    "text",
    [
        "quanto vendemos ontem?",
        "e quanto vendemos ontem?",
        "e o dólar?",
        "e o resumo do Supermercado Ipê",
        "qual o prazo de entrega?",
        "quantas propostas temos?",
        "bom dia, tudo bem?",
        "obrigado!",
        "como vai?",
    ],
)
def test_a_question_of_its_own_is_read_as_if_none_had_gone_before(before: str, text: str) -> None:
    alone, behind = ask(text), ask(text, history=[before])
    assert (behind.tool_calls, behind.text) == (alone.tool_calls, alone.text)


def test_what_leans_on_a_question_in_between_leans_on_that_one() -> None:
    between = [STALLED, "quanto vendemos ontem?"]
    assert ask("e anteontem?", history=between).tool_calls == ask("e anteontem?", history=between[1:]).tool_calls
