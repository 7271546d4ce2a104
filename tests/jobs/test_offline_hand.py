"""Whoever has no key yet can try the whole hand: the offline engine takes the plainest orders."""

from collections.abc import Mapping

import pytest

from agent.agent import Agent, Limits
from agent.base import Situation, Tool, ToolContext, ToolResult, ToolSpec
from agent.providers.offline.engine import OfflineProvider
from models.catalogue import Catalogue
from models.inbound import InboundMessage
from tests.fakes import OneAgent
from tests.jobs.writing import ANA, CUSTOMERS, WritingHouse, employ


@pytest.fixture
def offline(writing: WritingHouse) -> WritingHouse:
    """The same house without an LLM."""
    house = writing.house
    engine = OfflineProvider(lambda situation: Catalogue(customers=tuple(CUSTOMERS)))
    house.agent = Agent(engine, "recado-rules-1", house.agent.toolbox.tools, Limits(steps=6), house.clock)
    employ(writing, OneAgent(house.agent))
    return writing


def test_a_note_is_prepared_shown_agreed_to_and_taken_back(offline: WritingHouse) -> None:
    said = offline.say(f"anota em {offline.customer} que quer preço novo em maio", "m1")
    change = f"Anotar em **{offline.customer}**: «quer preço novo em maio»"
    assert said == f"Preparei isto:\n\n{change}\n\nConfirma? Responda **SIM** ou **NÃO**."
    assert offline.entries == []
    assert offline.say("sim", "m2").startswith("Feito: ")
    assert offline.entries == [("note", "quer preço novo em maio")]
    assert offline.say("desfazer", "m3").startswith("Desfeito: ")
    assert offline.entries == []


def test_a_task_is_for_the_day_that_comes(offline: WritingHouse) -> None:
    said = offline.say(f"me lembra de ligar para {offline.customer} na próxima quinta", "m1")
    assert f"Criar tarefa para **05/03/2026**, {offline.customer}: «ligar para {offline.customer}»" in said
    offline.say("sim", "m2")
    assert offline.house.rows("SELECT kind, due_on::text FROM crm_entry") == [("task", "2026-03-05")]


def test_a_customer_whom_nobody_knows_is_asked_about_nowhere(offline: WritingHouse) -> None:
    assert "SIM" not in offline.say("anota na Padaria Inexistente que quer preço novo", "m1")
    assert offline.trail == []


def test_a_task_that_is_asked_about_leaves_no_reminder_in_memory(offline: WritingHouse) -> None:
    offline.say(f"me lembra de ligar para {offline.customer} na próxima quinta", "m1")
    offline.say("não", "m2")
    assert offline.house.rows("SELECT predicate FROM fact") == []
    assert offline.say("me chama de Bia", "m3") == "Anotado: como quer ser chamado: «Bia»"
    assert offline.house.rows("SELECT predicate FROM fact") == [("nickname",)]


def test_a_reminder_for_a_customer_whom_nobody_knows_is_noted(offline: WritingHouse) -> None:
    said = offline.say("me lembre de ligar pra dona Rosa amanhã", "m1")
    assert said.startswith("Anotado: lembrar de: «ligar pra dona Rosa amanhã»")
    assert "Não envio lembretes" in said
    assert "Não conheço “dona Rosa”" in said
    assert offline.house.rows("SELECT predicate FROM fact") == [("reminder",)]


def test_a_reminder_after_a_forward_is_noted_though_no_task_is_prepared(offline: WritingHouse) -> None:
    house = offline.house
    house.advance(house.receive(InboundMessage("m1", ANA, "o preço sobe em maio", is_forwarded=True)))
    said = offline.say(f"me lembra de ligar para {offline.customer} amanhã", "m2")
    assert said.startswith(f"Anotado: lembrar de: «ligar para {offline.customer} amanhã»\nNão envio lembretes")
    assert "Nos registros da empresa não mudei nada" in said
    assert "Não preparei nada" not in said
    assert "Não registrei nada" not in said
    assert house.rows("SELECT predicate FROM fact") == [("reminder",)]
    assert "Não registrei nada" in offline.say(f"anota em {offline.customer} que paga em dia", "m3")


