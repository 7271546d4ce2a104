"""The company's own words: figures, dimensions and values that only its source file knows."""

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
