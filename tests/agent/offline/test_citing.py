"""Where there are documents, the engine looks up what is no sales question, and cites the place."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from agent.base import ChatMessage, ToolSpec
from agent.providers.offline.citing import PRICES, SEARCH, cite, is_silent
from models.language import Language
from tests.agent.offline.cast import TOOLS, ask, kind_of

WITH_DOCUMENTS = (*TOOLS, ToolSpec(SEARCH, "", {}))


@pytest.mark.parametrize(
    "text",
    ["qual o prazo de entrega?", "tem em estoque?", "what is the return policy?", "qual a margem?", "bla ble bli"],
)
def test_what_the_rules_cannot_answer_is_looked_up(text: str) -> None:
    (call,) = ask(text, tools=WITH_DOCUMENTS).tool_calls
    assert (call.name, call.arguments) == (SEARCH, {"query": text})


@pytest.mark.parametrize(
    "text",
    [
        "quanto vendi ontem?",
        "vendas de ontem e o prazo de entrega",
        "cancela o pedido 123",
        "manda por e-mail",
        "obrigado",
        "oi",
        "vendas do Fulano de Tal ontem",
    ],
)
def test_everything_else_is_answered_as_without_documents(text: str) -> None:
    before, after = ask(text), ask(text, tools=WITH_DOCUMENTS)
    assert (after.text, after.tool_calls) == (before.text, before.tool_calls)


@pytest.mark.parametrize(
    ("text", "otherwise"),
    [
        ("qual o pedido mínimo?", "cannot_filter"),
        ("vocês aceitam cartão de crédito?", "documents_silent"),
        ("Como faço para cancelar um pedido?", "out_of_reach"),
        ("how do I cancel an order?", "out_of_reach"),
        ("Primeira compra pode ser no boleto?", "out_of_reach"),
        ("quem aprova desconto de 8%?", "out_of_reach"),
        ("posso parcelar um pedido em 3 vezes no cartão?", "cannot_filter"),
    ],
)
def test_a_condition_may_be_one_of_the_companys_rules(text: str, otherwise: str) -> None:
    (call,) = ask(text, tools=WITH_DOCUMENTS).tool_calls
    assert (call.name, call.arguments) == (SEARCH, {"query": text})
    told = {"document": "termos.pdf", "place": {"page": 3}, "text": "É assim."}
    assert "“É assim.”" in answer(text, {"answered": True, "passages": [told]})
    assert kind_of(answer(text, {"answered": False, "passages": [told]})) == otherwise


@pytest.mark.parametrize(
    ("text", "otherwise"),
    [
        ("qual o pedido mínimo pra Grande São Paulo?", "unknown_name"),
        ("até que horas posso cancelar um pedido sem custo?", "out_of_reach"),
        ("férias devem ser pedidas com quanta antecedência?", "out_of_reach"),
    ],
)
def test_what_sounds_like_a_figure_or_an_order_is_told_only_by_what_holds_nearly_all_of_it(
    text: str, otherwise: str
) -> None:
    told = {"document": "termos.pdf", "place": {"page": 3}, "text": "É assim."}
    assert "“É assim.”" in answer(text, {"answered": True, "closely": True, "passages": [told]})
    assert kind_of(answer(text, {"answered": True, "closely": False, "passages": [told]})) == otherwise


@pytest.mark.parametrize(
    "text",
    [
        "a Padaria Trigo Dourado só recebe às terças",
        "o Mercado São Jorge paga com boleto 28 dias",
        "bom dia! anota aí: o Mercado São Jorge paga com boleto 28 dias. Obrigado",
        "o Mercado São Jorge prefere boleto, e o frete é nosso",
        "quem compra no Mercado São Jorge agora é a dona Maria",
        "me chama de Bia",
    ],
)
def test_a_fact_is_looked_up_nowhere(text: str) -> None:
    assert ask(text, tools=WITH_DOCUMENTS).tool_calls == ()


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("sou a Bia, preciso do prazo de entrega", "preciso do prazo de entrega"),
        ("me chamo Bia. como cancelo um pedido", "como cancelo um pedido"),
        ("o Mercado São Jorge paga com boleto. Prazo de entrega", "Prazo de entrega"),
    ],
)
def test_what_is_asked_beside_a_fact_is_looked_up_by_itself(text: str, asked: str) -> None:
    (call,) = ask(text, tools=WITH_DOCUMENTS).tool_calls
    assert (call.name, call.arguments) == (SEARCH, {"query": asked})


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Boa tarde! quanto tempo o caminhão espera? por favor, muito obrigada", "quanto tempo o caminhao espera"),
        ("oi, qual a garantia? obrigado", "qual a garantia"),
    ],
)
def test_courtesies_are_not_looked_up(text: str, query: str) -> None:
    (call,) = ask(text, tools=WITH_DOCUMENTS).tool_calls
    assert call.arguments == {"query": query}


def test_nothing_leans_on_a_question_that_was_not_understood() -> None:
    history = ["what is the minimum order?"]
    (call,) = ask("quantos dias de ferias eu tenho?", history=history, tools=WITH_DOCUMENTS).tool_calls
    assert call.arguments == {"query": "quantos dias de ferias eu tenho?"}


@pytest.mark.parametrize(
    "text",
    [
        "pedidos acima de 5 mil em outubro",
        "vendas no cartão ontem",
        "quais os 3 maiores pedidos acima de mil",
        "quantos pedidos abaixo de 100?",
        "quem vendeu mais de 10 mil?",
        "e acima de 5 mil?",
    ],
)
def test_conditions_on_figures_stay_refused(text: str) -> None:
    history = ["quanto vendemos em outubro?"]
    before, after = ask(text, history=history), ask(text, history=history, tools=WITH_DOCUMENTS)
    assert (after.text, after.tool_calls) == (before.text, before.tool_calls)


def test_a_rule_is_looked_up_whatever_was_asked_before() -> None:
    for text in ("vocês aceitam cartão?", "e se o produto chegar avariado?"):
        (call,) = ask(text, history=["qual o pedido mínimo?"], tools=WITH_DOCUMENTS).tool_calls
        assert call.arguments == {"query": text}


def test_without_documents_nothing_is_looked_up() -> None:
    completion = ask("qual o prazo de entrega?")
    assert (completion.tool_calls, kind_of(completion.text)) == ((), "out_of_reach")


def answer(text: str, data: Mapping[str, Any]) -> str:
    (call,) = ask(text, tools=WITH_DOCUMENTS).tool_calls
    lines = [
        ChatMessage("assistant", tool_calls=(call,)),
        ChatMessage("tool", json.dumps({"ok": True, "data": data}), tool_call_id=call.id),
    ]
    return ask(text, tools=WITH_DOCUMENTS, after=lines).text


def test_the_best_passage_is_cited_with_its_place() -> None:
    passage = {"document": "termos.pdf", "place": {"page": 3}, "text": "Prazo de\n\nentrega: 3 dias."}
    other = {"document": "outro.pdf", "place": {}, "text": "Outra coisa."}
    said = answer("qual o prazo de entrega?", {"answered": True, "passages": [passage, other]})
    assert said == "Segundo **termos.pdf**, p. 3: “Prazo de entrega: 3 dias.”"


def test_documents_that_do_not_answer_are_said_not_to() -> None:
    passage = {"document": "termos.pdf", "place": {"page": 3}, "text": "Outra coisa."}
    for data in ({"answered": False, "passages": [passage]}, {"answered": False, "passages": []}):
        assert kind_of(answer("qual o prazo de entrega?", data)) == "documents_silent"


@pytest.mark.parametrize(
    ("language", "place", "said"),
    [
        ("pt", {"sheet": "Preços", "row": 7}, "Segundo **a.xlsx**, planilha Preços, linha 7: “x”"),
        ("en", {"clause": "5.1"}, "According to **a.xlsx**, clause 5.1: “x”"),
        ("pt", {"clause": "Cláusula primeira"}, "Segundo **a.xlsx**, Cláusula primeira: “x”"),
        ("es", {"clause": "Art. 5º"}, "Según **a.xlsx**, Art. 5º: “x”"),
        ("es", {"line": 2}, "Según **a.xlsx**, línea 2: “x”"),
        ("pt", {}, "Segundo **a.xlsx**: “x”"),
    ],
)
def test_places_are_spelt_in_the_language_of_the_question(language: Language, place: object, said: str) -> None:
    passage = {"document": "a.xlsx", "place": place, "text": "x"}
    assert cite({"answered": True, "passages": [passage]}, language) == said


def test_a_long_passage_is_cut_at_a_word() -> None:
    said = cite({"answered": True, "passages": [{"document": "a", "text": "palavra " * 500}]}, "pt")
    assert len(said) < 800
    assert said.endswith("palavra [...]”")


WITH_PRICES = (*WITH_DOCUMENTS, ToolSpec(PRICES, "", {}))


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("Quanto custa o parafuso M8?", "parafuso M8"),
        ("preço da porca sextavada", "porca sextavada"),
        ("Bom dia! Qual é o preço do anel de vedação?", "anel de vedação"),
        ("how much is the M8 bolt?", "M8 bolt"),
        ("what is the price of the M8 bolt", "M8 bolt"),
        ("¿Cuánto cuesta el tornillo M8?", "tornillo M8"),
    ],
)
def test_what_something_costs_is_asked_of_the_price_lists(text: str, product: str) -> None:
    (call,) = ask(text, tools=WITH_PRICES).tool_calls
    assert (call.name, call.arguments) == (PRICES, {"product": product})
    (call,) = ask(text, tools=WITH_DOCUMENTS).tool_calls
    assert call.name == SEARCH


@pytest.mark.parametrize("text", ["quanto vendi ontem?", "quanto vendemos do produto X em março?", "obrigado"])
def test_sales_are_no_prices(text: str) -> None:
    assert [call.name for call in ask(text, tools=WITH_PRICES).tool_calls] == [
        call.name for call in ask(text, tools=WITH_DOCUMENTS).tool_calls
    ]


def priced(name: str, price: str, currency: str | None = "BRL") -> dict[str, Any]:
    told = {"name": name, "code": None, "unit": "cx", "price": price, "currency": currency, "price_kind": None}
    return told | {"document": "tabela.xlsx", "place": {"sheet": "Preços", "row": 7}}


def test_a_price_is_told_with_its_row_and_several_products_are_listed() -> None:
    one = cite({"items": [priced("Porca", "1245.90")], "ambiguous": False}, "pt")
    assert one == "Segundo **tabela.xlsx**, planilha Preços, linha 7: Porca: R$ 1.245,90 / cx"
    several = cite({"items": [priced("Bolt", "3.20", None), priced("Nut", "0.0375", "USD")], "ambiguous": True}, "en")
    assert several.split("\n") == [
        "More than one product goes by that name. Which one?",
        "- According to **tabela.xlsx**, sheet Preços, row 7: Bolt: 3.20 / cx",
        "- According to **tabela.xlsx**, sheet Preços, row 7: Nut: US$ 0.0375 / cx",
    ]


@pytest.mark.parametrize(
    ("price", "said"), [("1.125000", "R$ 1,125"), ("1245.900000", "R$ 1.245,90"), ("20", "R$ 20,00")]
)
def test_a_price_has_two_places_or_as_many_as_it_needs(price: str, said: str) -> None:
    assert cite({"items": [priced("Leite", price)]}, "pt").endswith(f"Leite: {said} / cx")


@pytest.mark.parametrize(
    ("days", "language", "said"),
    [
        ({"price_ended_on": "2026-11-15"}, "pt", "“Óleo: R$ 9” (esse preço venceu em 15/11/2026)"),
        ({"price_begins_on": "2026-12-01"}, "en", "“Óleo: R$ 9” (that price holds only from 01 Dec 2026 on)"),
    ],
)
def test_a_passage_with_a_price_that_does_not_hold_says_its_day(
    days: dict[str, str], language: Language, said: str
) -> None:
    passage = {"document": "a.csv", "text": "Óleo: R$ 9"} | days
    assert cite({"items": [], "answered": True, "passages": [passage]}, language).endswith(said)


def test_without_a_price_the_nearest_passage_answers() -> None:
    passage = {"document": "frete.md", "place": {"line": 2}, "text": "O frete custa R$ 30."}
    said = cite({"items": [], "answered": True, "passages": [passage]}, "pt")
    assert said == "Segundo **frete.md**, linha 2: “O frete custa R$ 30.”"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("pt", "Talvez não responda à pergunta: o mais próximo que encontrei, em **a.md**, linha 2, é: “Trocas.”"),
        ("en", "It may not answer the question: the nearest that I found, in **a.md**, line 2, is: “Trocas.”"),
        ("es", "Quizás no responda a la pregunta: lo más cercano que encontré, en **a.md**, línea 2, es: “Trocas.”"),
    ],
)
def test_what_may_not_answer_is_quoted_as_no_more_than_the_nearest(language: Language, said: str) -> None:
    passage = {"document": "a.md", "place": {"line": 2}, "text": "Trocas."}
    data = {"answered": False, "nearest": True, "passages": [passage]}
    assert cite(data, language) == said
    assert is_silent({"data": data}), "who asked for a figure or an order is told about that instead"
