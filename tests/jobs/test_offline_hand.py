"""Whoever has no key yet can try the whole hand: the offline engine takes the plainest orders."""

import pytest

from agent.agent import Agent, Limits
from agent.providers.offline import OfflineProvider
from models.catalogue import Catalogue
from tests.fakes import OneAgent
from tests.jobs.writing import CUSTOMERS, WritingHouse, employ


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
