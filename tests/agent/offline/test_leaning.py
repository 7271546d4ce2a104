"""What leans on the question before, and what does not: facts that are told, questions behind a refusal, strangers."""

from dataclasses import replace
from datetime import date

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


OCTOBER, SEPTEMBER = "2026-10-01/2026-10-31", "2026-09-01/2026-09-30"
IN_NOVEMBER = replace(SITUATION, today=date(2026, 11, 12))


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("How much did we sell last month?", "and how does that compare with the month before?"),
        ("How much did we sell last month?", "How does that compare with the month before?"),
        ("How much did we sell in October?", "compare with the previous month"),
        ("How much did we sell in October?", "compare it to September"),
        ("How much did we sell in October?", "was that better than September?"),
        ("quanto vendemos em outubro?", "compara com o mês anterior"),
        ("vendas de outubro", "compara com setembro"),
        ("vendas de outubro", "compara isso com setembro"),
        ("vendas de outubro", "contra setembro?"),
        ("vendas de outubro", "cresceu em relação a setembro?"),
        ("¿cuánto vendimos en octubre?", "compáralo con el mes anterior"),
        ("ventas de octubre", "¿y cómo se compara con septiembre?"),
    ],
)
def test_a_base_alone_judges_the_period_that_is_talked_about(before: str, text: str) -> None:
    (call,) = ask(text, history=[before], situation=IN_NOVEMBER).tool_calls
    assert call.name == "compare_periods"
    assert call.arguments == {"period_a": OCTOBER, "period_b": SEPTEMBER, "metric": "revenue"}


@pytest.mark.parametrize("text", ["compara com o ano passado", "compara com o mesmo mês do ano passado"])
def test_a_month_is_held_against_its_like_of_another_year(text: str) -> None:
    (call,) = ask(text, history=["vendas de outubro"], situation=IN_NOVEMBER).tool_calls
    assert call.arguments == {"period_a": OCTOBER, "period_b": "2025-10-01/2025-10-31", "metric": "revenue"}


def test_a_base_alone_keeps_whom_the_question_before_is_about() -> None:
    for before in ("vendas da Ana em setembro", "vendas da Ana"):
        (call,) = ask("compara com setembro", history=[before], situation=IN_NOVEMBER).tool_calls
        assert call.arguments == {
            "period_a": "2026-11-01/2026-11-30",
            "period_b": SEPTEMBER,
            "metric": "revenue",
            "filters": {"salesperson": "Ana Beatriz Moura"},
        }


@pytest.mark.parametrize(
    "before", ["vendas de agosto e de outubro", "vendas por vendedor em outubro", "vendas de outubro no pix"]
)
def test_what_cannot_be_held_against_a_base_is_declined(before: str) -> None:
    assert kind_of(ask("compara com setembro", history=[before], situation=IN_NOVEMBER).text) == "cannot_filter"


@pytest.mark.parametrize("before", ["bom dia!", "vou almoçar agora"])
def test_a_base_behind_what_is_no_question_judges_the_running_month(before: str) -> None:
    (call,) = ask("compara com setembro", history=[before], situation=IN_NOVEMBER).tool_calls
    assert call.arguments == {"period_a": "2026-11-01/2026-11-30", "period_b": SEPTEMBER, "metric": "revenue"}


def test_a_base_with_a_measure_or_a_name_of_its_own_is_another_question() -> None:
    for text in ("o faturamento cresceu em relação a setembro?", "vendas da Ana contra setembro"):
        (call,) = ask(text, history=["vendas de agosto"], situation=IN_NOVEMBER).tool_calls
        assert call.arguments is not None
        assert call.arguments["period_a"] == "2026-11-01/2026-11-30"


@pytest.mark.parametrize(
    "text",
    ["quanto vendemos pra supermercados em janeiro?", "sales to supermercados in january", "vendas sem supermercados"],
)
def test_a_plural_that_heads_several_customers_is_a_segment_and_no_choice_among_them(text: str) -> None:
    said = ask(text).text
    assert kind_of(said) == "cannot_filter"
    assert "segmento" in said or "kind of customer" in said


@pytest.mark.parametrize(
    "text", ["qual o maior negócio em aberto?", "what is our biggest deal?", "¿cuál es el menor negocio en propuesta?"]
)
def test_deals_are_in_no_order_so_the_largest_is_declined(text: str) -> None:
    assert kind_of(ask(text).text) == "cannot_filter"
