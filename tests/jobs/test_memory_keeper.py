"""Turns are taken into memory off every turn's path: once, whole, and by whichever worker comes first."""

import pytest
from sqlalchemy import event

from agent.base import ChatMessage
from jobs.memory.keeper import MemoryKeeper, take_in
from models.inbound import InboundMessage
from models.memory.remembered import claim_conversation
from models.session import session_scope
from tests.fakes import OneAgent
from tests.jobs.house import House

ANA = "+5511999990000"
SUMMARY = "SELECT covers_up_to, jsonb_array_length(lines) FROM summary"


@pytest.fixture
def talk(house: House) -> House:
    """A conversation that its window has no room for."""
    object.__setattr__(house.services, "agents", OneAgent(house.agent, memory_tokens=600))
    for number in range(12):
        house.provider.script = [f"Está tudo certo com a Padaria Sol. {'Posso ajudar? ' * 20}"]
        house.advance(house.say(f"quanto a Padaria Sol comprou na semana {number}?", f"m{number}"))
    return house


def keep(house: House) -> int:
    return MemoryKeeper(house.services).work()


def prompt(house: House) -> list[ChatMessage]:
    return [line for line in house.provider.requests[-1].messages if line.role != "system"]


def test_what_the_window_has_no_room_for_is_told_in_short(talk: House) -> None:
    assert keep(talk) == 12
    talk.advance(talk.say("e agora?", "m99"))
    summary, *window = prompt(talk)
    assert summary.is_context
    shown = {
        n for n in range(12) if f"quanto a Padaria Sol comprou na semana {n}?" in [line.content for line in window]
    }
    told = {n for n in range(12) if f"na semana {n}?» → Está tudo certo com a Padaria Sol." in summary.content}
    assert shown == set(range(min(shown), 12))
    assert told
    assert max(told) == min(shown) - 1, "nothing is told twice, and nothing near is left out"


def test_each_turn_is_taken_in_once(talk: House) -> None:
    keep(talk)
    before = talk.rows(SUMMARY)
    assert keep(talk) == 0
    assert talk.rows(SUMMARY) == before
    assert talk.rows("SELECT count(*), count(DISTINCT turn_id) FROM remembered_turn") == [(12, 12)]


def test_a_summary_that_grew_is_the_one_made_at_once(talk: House) -> None:
    keep(talk)
    for number in range(12, 20):
        talk.advance(talk.say(f"e a Casa do Pão na semana {number}, quanto deu?", f"m{number}"))
        keep(talk)
    grown = talk.rows("SELECT covers_up_to, lines FROM summary")
    talk.run("DELETE FROM summary")
    talk.run("UPDATE turn SET remembered_at = NULL WHERE number = (SELECT max(number) FROM turn)")
    talk.run("DELETE FROM remembered_turn WHERE turn_id = (SELECT id FROM turn ORDER BY number DESC LIMIT 1)")
    keep(talk)
    assert talk.rows("SELECT covers_up_to, lines FROM summary") == grown


def test_starting_over_leaves_the_summary_behind(talk: House) -> None:
    keep(talk)
    talk.advance(talk.say("começar de novo", "m50"))
    keep(talk)
    talk.advance(talk.say("oi", "m51"))
    assert [line.content for line in prompt(talk)] == ["oi"]


def test_several_processes_take_in_a_conversation_each(talk: House) -> None:
    talk.advance(talk.say("quanto vendi?", "e1", sender="+5511888880000"))
    with session_scope(talk.engine) as elsewhere:
        first = claim_conversation(elsewhere)
        assert keep(talk) in (1, 12), "the other conversation"
        left = talk.rows("SELECT DISTINCT conversation_id FROM turn WHERE remembered_at IS NULL")
        assert [row.conversation_id for row in left] == [first]
        assert keep(talk) == 0
    assert keep(talk) in (1, 12)
    assert talk.rows("SELECT count(*), count(DISTINCT turn_id) FROM remembered_turn") == [(13, 13)]


def test_a_process_that_dies_half_way_leaves_nothing_half_done(talk: House) -> None:
    def die(*rest: object) -> None:
        raise KeyboardInterrupt

    event.listen(talk.engine, "commit", die)
    try:
        with pytest.raises(KeyboardInterrupt):
            take_in(talk.services)
    finally:
        event.remove(talk.engine, "commit", die)
    assert talk.rows("SELECT count(*) FROM remembered_turn") == [(0,)]
    assert talk.rows(SUMMARY) == []
    assert keep(talk) == 12


def test_what_somebody_else_wrote_is_not_in_her_summary(house: House) -> None:
    object.__setattr__(house.services, "agents", OneAgent(house.agent, memory_tokens=600))
    for number in range(40):
        sender = ANA if number % 2 else "+5511888880000"
        words = f"quanto a Padaria Sol comprou na semana {number}?"
        house.advance(house.receive(InboundMessage(f"m{number}", sender, words, thread="deal-1")))
    keep(house)
    [(lines,)] = house.rows(f"SELECT lines::text FROM summary WHERE sender = '{ANA}'")
    told = [number for number in range(40) if f"na semana {number}?" in lines]
    assert told
    assert all(number % 2 for number in told)


def test_a_forward_stays_somebody_elses_words_in_the_summary(talk: House) -> None:
    talk.advance(talk.receive(InboundMessage("m50", ANA, "a proposta vale R$ 9.999,00 até 30/06", is_forwarded=True)))
    for number in range(60, 90):
        talk.advance(talk.say(f"quanto a Padaria Sol comprou na semana {number}?", f"m{number}"))
    keep(talk)
    talk.advance(talk.say("e agora?", "m99"))
    [summary] = [line for line in prompt(talk) if "a summary of the earlier part" in line.content]
    assert summary.origin == "third_party"


def test_a_draft_that_nobody_read_is_not_remembered(house: House) -> None:
    house.advance(house.say("quanto a Padaria Sol comprou?", "m1"))
    house.run("UPDATE turn SET outcome = 'rejected'")
    assert keep(house) == 1
    assert house.rows("SELECT count(*) FROM remembered_turn") == [(0,)]


def test_words_of_whom_nobody_vouched_for_are_not_indexed(house: House) -> None:
    house.advance(house.receive(InboundMessage("m1", ANA, "quanto vendi?", is_verified=False)))
    assert keep(house) == 1
    assert house.rows("SELECT count(*) FROM contact") == [(0,)]


def test_finding_the_next_turn_reads_no_table_through(talk: House) -> None:
    keep(talk)
    with session_scope(talk.engine) as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = connection.exec_driver_sql(
            "EXPLAIN SELECT DISTINCT conversation_id FROM turn WHERE remembered_at IS NULL AND status = 'settled' "
            "ORDER BY conversation_id LIMIT 32"
        ).scalars()
        assert "turn_unremembered" in "\n".join(plan)
