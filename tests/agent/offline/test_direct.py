"""Questions about single orders, customers and deals gone quiet get exactly their calls, and no other question does."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.base import ChatMessage, CompletionRequest, Situation
from agent.providers.offline.engine import OfflineProvider
from tests.agent.offline.cast import CAST, SITUATION, TODAY, TOOLS, ask, kind_of

_LINES = Path(__file__).with_name("orders.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS: list[dict[str, Any]] = [json.loads(line) for line in _LINES]
DIRECT = {"find_order", "lapsed_customers", "stalled_deals"}


@pytest.mark.parametrize("question", QUESTIONS, ids=[question["id"] for question in QUESTIONS])
def test_the_question_gets_exactly_its_calls(question: dict[str, Any]) -> None:
    completion = ask(question["text"])
    calls = [{"name": call.name, "arguments": dict(call.arguments or {})} for call in completion.tool_calls]
    if question["calls"] is None:
        assert not DIRECT & {call["name"] for call in calls}, question["text"]
    else:
        assert calls == question["calls"], (question["text"], completion.text)


def told(text: str, content: dict[str, Any]) -> str:
    """What is said once the call of the question has this result."""
    calls = ask(text).tool_calls
    result = ChatMessage("tool", json.dumps(content), tool_call_id=calls[0].id)
    return ask(text, after=[ChatMessage("assistant", tool_calls=calls), result]).text


ORDER = {
    "number": "4521",
    "date": "2026-03-02",
    "customer": "Supermercado Ipê",
    "salesperson": "Ana Beatriz Moura",
    "status": "invoiced",
    "status_word": "entregue",
    "value": "1234.50",
    "lines": [{"product": "Azeite Extra Virgem 500ml", "quantity": 12, "value": "1234.50"}],
}


def found(**more: Any) -> dict[str, Any]:
    data = {"orders": [ORDER], "unit": "BRL", "delivery_known": False} | more
    return {"ok": True, "filters": {"number": "4521"}, "source": "Aurora: sales_order", "rows": 1, "data": data}


def test_an_order_is_told_in_the_companys_words_with_its_lines() -> None:
    text = told("cadê o pedido 4521?", found())
    lines = ("**Pedido 4521** — Supermercado Ipê, 02/03/2026", "Situação: entregue", "Valor: **R$ 1.234,50**")
    for line in (*lines, "- 12 × Azeite Extra Virgem 500ml: R$ 1.234,50"):
        assert line in text
    assert "entrega" not in text.casefold()


def test_what_is_not_known_of_delivery_is_said_where_it_was_asked() -> None:
    assert "não dizem nada" in told("o pedido 4521 já foi entregue?", found())
    assert "tells nothing about delivery" in told("was order 4521 delivered?", found())
    known = found(orders=[ORDER | {"delivery": "2026-03-05"}], delivery_known=True)
    text = told("o pedido 4521 já foi entregue?", known)
    assert "Entrega: 05/03/2026" in text
    assert "não dizem nada" not in text


def test_further_orders_of_a_number_are_said_and_whose_it_is_asked_where_that_helps() -> None:
    several = {"orders": [ORDER, ORDER | {"date": "2026-03-01"}], "has_more": True}
    text = told("cadê o pedido 4521?", found(**several, ask_for="customer"))
    assert "há outros. De qual cliente é?" in text
    text = told("cadê o pedido 4521?", found(**several))
    assert "há outros." in text
    assert "qual cliente" not in text
    assert "há outros" not in told("cadê o pedido 4521?", found(orders=several["orders"]))


@pytest.mark.parametrize(
    "text",
    [
        "quem comprou em janeiro e não comprou em fevereiro?",
        "quem comprou em janeiro mas não em fevereiro?",
        "quem não comprou em fevereiro e comprou em janeiro?",
        "quem comprou em janeiro e ficou sem comprar em fevereiro?",
        "quem comprou em janeiro e parou de comprar em fevereiro?",
        "quem comprou este mês e não comprou no mês passado?",
        "quem comprou café solúvel em janeiro e não comprou em fevereiro?",
        "quem comprou em janeiro e não comprou cerveja?",
        "quem comprou nos últimos 90 dias e não comprou nos últimos 30 dias?",
        "clientes da Ana que compraram em janeiro e não compraram em fevereiro",
        "quais produtos vendemos em janeiro e não vendemos em fevereiro?",
        "customers who bought in January and didn't buy in February",
        "¿quién compró en enero y no compró en febrero?",
    ],
)
def test_who_did_one_thing_and_not_another_is_declined_whole(text: str) -> None:
    completion = ask(text)
    assert completion.tool_calls == ()
    assert kind_of(completion.text) == "cannot_filter"


def test_a_question_of_its_own_beside_a_declined_one_is_answered() -> None:
    for text in (
        "quem não comprou em fevereiro e quanto vendemos ontem?",
        "quanto vendemos ontem e quem não comprou em fevereiro?",
    ):
        assert [call.name for call in ask(text).tool_calls] == ["sales_summary"]


def test_an_order_that_is_not_there_and_deals_of_unknown_moves_are_said_so_without_a_figure() -> None:
    refused = {"ok": False, "error": {"code": "unknown_order", "message": "", "number": "4521"}}
    assert kind_of(told("cadê o pedido 4521?", refused)) == "unknown_order"
    text = told("negócios parados", {"ok": False, "error": {"code": "moves_unknown", "message": ""}})
    assert kind_of(text) == "moves_unknown"
    assert not any(char.isdigit() for char in text)


def test_nobody_who_stopped_is_said_with_both_times_and_the_days_that_were_assumed() -> None:
    spans = {"period": {"start": "2025-01-04", "end": "2026-01-03"}}
    spans["period_b"] = {"start": "2026-01-04", "end": "2026-03-04"}
    data = {"items": [], "customers": 0, "total": "0.00", "unit": "BRL", "assumed_days": 60}
    text = told("quem parou de comprar?", {"ok": True, **spans, "filters": {}, "source": "x", "rows": 0, "data": data})
    assert "04/01/2025 a 03/01/2026" in text
    assert "04/01/2026 a 04/03/2026" in text
    assert "contei 60 dias" in text


def test_a_customer_asks_for_the_own_newest_order_and_a_rep_for_the_own_orders() -> None:
    buyer = Situation(TODAY, role="customer", customer="Mercado São Jorge")
    for text in ("cadê meu pedido?", "onde está o meu pedido?", "where is my order?", "¿dónde está mi pedido?"):
        (call,) = ask(text, situation=buyer).tool_calls
        assert (call.name, dict(call.arguments or {})) == ("find_order", {"n": 1})
        assert all(call.name != "find_order" for call in ask(text).tool_calls)
    (call,) = ask("meus últimos 4 pedidos", situation=Situation(TODAY, "rep", salesperson="Bruno Teixeira")).tool_calls
    assert (call.name, dict(call.arguments or {})) == ("find_order", {"n": 4})


def test_without_the_tool_the_question_is_read_as_any_other() -> None:
    assert ask("quem parou de comprar?", tools=()).tool_calls == ()
    assert ask("cadê o pedido 4521?", situation=SITUATION, tools=()).tool_calls == ()


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("tem proposta parada há mais de 10 dias?", {"stage": "Proposta", "days": 10}),
        ("tem proposta parada há 10 dias?", {"stage": "Proposta", "days": 10}),
        ("tem algum negócio parado?", {}),
        ("clientes perdidos", {}),
        ("quem sumiu?", {}),
    ],
)
def test_what_stands_still_is_no_name_that_holds_the_word(text: str, arguments: dict[str, Any]) -> None:
    names = ("Lanchonete Parada Obrigatória", "Bar Parado", "Empório dos Perdidos", "Sumiu Doces")
    own = OfflineProvider(lambda situation: replace(CAST, customers=(*CAST.customers, *names)))
    request = CompletionRequest("recado-rules-1", [ChatMessage("user", text)], TOOLS, SITUATION)
    (call,) = own.complete(request).tool_calls
    assert call.name in DIRECT
    assert dict(call.arguments or {}) == arguments
    owned = replace(request, messages=[ChatMessage("user", "negócios parados da Parada")])
    assert all(call.name not in DIRECT for call in own.complete(owned).tool_calls)


EMPTY = {"items": [], "deals": 0, "customers": 0, "total": "0.00", "unit": "BRL", "undated": 2, "orders": []}


@pytest.mark.parametrize(
    ("text", "filters", "told_of"),
    [
        ("negócios parados do Bruno", {"salesperson": "Bruno Teixeira"}, "Nenhum negócio aberto (Bruno Teixeira) está"),
        ("propostas paradas", {"stage": "Proposta"}, "Nenhum negócio aberto (Proposta) está parado"),
        ("propostas paradas", {"stage": "Proposta"}, "Dos negócios abertos (Proposta), 2 não têm"),
        ("clientes do Bruno inativos", {"salesperson": "Bruno Teixeira"}, "Ninguém parou (Bruno Teixeira):"),
        ("últimos pedidos do Supermercado Ipê", {"customer": "Supermercado Ipê"}, "registrado (Supermercado Ipê)"),
    ],
)
def test_an_empty_answer_denies_no_more_than_it_looked_at(text: str, filters: dict[str, Any], told_of: str) -> None:
    assert told_of in told(text, {"ok": True, "filters": filters, "source": "x", "rows": 0, "data": EMPTY})
    assert told_of in told(text, {"ok": True, "source": "x", "rows": 0, "data": EMPTY})


def test_a_list_says_of_whom_it_is() -> None:
    deal = {"title": "Lote de março", "customer": "Supermercado Ipê", "value": "10.00", "moved": "2026-01-05"}
    lapsed = {"customer": "Supermercado Ipê", "value": "10.00", "last_order": "2026-01-05"}
    bruno = {"ok": True, "filters": {"salesperson": "Bruno Teixeira"}, "source": "x", "rows": 1}
    text = told("negócios parados do Bruno", bruno | {"data": EMPTY | {"items": [deal], "deals": 1, "days": 30}})
    assert "ou mais (Bruno Teixeira): 1**" in text
    text = told("clientes inativos do Bruno", bruno | {"data": EMPTY | {"items": [lapsed], "customers": 1}})
    assert "pararam de comprar (Bruno Teixeira): 1**" in text
    text = told("últimos pedidos do Supermercado Ipê", found(orders=[ORDER, ORDER]) | {"filters": {}})
    assert "recentes (Supermercado Ipê):" in text