def test_that_a_thing_was_found_dear_is_noted(offline: WritingHouse) -> None:
    assert offline.say("achei o arroz caro", "m1") == "Anotado: objeção: «achei o arroz caro»"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"answered": False, "passages": []}, "Anotado: preferência: «entrega de manhã»"),
        (
            {"answered": True, "passages": [{"document": "a.txt", "text": "Entrega: cedo"}]},
            "Anotado: preferência: «entrega de manhã»\n\nSegundo **a.txt**: “Entrega: cedo”",
        ),
    ],
)
def test_what_was_noted_is_said_whatever_documents_answer(
    offline: WritingHouse, found: dict[str, object], said: str
) -> None:
    add_documents(offline, found)
    assert offline.say("prefiro entrega de manhã", "m1") == said


def test_a_fact_that_resembles_a_document_is_noted_and_shuts_no_door(offline: WritingHouse) -> None:
    """Words of a document would: nothing of others' is written where the prompt holds others' words."""
    add_documents(offline, {"answered": True, "passages": [{"document": "a.txt", "text": "Boleto: 28 dias"}]})
    noted = f"Anotado: {offline.customer}, pagamento: «paga com boleto 28 dias»"
    assert offline.say(f"{offline.customer} paga com boleto 28 dias", "m1") == noted
    said = offline.say(f"me lembra de ligar para {offline.customer} amanhã", "m2")
    assert "Confirma? Responda **SIM** ou **NÃO**." in said


def add_documents(offline: WritingHouse, found: dict[str, object]) -> None:
    """In which every search finds the same."""

    def look(context: ToolContext, arguments: Mapping[str, object]) -> ToolResult:
        return ToolResult(True, {"ok": True, "data": found})

    def seen(situation: Situation) -> Catalogue:
        return Catalogue(customers=tuple(CUSTOMERS))

    spec = ToolSpec("search_documents", "", {"type": "object"})
    search = Tool(spec, "read", frozenset(("manager",)), look, taints=lambda result: frozenset({"documents"}))
    agent = offline.house.agent
    tools = {**agent.toolbox.tools, search.spec.name: search}
    made = Agent(agent.provider, "recado-rules-1", tools, Limits(steps=6), offline.house.clock, catalogue=seen)
    employ(offline, OneAgent(made))


def test_a_word_that_decides_on_nothing_is_told_so(offline: WritingHouse) -> None:
    offline.say(f"anota em {offline.customer} que quer preço novo em maio", "m1")
    offline.say("sim", "m2")
    assert offline.say("sim", "m3") == "Não há nada para confirmar."
    assert offline.say("desfazer", "m4").startswith("Desfeito: ")
    assert offline.say("Desfazer!", "m5") == "Não há nada para desfazer."
    assert offline.say("undo", "m6") == "There is nothing to undo."
    assert offline.say("yes", "m8") == "There is nothing to confirm."
    assert offline.say("deshacer", "m7") == "No hay nada que deshacer."


def test_the_names_that_it_asks_about_keep_their_figures(offline: WritingHouse) -> None:
    names = ("Café Serra Azul 250g", "Café Serra Azul 500g")
    house = offline.house

    def seen(situation: Situation) -> Catalogue:
        return Catalogue(products=names)

    tools = house.agent.toolbox.tools
    house.agent = Agent(OfflineProvider(seen), "recado-rules-1", tools, Limits(), house.clock, catalogue=seen)
    employ(offline, OneAgent(house.agent))
    said = offline.say("quanto vendemos de café serra azul mês passado?", "m1")
    assert said == "Há mais de um com esse nome. Qual deles: Café Serra Azul 250g, Café Serra Azul 500g?"
    assert house.rows("SELECT error FROM run") == [("",)]
