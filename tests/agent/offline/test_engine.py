"""The provider's side of the engine: roles, tools, languages, names, and what it never does."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.base import ChatMessage, CompletionRequest, Cost, Situation, Usage
from agent.providers.offline.engine import OfflineProvider
from agent.providers.offline.language import language_of
from agent.providers.offline.lexing import is_common
from agent.providers.offline.names import Names
from agent.providers.offline.refusals import LIMITS, OUT_OF_REACH
from agent.providers.offline.refusing import LIMITS_SAID, TOPICS
from models.catalogue import Catalogue
from models.errors import ProviderError
from tests.agent.offline.cast import CAST, SITUATION, TODAY, TOOLS, ask, kind_of, provider


def test_a_completion_says_what_it_is_and_costs_nothing() -> None:
    completion = ask("vendas de ontem")
    assert (completion.llm, completion.finish, completion.usage) == ("recado-rules-1", "tool_calls", Usage())
    assert provider().price(completion, "recado-rules-1") == Cost(Decimal(0), "local_zero")
    assert (provider().name, provider().engine) == ("offline", "offline")


def test_calls_carry_their_arguments_as_json_too() -> None:
    (call,) = ask("como está o funil?").tool_calls
    assert (call.raw_arguments, call.arguments) == ('{"stage": null}', {"stage": None})


def test_an_unknown_sender_is_told_so_and_gets_no_tool() -> None:
    completion = ask("vendas de ontem", situation=Situation(TODAY), tools=())
    assert (completion.tool_calls, kind_of(completion.text)) == ((), "stranger")


def test_a_tool_that_the_role_lacks_is_never_called() -> None:
    completion = ask("vendas de ontem", tools=())
    assert (completion.tool_calls, kind_of(completion.text)) == ((), "not_allowed")


def test_i_means_nobody_when_the_sender_sells_nothing() -> None:
    completion = ask("quanto vendi ontem?", situation=replace(SITUATION, salesperson=None))
    assert (completion.tool_calls, kind_of(completion.text)) == ((), "who_are_you")


def test_i_means_the_customer_when_a_customer_asks() -> None:
    situation = Situation(TODAY, role="customer", customer="Mercado São Jorge")
    (call,) = ask("meus pedidos deste mês", situation=situation).tool_calls
    assert call.arguments is not None
    assert call.arguments["filters"] == {"customer": "Mercado São Jorge"}


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("do we have it in stock?", "I can't do that"),
        ("tem em estoque?", "Não consigo fazer isso"),
        ("stock?", "I can't do that"),
        ("margen del mes", "No puedo hacer eso"),
        ("margem do mês", "Não consigo fazer isso"),
        ("ventas de hace dos semanas del Sr. Xis", "No conozco"),
        ("semana que vem tem meta?", "Não consigo responder isso"),
        ("commission this week", "I can't do that"),
        ("¿hay existencias?", "No puedo hacer eso"),
    ],
)
def test_the_answer_is_in_the_language_of_the_question(text: str, opening: str) -> None:
    assert ask(text).text.startswith(opening)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("top 5 clientes", "pt"),
        ("¿Cuánto compró o São Jorge?", "es"),
        ("háblame del cliente Mercado São Jorge", "es"),
        ("has João Vicente hit his target yet?", "en"),
    ],
)
def test_a_name_says_nothing_of_the_language_of_who_asks(text: str, language: str) -> None:
    assert language_of(text, None, Names(CAST, is_common)) == language


def test_a_text_without_a_language_takes_the_tenants() -> None:
    assert ask("???", situation=replace(SITUATION, language="es")).text.startswith("No entendí")
    assert ask("???").text.startswith("Não entendi")


def test_an_ambiguous_name_is_asked_back_with_its_candidates() -> None:
    completion = ask("vendas do joao em fevereiro")
    assert completion.tool_calls == ()
    assert "João Pedro Lima" in completion.text
    assert "João Vicente Prado" in completion.text


def test_a_slip_in_a_name_is_forgiven_only_when_one_name_is_near() -> None:
    (call,) = ask("vendas do Texeira").tool_calls
    assert call.arguments is not None
    assert call.arguments["filters"] == {"salesperson": "Bruno Teixeira"}
    assert kind_of(ask("vendas da Bruna").text) == "unknown_name"


def test_new_names_in_the_catalogue_are_known_at_once() -> None:
    casts = [Catalogue(), CAST]
    engine = OfflineProvider(lambda situation: casts.pop(0))
    request = CompletionRequest("recado-rules-1", [ChatMessage("user", "vendas da Ana")], (), SITUATION)
    assert kind_of(engine.complete(request).text) == "unknown_name"
    assert kind_of(engine.complete(request).text) == "not_allowed"


def test_a_prompt_without_a_question_is_refused() -> None:
    with pytest.raises(ProviderError):
        provider().complete(CompletionRequest("recado-rules-1", [ChatMessage("system", "be kind")], (), SITUATION))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120))
@example("+#")
def test_any_text_at_all_gets_an_answer_or_a_call(text: str) -> None:
    completion = ask(text)
    assert bool(completion.text) != bool(completion.tool_calls)


def test_a_greeting_that_starts_like_a_follow_up_takes_nothing_from_the_turn_before() -> None:
    (call,) = ask("e aí, quanto vendemos?", history=["vendas da Ana em janeiro"]).tool_calls
    assert call.arguments is not None
    assert (call.arguments["period"], call.arguments["filters"]) == ("2026-03-01/2026-03-31", {})


def test_a_follow_up_keeps_the_person_and_changes_the_measure() -> None:
    (call,) = ask("e quantos pedidos?", history=["vendas da Ana em janeiro"]).tool_calls
    assert call.arguments == {
        "period": "2026-01-01/2026-01-31",
        "metric": "orders",
        "group_by": "none",
        "filters": {"salesperson": "Ana Beatriz Moura"},
    }


def test_a_name_that_a_customer_and_a_salesperson_share_is_the_salespersons_where_goals_are_asked() -> None:
    cast = Catalogue(salespeople=("Ana Lima",), customers=("Padaria Ana",), products=(), categories=())
    engine = OfflineProvider(lambda situation: cast)

    def first(text: str) -> str:
        request = CompletionRequest("recado-rules-1", [ChatMessage("user", text)], TOOLS, SITUATION)
        completion = engine.complete(request)
        return completion.tool_calls[0].raw_arguments if completion.tool_calls else kind_of(completion.text)

    assert "Ana Lima" in first("meta da Ana")
    assert "Padaria Ana" in first("me fala da Ana")
    assert first("vendas da Ana") == "which_name"


def test_every_refusal_can_be_said_in_every_language() -> None:
    assert set(OUT_OF_REACH) <= set(TOPICS)
    assert set(LIMITS) <= set(LIMITS_SAID)
    for texts in (*TOPICS.values(), *LIMITS_SAID.values()):
        assert set(texts) == {"pt", "en", "es"}
