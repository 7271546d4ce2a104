"""What an LLM reads of customers in what the company's people told: only what their words bear out, of customers whom
they may see, beside what stands and never in its place."""

import json
from datetime import timedelta

import pytest

from agent.agent import Agent, Limits
from agent.base import Situation
from jobs.memory.keeper import MemoryKeeper
from jobs.memory.reader import MemoryReader
from models.catalogue import Catalogue
from models.errors import ToolError
from tests.jobs.team import BETO, MIA, RITA, Team, catalogue_of

SAID = "a Padaria Estrela deixa a chave com o vizinho"
FACT = {"n": 0, "subject": "customer", "customer": "Padaria Estrela", "predicate": "delivery_key", "kind": "profile"}


def read(team: Team, who: str, said: str, **change: object) -> None:
    team.say(who, said)
    MemoryKeeper(team.house.services).work()
    fact = {**FACT, "value": "deixa a chave com o vizinho", "quote": said, **change}
    team.house.provider.script = [json.dumps({"facts": [fact]}, ensure_ascii=False)]
    asked = len(team.house.provider.requests)
    assert MemoryReader(team.house.services, timedelta(0)).work() == 1
    assert len(team.house.provider.requests) == asked + 1, "else nothing was read"
    team.house.provider.script = []


def test_it_is_kept_with_who_told_it(team: Team) -> None:
    read(team, RITA, SAID)
    row = "SELECT customer, predicate, value, teller, author_role, trust FROM customer_fact"
    told = ("Padaria Estrela", "delivery_key", "deixa a chave com o vizinho", "Rita", "rep", "llm")
    assert team.house.rows(row) == [told]
    team.say(MIA, "como vai a Padaria Estrela?")
    assert "delivery key: «deixa a chave com o vizinho» (dito por Rita em" in team.prompt()
    assert team.house.rows("SELECT count(*) FROM fact") == [(0,)]


@pytest.mark.parametrize(
    ("who", "said", "change"),
    [
        (BETO, SAID, {}),
        (RITA, SAID, {"customer": "Mercado Sol"}),
        (RITA, SAID, {"customer": ""}),
        (RITA, SAID, {"value": "deixa a chave com o porteiro"}),
        (RITA, SAID, {"quote": "deixa a chave com o vizinho"}),
        (RITA, f"acho que {SAID}", {}),
        (RITA, f"o porteiro disse que {SAID}", {}),
    ],
)
def test_what_is_not_borne_out_or_not_hers_to_tell_is_not_kept(
    team: Team, who: str, said: str, change: dict[str, object]
) -> None:
    read(team, who, said, **change)
    assert team.standing == []


def test_it_replaces_nothing_and_brings_nothing_back(team: Team) -> None:
    team.say(RITA, "o comprador do Mercado Sol é o João")
    read(
        team,
        RITA,
        "no Mercado Sol quem assina é a Maria",
        customer="Mercado Sol",
        predicate="buyer",
        value="Maria",
        n=1,
    )
    assert team.standing == [("Mercado Sol", "buyer", "João")]
    team.say(RITA, "esqueça tudo sobre o Mercado Sol")
    read(
        team,
        RITA,
        "no Mercado Sol o João assina",
        customer="Mercado Sol",
        predicate="signs",
        value="João",
        n=3,
    )
    assert team.standing == []


@pytest.mark.parametrize("is_forgotten", [True, False])
def test_what_the_rules_read_is_not_told_again_in_other_words(team: Team, is_forgotten: bool) -> None:
    said = "a Padaria Estrela só recebe às terças"
    team.say(RITA, said)
    if is_forgotten:
        assert "Esqueci" in team.say(RITA, "esqueça isso")
    standing = [] if is_forgotten else [("Padaria Estrela", "receives", "só recebe às terças")]
    assert team.standing == standing
    MemoryKeeper(team.house.services).work()
    fact = {**FACT, "predicate": "delivery_day", "value": "recebe às terças", "quote": said}
    team.house.provider.script = [json.dumps({"facts": [fact]}, ensure_ascii=False)]
    asked = len(team.house.provider.requests)
    assert MemoryReader(team.house.services, timedelta(0)).work() == 1
    assert len(team.house.provider.requests) == asked + 1, "else nothing was read"
    assert team.standing == standing


def test_while_the_sales_data_are_away_nothing_is_paid_for_and_nothing_is_lost(team: Team) -> None:
    away = [True]

    def catalogue(situation: Situation) -> Catalogue:
        if away[0]:
            raise ToolError("The sales data cannot be asked.")
        return catalogue_of(situation)

    house = team.house
    tools = dict(house.agent.toolbox.tools)
    team.employ(lambda: Agent(house.provider, "scripted", tools, Limits(steps=4), house.clock, catalogue=catalogue))
    team.say(RITA, SAID)
    MemoryKeeper(house.services).work()
    asked = len(house.provider.requests)
    assert MemoryReader(house.services, timedelta(0)).work() == 1
    assert len(house.provider.requests) == asked
    away[0] = False
    house.run("UPDATE contact SET held_until = now() - interval '1 second'")
    fact = {**FACT, "value": "deixa a chave com o vizinho", "quote": SAID}
    house.provider.script = [json.dumps({"facts": [fact]}, ensure_ascii=False)]
    assert MemoryReader(house.services, timedelta(0)).work() == 1
    assert team.standing == [("Padaria Estrela", "delivery_key", "deixa a chave com o vizinho")]


def test_what_else_was_said_in_the_same_breath_is_kept(team: Team) -> None:
    read(team, RITA, f"o comprador da Padaria Estrela é o João, {SAID}")
    assert [predicate for _, predicate, _ in team.standing] == ["buyer", "delivery_key"]
