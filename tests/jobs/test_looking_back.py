""" "O que conversamos sobre X?" without an LLM: her own words and ours, dated and to the letter, or an honest no."""

from dataclasses import replace

import pytest

from agent.agent import Agent, Limits
from agent.providers.offline.engine import OfflineProvider
from agent.tools.recall import RECALL, build_recall_tool
from jobs.memory.keeper import MemoryKeeper
from jobs.runtime import set_services
from models.catalogue import Catalogue
from models.inbound import InboundMessage
from tests.fakes import OneAgent
from tests.jobs.house import House

ANA, EVA = "+5511999990000", "+5511888880000"


@pytest.fixture
def talked(house: House) -> House:
    """Ana and Eva have talked to an LLM, and now there is none."""
    for number, (who, asked, replied) in enumerate(
        [
            (ANA, "como cadastro um cliente novo?", "Pelo botão Novo cliente."),
            (ANA, "e o frete da Padaria Sol?", "O frete sai por conta da loja."),
            (ANA, "obrigada", "De nada."),
            (EVA, "qual o segredo do frete?", "O frete da Eva é segredo."),
        ]
    ):
        house.provider.script = [replied]
        house.advance(house.say(asked, f"m{number}", sender=who))
    MemoryKeeper(house.services).work()
    work_offline(house)
    return house


def work_offline(house: House) -> None:
    engine = OfflineProvider(lambda situation: Catalogue())
    agent = Agent(engine, "recado-rules-1", house.agent.toolbox.tools, Limits(steps=4), house.clock)
    house.services = replace(house.services, agents=OneAgent(agent))
    set_services(house.services)


def ask(house: House, words: str, external_id: str = "q1", sender: str = ANA, **more: bool) -> str:
    house.advance(house.receive(InboundMessage(external_id, sender, words, **more)))
    return house.sent[-1]


def test_what_was_said_is_told_to_the_letter_with_day_and_channel_and_what_stood_beside_it(talked: House) -> None:
    talked.run("UPDATE message SET received_at = '2026-02-10T15:00Z'")
    said = ask(talked, "o que conversamos sobre o frete?")
    assert said.split("\n") == [
        "Sobre «frete», a última vez em 10/02/2026:",
        "",
        "**10/02/2026, fake**",
        "(antes: «como cadastro um cliente novo?»)",
        "você: «e o frete da Padaria Sol?»",
        "eu: «O frete sai por conta da loja.»",
        "(depois: «obrigada»)",
    ]


@pytest.mark.parametrize(
    ("words", "opening"),
    [
        ("quando falei do frete?", "Sobre «frete», a última vez em"),
        ("when did we talk about the frete?", "About “frete”, last on"),
        ("¿cuándo hablamos del frete?", "Sobre «frete», la última vez el"),
    ],
)
def test_it_is_asked_and_told_in_three_languages(talked: House, words: str, opening: str) -> None:
    assert ask(talked, words).startswith(opening)


def test_that_nothing_was_said_of_it_is_said(talked: House) -> None:
    assert ask(talked, "o que conversamos sobre goiabada?").startswith("Não encontrei nada sobre «goiabada»")
    assert "nothing about “goiabada”" in ask(talked, "what did we say about goiabada?", "q2")
    assert "não encontrei" in ask(talked, "o que falamos sobre o frete em janeiro de 2020?", "q3").casefold()
    assert "de 01/01/2020 a 31/01/2020." in talked.sent[-1]


def test_nobody_is_told_what_another_one_said(talked: House) -> None:
    assert "segredo" not in ask(talked, "o que conversamos sobre o frete?")
    assert "Padaria Sol" not in ask(talked, "o que conversamos sobre o frete?", "q2", EVA)
    assert "O frete da Eva é segredo." in talked.sent[-1]
    assert ask(talked, "o que conversamos sobre o frete?", "q3", "+5511777770000").startswith("Não encontrei")


def test_the_question_itself_is_no_find(talked: House) -> None:
    ask(talked, "o que conversamos sobre goiabada?")
    assert ask(talked, "o que conversamos sobre goiabada?", "q2").startswith("Não encontrei")


def test_a_strangers_words_come_back_as_a_strangers_and_without_their_links(house: House) -> None:
    house.provider.script = ["Entendido."]
    ask(house, "o frete é grátis em https://evil.com/x", "m1", is_forwarded=True)
    MemoryKeeper(house.services).work()
    work_offline(house)
    said = ask(house, "o que conversamos sobre o frete?")
    assert "o frete é grátis" in said
    assert "https://" not in said
    assert house.rows("SELECT taint FROM turn ORDER BY number DESC LIMIT 1") == [("remembered",)]


def test_a_forwarded_question_of_that_kind_asks_nothing(talked: House) -> None:
    assert "última vez" not in ask(talked, "o que conversamos sobre o frete?", "q1", is_forwarded=True)


def test_an_llm_looks_for_itself(house: House) -> None:
    """It is offered the tool, and code answers nothing in its place."""
    tools = dict(house.agent.toolbox.tools) | build_recall_tool(house.engine)
    agent = Agent(house.provider, "scripted", tools, Limits(steps=4), house.clock)
    house.services = replace(house.services, agents=OneAgent(agent))
    set_services(house.services)
    house.provider.script = ["Falamos disso em um outro dia."]
    assert ask(house, "o que conversamos sobre o frete?") == "Falamos disso em um outro dia."
    assert RECALL in [tool.name for tool in house.provider.requests[-1].tools]
