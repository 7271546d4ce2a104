"""What was said in a voice note is remembered like what was typed, and marked as heard; an index that an older program
made is made anew."""

import pytest
from sqlalchemy import Connection, text

from agent.tools.recall import RECALL, build_recall_tool
from jobs.knowledge.reindexing import TurnsAnew
from jobs.memory.keeper import MemoryKeeper
from models.inbound import InboundMedia, InboundMessage
from models.memory.contact import ensure_contact
from models.memory.episodes import Episode, search_past
from models.search.space import read_space
from models.session import session_scope
from tests.fakes import OneAgent, wish
from tests.jobs.house import House

ANA = "+5511999990000"
HEARD = "preciso de trezentas caixas de goiabada para a Padaria Sol"


@pytest.fixture
def spoken(house: House) -> House:
    """A voice note that was heard and answered, then a typed word."""
    object.__setattr__(house.services, "agents", OneAgent(house.agent, memory_tokens=600))
    speak(house, "m1")
    house.advance(house.say("e o frete de lá?", "m2"))
    return house


def speak(house: House, name: str) -> None:
    stored = house.receive(InboundMessage(name, ANA, "", media=(InboundMedia("audio/ogg", content=b"OggS"),)))
    house.run(f"UPDATE media SET status = 'stored', transcript = '{HEARD}' WHERE transcript IS NULL")
    house.provider.script = ["Anotado. " + "Posso ajudar em mais alguma coisa? " * 8]
    house.advance(stored)


def keep(house: House) -> int:
    return MemoryKeeper(house.services).work()


def find(house: House, words: str) -> list[Episode]:
    with session_scope(house.engine) as connection:
        _, holder = ensure_contact(connection, house.account, ANA)
        return search_past(connection, house.account.tenant_id, holder, words, 3)


def test_it_stands_in_the_window_as_her_words_and_marked(spoken: House) -> None:
    said = [line for line in spoken.provider.requests[-1].messages if line.content == f"[voice note] {HEARD}"]
    assert [(line.role, line.origin, line.is_context) for line in said] == [("user", "person", False)]


@pytest.mark.parametrize("is_kept", [False, True])
def test_it_is_found_by_its_words_before_and_after_it_was_taken_in(spoken: House, is_kept: bool) -> None:
    if is_kept:
        assert keep(spoken) == 2
    best = find(spoken, "goiabada caixas")[0]
    assert (best.turn.asked, best.turn.is_spoken) == (HEARD, True)
    assert best.after is not None
    assert not best.after.is_spoken
    assert not any(one.turn.is_spoken for one in find(spoken, "voice note"))


def test_the_tool_says_that_it_was_a_voice_note(spoken: House) -> None:
    keep(spoken)
    spoken.agent.toolbox.tools = build_recall_tool(spoken.engine)
    spoken.provider.script = [wish(RECALL, query="goiabada", since=None, until=None), "Goiabada."]
    spoken.advance(spoken.say("o que pedi?", "m9"))
    [(found,)] = spoken.rows("SELECT result -> 'found' -> 0 FROM tool_call")
    assert (found["person"], found["in_a_voice_note"]) == (HEARD, True)
    assert "in_a_voice_note" not in found["after"]


def test_a_summary_tells_it_as_heard(spoken: House) -> None:
    for number in range(12):
        speak(spoken, f"n{number}")
    keep(spoken)
    [(lines,)] = spoken.rows("SELECT lines::text FROM summary")
    assert f"(voice note): «{HEARD}» → Anotado." in lines


def test_turns_that_an_older_program_indexed_are_indexed_anew(spoken: House) -> None:
    speak(spoken, "m3")
    spoken.advance(spoken.say("qual o prazo de entrega?", "m4"))
    keep(spoken)
    with session_scope(spoken.engine) as connection:
        before = read_space(connection, only_space(connection))
        connection.execute(text("DELETE FROM remembered_turn WHERE number = 2"))
        connection.execute(text("UPDATE search_space SET lexicon_version = 0, texts = 99"))
        connection.execute(text("UPDATE search_posting SET term = '=old' || term"))
        connection.execute(text("UPDATE search_word SET word = 'old' || word"))
    assert find(spoken, "goiabada") == []
    assert keep(spoken) == 0
    assert len(find(spoken, "goiabada")) == 1, "one of the two is remembered no more"
    assert find(spoken, "prazo")[0].turn.asked == "qual o prazo de entrega?"
    with session_scope(spoken.engine) as connection:
        after = read_space(connection, only_space(connection))
    assert before is not None
    assert after is not None
    assert (after.next_number, after.texts, after.lexicon_version) == (4, 3, before.lexicon_version)
    spoken.advance(spoken.say("e a goiabada?", "m5"))
    assert keep(spoken) == 1
    assert len(find(spoken, "goiabada")) == 2


def test_turns_that_somebody_else_takes_in_are_indexed_anew_later(spoken: House) -> None:
    keep(spoken)
    spoken.run("UPDATE search_space SET lexicon_version = 0")
    anew = TurnsAnew(spoken.engine)
    with session_scope(spoken.engine) as connection:
        read_space(connection, only_space(connection), lock=True)
        assert not anew.reindex_next()
    assert anew.reindex_next()
    assert not anew.reindex_next()


def only_space(connection: Connection) -> int:
    found: int = connection.execute(text("SELECT id FROM search_space WHERE kind = 'turns'")).scalar_one()
    return found
