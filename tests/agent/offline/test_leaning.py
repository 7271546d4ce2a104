"""What leans on the question before, and what does not: facts that are told, questions behind a refusal, strangers."""

from dataclasses import replace

import pytest

from agent.base import ToolSpec
from agent.providers.offline.wording import say
from tests.agent.offline.cast import SITUATION, TOOLS, ask, kind_of


@pytest.mark.parametrize(
    "told",
    [
        "A Padaria Trigo Dourado só recebe às terças",
        "o comprador do Mercado São Jorge agora é o Rui",
        "Restaurante Maré Alta only takes deliveries on Fridays",
        "Empório Bela Vista cierra los lunes",
        "me chama de Bia",
        "prefiro entregas na sexta",
    ],
)
def test_a_fact_that_is_told_after_a_question_asks_for_no_figure(told: str) -> None:
    assert ask(told, history=["quanto vendemos ontem?"]).tool_calls == ()


@pytest.mark.parametrize(
    "told", ["Mercado São Jorge só recebe com nota", "tenho que visitar o Mercado São Jorge na quinta"]
)
def test_what_is_told_is_answered_by_no_figure_however_it_sounds(told: str) -> None:
    assert ask(told).tool_calls == ()
    assert ask(f"{told}. Quanto ele comprou ontem?").tool_calls


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("meu nome é Ana. Top 5 clientes do mês", "top_n"),
        ("moro em SP, total vendido ontem", "sales_summary"),
        ("Meu nome é Ana, cotação do dólar", "exchange_rate"),
        ("sou a Bia, pedidos de ontem", "sales_summary"),
        ("me chamo Ana. resumo do Mercado São Jorge", "customer_brief"),
        ("me llamo Ana. Pedidos de ayer", "sales_summary"),
        ("I'm Ana from Padaria Sol. Orders this week", "sales_summary"),
        ("moro em Recife. cadê o pedido 4521", "find_order"),
        ("tenho que visitar a Padaria Trigo Dourado amanhã, último pedido", "customer_brief"),
        ("me chamo Bia, quanto vendemos ontem", "sales_summary"),
        ("me chamo Ana, pedidos da Ana de ontem", "sales_summary"),
        ("me chamo Ana, negócios parados", "stalled_deals"),
    ],
)
def test_who_says_who_she_is_beside_a_question_is_answered(text: str, tool: str) -> None:
    assert [call.name for call in ask(text).tool_calls] == [tool]


def test_what_is_asked_beside_a_fact_may_be_of_whom_it_speaks() -> None:
    (call,) = ask("Mercado São Jorge compra no boleto. Pedidos dele ontem").tool_calls
    assert call.arguments is not None
    assert call.arguments["filters"] == {"customer": "Mercado São Jorge"}


@pytest.mark.parametrize(
    "told",
    [
        "Mercado São Jorge compra no boleto, só recebe com nota",
        "o comprador do Mercado São Jorge é o Rui, que só recebe com nota",
    ],
)
def test_what_goes_on_telling_asks_nothing(told: str) -> None:
    assert ask(told).tool_calls == ()


def test_a_question_leans_past_what_was_told_in_between() -> None:
    told = "A Padaria Trigo Dourado só recebe às terças"
    (call,) = ask("e anteontem?", history=["quanto o Bruno vendeu ontem?", told]).tool_calls
    assert call.arguments is not None
    assert (call.arguments["filters"], call.arguments["period"]) == (
        {"salesperson": "Bruno Teixeira"},
        "2026-03-02/2026-03-02",
    )


@pytest.mark.parametrize("refused", ["qual o preço do café?", "quem não comprou em outubro?", "vendas no pix"])
def test_a_question_of_its_own_is_not_refused_for_the_one_before(refused: str) -> None:
    assert kind_of(ask("quais os clientes do Bruno?", history=[refused]).text) == "not_understood"


def test_what_leans_on_a_refused_question_keeps_its_condition() -> None:
    assert kind_of(ask("e em outubro?", history=["vendas no pix"]).text) == "cannot_filter"


@pytest.mark.parametrize("name", ["Supermercado Fantasma", "supermercado fantasma", "Supermercado do Fantasma"])
def test_a_name_that_nobody_has_offers_no_choice_among_those_that_share_a_word(name: str) -> None:
    text = ask(f"quanto o {name} comprou em janeiro?").text
    assert kind_of(text) == "unknown_name"
    assert name in text


def test_a_word_that_several_share_is_still_asked_back() -> None:
    assert kind_of(ask("vendas do supermercado em janeiro").text) == "which_name"


@pytest.mark.parametrize("text", ["qual o preço do café?", "qual é a política de devolução?"])
def test_a_manager_of_a_company_without_documents_hears_that_they_would_help(text: str) -> None:
    hint = say("documents_would_help", "pt")
    assert ask(text).text.endswith(hint)
    assert hint not in ask(text, situation=replace(SITUATION, role="rep")).text
    searching = (*TOOLS, ToolSpec("search_documents", "", {}))
    assert hint not in ask(text, tools=searching).text
    assert hint not in ask("mande um e-mail para o Bruno").text
