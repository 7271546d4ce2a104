"""An LLM reads what people told, off every turn's path: it adds, on record and within the budgets, and never brings
back what was forgotten."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from jobs.memory.keeper import MemoryKeeper
from jobs.memory.reader import MemoryReader
from models.errors import ProviderError
from models.inbound import InboundMessage
from models.money.budget import Budgets
from tests.fakes import OneAgent
from tests.jobs.house import House

ANA = "+5511999990000"
ROASTS = "a gente torra o café aqui mesmo toda quinta"
FACTS = "SELECT predicate, value, trust FROM fact WHERE superseded_at IS NULL ORDER BY recorded_at, id"


def reads(number: int = 0, **change: object) -> str:
    fact = {"n": number, "subject": "company", "predicate": "roasting_day", "value": "toda quinta", "kind": "profile"}
    return json.dumps({"facts": [{**fact, "quote": ROASTS, **change}]})


@pytest.fixture
def talk(house: House) -> House:
    """She said something that no rule reads, and it was taken in."""
    object.__setattr__(house.services, "agents", OneAgent(house.agent))
    house.provider.script = ["Que bom!"]
    house.advance(house.say(ROASTS, "m1"))
    MemoryKeeper(house.services).work()
    return house


def read(house: House, quiet: float = 0) -> int:
    return MemoryReader(house.services, timedelta(seconds=quiet)).work()


def test_what_no_rule_reads_is_added_with_its_source(talk: House) -> None:
    talk.provider.script = [reads()]
    assert read(talk) == 1
    assert talk.rows(FACTS) == [("roasting_day", "toda quinta", "llm")]
    assert read(talk) == 0, "nothing is read twice"
    talk.provider.script = ["Certo."]
    talk.advance(talk.say("e agora?", "m2"))
    told = next(line.content for line in talk.provider.requests[-1].messages if "has told of herself" in line.content)
    assert "roasting day: «toda quinta» (dito por você em" in told


def test_she_is_let_finish_before_anything_is_read(talk: House) -> None:
    assert read(talk, quiet=60) == 0
    talk.run("UPDATE contact SET unread_since = now() - interval '61 seconds'")
    talk.provider.script = [reads()]
    assert read(talk, quiet=60) == 1


def test_it_is_on_record_as_usage(talk: House) -> None:
    talk.provider.script = [reads()]
    read(talk)
    rows = talk.rows("SELECT step, tool_called, tokens_in, tokens_out, cost FROM completion WHERE step < 0")
    assert rows == [(-1, "memory", 10, 5, Decimal("0.001"))]


def test_it_adds_and_replaces_nothing_that_a_rule_read(house: House) -> None:
    object.__setattr__(house.services, "agents", OneAgent(house.agent))
    house.advance(house.say("me chama de Bia", "m1"))
    MemoryKeeper(house.services).work()
    house.provider.script = [reads(predicate="nickname", value="Bia", quote="me chama de Bia", kind="profile")]
    read(house)
    assert house.rows(FACTS) == [("nickname", "Bia", "typed")]


def test_what_she_wanted_forgotten_does_not_come_back(talk: House) -> None:
    talk.provider.script = [reads()]
    read(talk)
    talk.advance(talk.say("esqueça o 1", "m2"))
    assert talk.rows(FACTS) == []
    talk.run("UPDATE contact SET read_up_to = -1, unread_since = now()")
    talk.provider.script = [reads()]
    assert read(talk) == 1
    assert talk.rows(FACTS) == []


def test_what_she_wanted_forgotten_does_not_come_back_in_other_words(talk: House) -> None:
    talk.provider.script = [reads()]
    read(talk)
    talk.advance(talk.say("esqueça o 1", "m2"))
    talk.run("UPDATE contact SET read_up_to = -1, unread_since = now()")
    talk.provider.script = [reads(predicate="roasts", value="torra o café toda quinta")]
    assert read(talk) == 1
    assert talk.rows(FACTS) == []


def test_somebody_elses_words_are_not_shown_to_it(talk: House) -> None:
    talk.provider.script = [reads(), "Ok."]
    read(talk)
    talk.provider.script = ["Ok."]
    talk.advance(talk.receive(InboundMessage("m2", ANA, "eu torro o café toda sexta", is_forwarded=True)))
    MemoryKeeper(talk.services).work()
    asked = len(talk.provider.requests)
    assert read(talk) == 1
    assert len(talk.provider.requests) == asked, "there was nothing to ask about"


def test_an_llm_that_fails_is_asked_again_later(talk: House) -> None:
    talk.provider.script = [ProviderError("busy", kind="overloaded")]
    assert read(talk) == 1
    assert read(talk) == 0
    talk.run("UPDATE contact SET held_until = now() - interval '1 second'")
    talk.provider.script = [reads()]
    assert read(talk) == 1
    assert len(talk.rows(FACTS)) == 1


def test_a_reading_is_paid_out_of_the_budget_and_a_spent_one_pays_for_none(talk: House) -> None:
    talk.services = replace(talk.services, budgets=Budgets(Decimal("0.001"), None, None, "America/Sao_Paulo"))
    talk.provider.script = [reads()]
    read(talk)
    assert talk.rows("SELECT spent FROM budget WHERE kind = 'day'") == [(Decimal("0.001"),)]
    talk.run("UPDATE contact SET read_up_to = -1, unread_since = now()")
    asked = len(talk.provider.requests)
    assert read(talk) == 1
    assert len(talk.provider.requests) == asked


def test_an_agent_that_does_not_want_it_reads_nothing(house: House) -> None:
    object.__setattr__(house.services, "agents", OneAgent(house.agent, memory_llm=False))
    house.advance(house.say(ROASTS, "m1"))
    MemoryKeeper(house.services).work()
    assert read(house) == 0


def test_who_reads_holds_it_and_a_dead_reader_is_followed(talk: House) -> None:
    talk.run("UPDATE contact SET held_until = now() + interval '5 minutes'")
    assert read(talk) == 0
    talk.run("UPDATE contact SET held_until = now() - interval '1 second'")
    talk.provider.script = [reads()]
    assert read(talk) == 1
