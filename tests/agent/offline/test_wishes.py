"""The plainest orders become a note or a task; questions never do."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.base import ChatMessage, Completion, CompletionRequest, Situation, ToolSpec
from agent.providers.offline.lexing import is_common
from agent.providers.offline.names import Names
from agent.providers.offline.wishes import read_wish
from models.demo.aurora import aurora
from models.language import Language
from tests.agent.offline.cast import CAST, SITUATION, TODAY, TOOLS, ask, provider

ROOT = Path(__file__).resolve().parents[3]
NAMES = Names(CAST, is_common)
WRITING = (*TOOLS, ToolSpec("crm_note", "", {}), ToolSpec("crm_task", "", {}))
QUESTIONS = Path(__file__).with_name("questions.jsonl")

ORDERS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "anota na Padaria Trigo Dourado que quer preço novo em maio",
        "crm_note",
        {"customer": "Padaria Trigo Dourado", "text": "quer preço novo em maio"},
    ),
    ("Anote aí no Ipê: pediu amostra", "crm_note", {"customer": "Ipê", "text": "pediu amostra"}),
    ("por favor, registra no cliente Ipê: voltou", "crm_note", {"customer": "Ipê", "text": "voltou"}),
    ("note on Maré Alta that they close in July", "crm_note", {"customer": "Maré Alta", "text": "they close in July"}),
    ("anota en el Supermercado Ipê que cierra en julio", "crm_note", {"customer": "Supermercado Ipê"}),
    (
        "me lembra de ligar para a Padaria Trigo Dourado amanhã",
        "crm_task",
        {"customer": "Padaria Trigo Dourado", "text": "ligar para a Padaria Trigo Dourado", "due": "2026-03-05"},
    ),
    (
        "remind me to call Maré Alta tomorrow",
        "crm_task",
        {"customer": "Restaurante Maré Alta", "text": "call Maré Alta", "due": "2026-03-05"},
    ),
    ("recuérdame llamar a Maré Alta mañana", "crm_task", {"text": "llamar a Maré Alta", "due": "2026-03-05"}),
    ("remind me to call Oficina Maré Alta tomorrow", "crm_task", {"customer": "Oficina Maré Alta"}),
    ("cria uma tarefa: visitar o Jatobá dia 10/03", "crm_task", {"text": "visitar o Jatobá", "due": "2026-03-10"}),
]


def order(text: str, *results: dict[str, Any], language: Language | None = None) -> Completion:
    """What the engine says to it, given what its call came to."""
    messages = [ChatMessage("user", text)]
    situation = Situation(TODAY, "manager", salesperson=SITUATION.salesperson, language=language)
    for result in results:
        [call] = order(text).tool_calls
        messages += [
            ChatMessage("assistant", tool_calls=(call,)),
            ChatMessage("tool", json.dumps(result), tool_call_id=call.id),
        ]
    return provider().complete(CompletionRequest("recado-rules-1", messages, WRITING, situation))


@pytest.mark.parametrize(("text", "tool", "given"), ORDERS, ids=[text for text, _, _ in ORDERS])
def test_a_plain_order_becomes_a_call(text: str, tool: str, given: dict[str, Any]) -> None:
    [call] = order(text).tool_calls
    assert call.name == tool
    assert call.arguments is not None
    assert {**call.arguments, **given} == dict(call.arguments)


@pytest.mark.parametrize(
    "text",
    [
        "me lembra de ligar pro cliente amanhã",
        "me lembra de ligar para o Ipê",
        "me lembra de ligar para o Ipê ontem",
        "me lembra de ligar para o Ipê em maio",
        "me lembra quanto o Ipê comprou amanhã?",
        "anota aí: quer preço novo",
        "anota",
        "o que você anotou no Ipê: nada?",
        "você anota na Padaria que ela quer preço novo",
    ],
)
def test_whatever_is_not_just_so_is_no_order(text: str) -> None:
    assert read_wish(text, NAMES, TODAY) is None


def test_no_question_on_record_becomes_an_order() -> None:
    asked = [json.loads(line)["text"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    assert len(asked) > 700
    assert [text for text in asked if read_wish(text, NAMES, TODAY) is not None] == []


def test_where_nothing_can_be_written_it_is_out_of_reach_as_before() -> None:
    assert ask("anota na Padaria Trigo Dourado que quer preço novo em maio").tool_calls == ()


def test_it_says_that_it_is_prepared_and_never_that_it_is_done() -> None:
    assert order(ORDERS[0][0], {"ok": True, "proposed": "x"}).text == "Preparei isto:"
    assert order(ORDERS[3][0], {"ok": True, "proposed": "x"}, language="en").text == "I prepared this:"


def test_a_refusal_is_told() -> None:
    unknown = {"ok": False, "error": {"code": "unknown_name", "kind": "customer", "name": "Sol"}}
    assert "Sol" in order("anota na Sol que quer", unknown).text
    forbidden = {"ok": False, "error": {"code": "third_party_words", "message": "x"}}
    assert order(ORDERS[0][0], forbidden).text.startswith("Não preparei nada")


def test_the_orders_that_the_document_tells_are_about_a_customer_of_the_demo() -> None:
    text = " ".join((ROOT / "docs" / "safety.md").read_text(encoding="utf-8").split())
    company = aurora()
    catalogue = replace(CAST, customers=tuple(customer.name for customer in company.customers))
    orders = re.findall(r'"((?:anota na|me lembra de) [^"…]+)"', text)
    assert len(orders) == 2
    for order in orders:
        wish = read_wish(order, Names(catalogue, is_common), TODAY)
        assert wish is not None, order
        assert any(name in order for name in catalogue.customers), order
    [shown] = re.findall(r"Anotar em \*\*([^*]+)\*\*", text)
    assert shown in catalogue.customers
