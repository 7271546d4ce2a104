"""The company's own words: figures, dimensions and values that only its source file knows."""

import json
from typing import Any

import pytest

from agent.base import ChatMessage, Completion, CompletionRequest
from agent.providers.offline.engine import OfflineProvider
from models.catalogue import Catalogue, Term
from tests.agent.offline.cast import CAST, SITUATION, TOOLS, ask, kind_of

OWN = Catalogue(
    salespeople=CAST.salespeople,
    customers=CAST.customers,
    metrics=(Term("revenue", ("giro",)), Term("margem", ("margem", "margin"), is_own=True)),
    dimensions=(
        Term("canal", ("canal", "channel"), (("LOJA", ("loja física",)), ("SITE", ("online",))), is_own=True),
        Term("customer", ("parceiro",)),
    ),
    has_goals=False,
    has_pipeline=False,
)


def ask_own(text: str) -> Completion:
    provider = OfflineProvider(lambda situation: OWN)
    return provider.complete(CompletionRequest("", [ChatMessage("user", text)], TOOLS, SITUATION))


def arguments_of(text: str) -> dict[str, Any]:
    (call,) = ask_own(text).tool_calls
    return dict(call.arguments or {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("qual a margem do mês passado?", {"metric": "margem", "group_by": "none"}),
        ("margem por canal em fevereiro", {"metric": "margem", "group_by": "canal"}),
        ("vendas online em fevereiro", {"metric": "revenue", "filters": {"canal": "SITE"}}),
        ("vendas do canal loja física em fevereiro", {"metric": "revenue", "filters": {"canal": "LOJA"}}),
        ("top 3 canais do ano", {"of": "canal", "n": 3}),
        ("giro de ontem", {"metric": "revenue"}),
        ("margin by channel last month", {"metric": "margem", "group_by": "canal"}),
        ("vendas por parceiro mês passado", {"group_by": "customer"}),
    ],
)
def test_the_companys_words_mean_what_its_file_says(text: str, expected: dict[str, Any]) -> None:
    arguments = arguments_of(text)
    assert {key: arguments[key] for key in expected} == expected


def test_where_the_file_does_not_know_them_they_stay_out_of_reach() -> None:
    assert kind_of(ask("qual a margem do mês passado?").text) == "out_of_reach"


@pytest.mark.parametrize("text", ["qual é a minha meta?", "como está o funil?"])
def test_goals_and_a_pipeline_that_the_data_has_not_are_said_to_be_missing(text: str) -> None:
    completion = ask_own(text)
    assert completion.tool_calls == ()
    assert kind_of(completion.text) == "no_source"


BRANDS = Catalogue(
    salespeople=("Maria Aparecida Souza",),
    customers=("Loja do Porto", "Loja da Serra"),
    stages=("Discovery", "Negociación", "Won"),
    metrics=(Term("receita_por_conta", ("receita por conta",), is_own=True, titles=(("pt", "receita por conta"),)),),
    dimensions=(
        Term("marca", ("marca",), (("ALFA", ()),), is_own=True, titles=(("pt", "marca"), ("en", "brand"))),
        Term("filial", ("loja",), (("01", ("contas grandes",)),), is_own=True),
    ),
)


def ask_brands(text: str) -> Completion:
    provider = OfflineProvider(lambda situation: BRANDS)
    return provider.complete(CompletionRequest("", [ChatMessage("user", text)], TOOLS, SITUATION))


@pytest.mark.parametrize(
    ("text", "group_by"),
    [
        ("vendas por marca em fevereiro", "marca"),  # one slip away from Maria
        ("vendas por loja em fevereiro", "filial"),  # which customers' names begin with
        ("receita por conta por marca em fevereiro", "marca"),  # one word of "contas grandes"
    ],
)
def test_the_companys_words_are_no_names_that_look_like_them(text: str, group_by: str) -> None:
    (call,) = ask_brands(text).tool_calls
    assert call.arguments is not None
    assert (call.arguments["group_by"], call.arguments["filters"]) == (group_by, {})


@pytest.mark.parametrize(
    ("text", "stage"), [("quanto tem em negociação?", "Negociación"), ("cuánto hay en negociación?", "Negociación")]
)
def test_a_stage_is_known_in_whichever_language_it_is_named(text: str, stage: str) -> None:
    (call,) = ask_brands(text).tool_calls
    assert (call.name, call.arguments) == ("pipeline_status", {"stage": stage})


def test_answers_call_figures_and_dimensions_as_the_company_does() -> None:
    question = ChatMessage("user", "receita por conta por marca em fevereiro")
    (call,) = ask_brands(question.content).tool_calls
    data = {
        "metric": "receita_por_conta",
        "unit": "BRL",
        "total": "2.00",
        "groups": [{"name": "ALFA", "value": "2.00"}],
    }
    messages = [
        question,
        ChatMessage("assistant", "", tool_calls=(call,)),
        ChatMessage("tool", json.dumps({"ok": True, "data": data}), tool_call_id=call.id),
    ]
    provider = OfflineProvider(lambda situation: BRANDS)
    text = provider.complete(CompletionRequest("", messages, TOOLS, SITUATION)).text
    assert text.startswith("Receita por conta — marca:")
