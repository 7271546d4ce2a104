"""An LLM puts the earlier part of a long conversation into prose, off every turn's path: from what was said and never
from an earlier summary, believed only where its figures were said, on record, and gone with the person."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import text

from agent.base import ChatMessage, Completion, CompletionRequest, Usage
from jobs.memory.keeper import MemoryKeeper
from jobs.memory.writer import MemoryWriter
from jobs.privacy.erasing import Whose, erase
from models.errors import ProviderError
from models.files.storage import DiskStorage
from models.inbound import InboundMessage
from models.memory.summary import cut_turns
from models.money.budget import Budgets
from models.privacy.belongings import Address
from models.session import build_engine, session_scope
from tests.databases import Databases
from tests.fakes import OneAgent
from tests.jobs.house import House, housed

ANA = "+5511999990000"
PROSE = "Ela acompanhou as compras da Padaria Sol, semana por semana."
SUMMARY = "SELECT prose, prose_up_to = covers_up_to, prose_by FROM summary"


@pytest.fixture(scope="module")
def talk_url(clone_database: Callable[[], str]) -> str:
    """A database with a conversation that its window has no room for, summed up by rules, and due to be written."""
    url = clone_database()
    engine = build_engine(url, application_name="recado-tests")
    with housed(engine) as house:
        forget_soon(house)
        ask_about(house, range(24))
        keep(house)
        due(house)
    engine.dispose()
    return url


@pytest.fixture
def talk(databases: Databases, talk_url: str) -> Iterator[House]:
    """Back in a copy of that conversation."""
    with databases.copied(talk_url) as url:
        engine = build_engine(url, application_name="recado-tests")
        with housed(engine) as house:
            forget_soon(house)
            yield house
        engine.dispose()


def forget_soon(house: House) -> None:
    object.__setattr__(house.services, "agents", OneAgent(house.agent, memory_tokens=600))


def ask_about(house: House, weeks: range) -> None:
    for number in weeks:
        house.provider.script = [f"Está tudo certo com a Padaria Sol. {'Posso ajudar? ' * 12}"]
        house.advance(house.say(f"quanto a Padaria Sol comprou na semana {number}?", f"m{number}"))


def keep(house: House) -> None:
    MemoryKeeper(house.services).work()


def due(house: House) -> None:
    house.run("UPDATE summary SET prose_due_at = now() WHERE prose_due_at IS NOT NULL")


def write(house: House, *answers: str | ProviderError) -> int:
    house.provider.script = list(answers)
    return MemoryWriter(house.services).work()


def summary(house: House) -> ChatMessage:
    house.provider.script = ["Certo."]
    house.advance(house.say("e agora?", f"q{len(house.provider.requests)}"))
    [told] = [line for line in house.provider.requests[-1].messages if "a summary of the earlier part" in line.content]
    return told


def test_prose_stands_for_the_lines_that_it_was_written_from(talk: House) -> None:
    assert write(talk, PROSE) == 1
    assert talk.rows(SUMMARY) == [(PROSE, True, "scripted-1")]
    told = summary(talk)
    assert PROSE in told.content
    assert "na semana 13?" not in told.content
    assert (told.is_context, told.origin) == (True, "tool")
    assert write(talk) == 0, "nothing is written twice"


def test_it_waits_until_there_is_enough_to_write_of(talk: House) -> None:
    write(talk, PROSE)
    ask_about(talk, range(24, 28))
    keep(talk)
    due(talk)
    assert write(talk) == 0
    ask_about(talk, range(28, 40))
    keep(talk)
    assert write(talk) == 0, "she may go on"
    due(talk)
    assert write(talk, "Ela seguiu com a Padaria Sol.") == 1
    assert talk.rows(SUMMARY) == [("Ela seguiu com a Padaria Sol.", True, "scripted-1")]


def test_it_is_written_from_what_was_said_and_never_from_an_earlier_summary(talk: House) -> None:
    write(talk, PROSE)
    ask_about(talk, range(24, 40))
    keep(talk)
    due(talk)
    write(talk, "Ela seguiu com a Padaria Sol.")
    _, shown = talk.provider.requests[-1].messages
    assert PROSE not in shown.content
    assert "na semana 13?» → Está tudo certo" in shown.content
    assert "Person: quanto a Padaria Sol comprou na semana 29?" in shown.content


def test_a_figure_that_nobody_said_leaves_the_extract(talk: House) -> None:
    assert write(talk, "A Padaria Sol comprou R$ 9.999,00.") == 1
    assert talk.rows(SUMMARY) == [("", False, "")]
    assert "na semana 18?» → Está tudo certo" in summary(talk).content
    due(talk)
    assert write(talk) == 0, "nor is it asked for again before more was said"


def test_it_is_on_record_as_usage_and_paid_out_of_the_budget(talk: House) -> None:
    talk.services = replace(talk.services, budgets=Budgets(Decimal("0.001"), None, None, "America/Sao_Paulo"))
    write(talk, PROSE)
    rows = talk.rows("SELECT step, tool_called, tokens_in, cost FROM completion WHERE step < 0")
    assert rows == [(-1, "summary", 10, Decimal("0.001"))]
    assert talk.rows("SELECT spent FROM budget WHERE kind = 'day'") == [(Decimal("0.001"),)]
    talk.run("UPDATE summary SET prose_due_at = now()")
    asked = len(talk.provider.requests)
    assert write(talk) == 1
    assert len(talk.provider.requests) == asked, "a spent budget pays for none"


def test_an_llm_that_fails_is_asked_again_later(talk: House) -> None:
    assert write(talk, ProviderError("busy", kind="overloaded")) == 1
    assert write(talk) == 0
    due(talk)
    assert write(talk, PROSE) == 1
    assert talk.rows(SUMMARY) == [(PROSE, True, "scripted-1")]


def test_a_writer_that_dies_is_followed(talk: House) -> None:
    with pytest.raises(KeyboardInterrupt):
        write(talk, KeyboardInterrupt())  # type: ignore[arg-type]
    assert write(talk) == 0, "for as long as it may still be at work"
    due(talk)
    assert write(talk, PROSE) == 1


def test_somebody_elses_words_are_not_shown_to_it_and_stay_theirs(house: House) -> None:
    forget_soon(house)
    house.advance(house.receive(InboundMessage("f1", ANA, "a goiabada vale 77 reais", is_forwarded=True)))
    ask_about(house, range(20))
    house.run("UPDATE turn SET taint = '' WHERE number > 1")  # as if the window had not kept it before her eyes
    keep(house)
    due(house)
    assert write(house, PROSE) == 1
    assert all("goiabada" not in line.content for line in house.provider.requests[-1].messages)
    told = summary(house)
    assert "goiabada vale 77 reais" in told.content
    assert PROSE in told.content
    assert told.origin == "third_party"


def test_starting_over_leaves_it_behind(talk: House) -> None:
    write(talk, PROSE)
    talk.advance(talk.say("começar de novo", "r1"))
    for number in range(100, 112):
        ask_about(talk, range(number, number + 1))
    keep(talk)
    assert talk.rows("SELECT prose, prose_up_to FROM summary") == [("", 0)]


def test_who_is_erased_while_it_is_written_is_not_written_of(talk: House, fresh_redis_url: str, tmp_path: Path) -> None:
    def be_erased(request: CompletionRequest) -> Completion:
        address = Address(talk.account.id, "fake", "default", ANA, None)
        whose = Whose(talk.account.tenant_id, (), (address,))
        with Redis.from_url(fresh_redis_url) as redis:
            erase(talk.engine, whose, made_by="op", storage=DiskStorage(tmp_path), redis=redis)
        return Completion(PROSE, usage=Usage(10, 5), llm="scripted-1")

    talk.provider.script = [be_erased]
    MemoryWriter(talk.services).work()
    assert talk.rows(SUMMARY) == []
    assert PROSE not in str(talk.rows("SELECT answer FROM completion"))


def test_what_changed_while_it_was_written_is_written_anew(talk: House) -> None:
    def cut(request: CompletionRequest) -> Completion:
        talk.run("UPDATE message SET text = replace(text, 'Padaria Sol', '...')")
        return Completion(PROSE, usage=Usage(10, 5), llm="scripted-1")

    talk.provider.script = [cut, "Ela acompanhou as compras de uma padaria."]
    assert MemoryWriter(talk.services).work() == 2
    assert talk.rows(SUMMARY) == [("Ela acompanhou as compras de uma padaria.", True, "scripted-1")]


def test_turns_that_are_forgotten_take_it_along_even_while_it_is_written(talk: House) -> None:
    def forget(request: CompletionRequest) -> Completion:
        with session_scope(talk.engine) as connection:
            oldest = connection.execute(text("SELECT id FROM turn ORDER BY number LIMIT 3")).scalars().all()
            cut_turns(connection, oldest)
        return Completion(PROSE, usage=Usage(10, 5), llm="scripted-1")

    talk.provider.script = [forget, "Ela seguiu com a Padaria Sol."]
    assert MemoryWriter(talk.services).work() == 2
    assert talk.rows(SUMMARY) == [("Ela seguiu com a Padaria Sol.", True, "scripted-1")]
    forget(talk.provider.requests[-1])
    assert talk.rows("SELECT prose, prose_up_to, prose_due_at FROM summary") == [("", 0, None)]


def test_an_agent_that_does_not_want_it_writes_nothing(house: House) -> None:
    object.__setattr__(house.services, "agents", OneAgent(house.agent, memory_tokens=600, memory_llm=False))
    ask_about(house, range(24))
    keep(house)
    assert house.rows("SELECT prose_due_at FROM summary") == [(None,)]
