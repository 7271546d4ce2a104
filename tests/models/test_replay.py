"""Turns that ended badly are begun again: nothing is paid, done or sent twice, and nothing is overtaken."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from agent.base import Completion, Usage
from channels.base import Capabilities
from models.answer import Answer, Waiting, find_answer
from models.clock import SystemClock
from models.delivery import say_again
from models.errors import ProviderError
from models.faultpoint import set_fault_hook
from models.history import recent_turns
from models.inbound import InboundMessage
from models.inbox import Stored
from models.operators.correspondence import read_conversation
from models.operators.drafts import NotDecidable, retry_part
from models.operators.handoff import say_as_person, take_conversation
from models.operators.replay import NotReplayable, Replayed, find_messages_named, list_failed_turns, replay_message
from models.outbox import outbox
from models.reply import OutboundPart, Rejected, RenderedPart, Unknown
from models.session import session_scope
from models.usage import usage_report
from tests.fakes import Killed, wish
from tests.jobs.house import House, house

__all__ = ["house"]

APOLOGY = "Não consegui"
_GONE = ProviderError("the key is wrong", kind="auth")


def replay(house: House, message_id: UUID, *, force: bool = False) -> Replayed:
    with session_scope(house.engine) as connection:
        return replay_message(connection, house.account.tenant_id, message_id, force=force)


def apologised(house: House, words: str = "oi", external_id: str = "m1") -> Stored:
    """A turn whose LLM failed for good, the apology delivered."""
    house.provider.script = [_GONE]
    stored = house.say(words, external_id)
    house.advance(stored)
    assert APOLOGY in house.sent[-1]
    return stored


def answer_of(house: House, stored: Stored) -> Answer | Waiting | None:
    with session_scope(house.engine) as connection:
        return find_answer(connection, house.account.tenant_id, stored.message_id)


def test_the_new_answer_follows_the_apology_which_stays_on_record(house: House) -> None:
    stored = apologised(house)
    assert replay(house, stored.message_id) == Replayed(stored.conversation_id, "reopened")
    assert isinstance(answer_of(house, stored), Waiting)
    house.advance(stored)
    assert [APOLOGY in house.sent[0], house.sent[1:]] == [True, ["echo: oi"]]
    assert house.rows("SELECT status, outcome, replays, crashes, error FROM turn") == [
        ("settled", "answered", 1, 0, "")
    ]
    assert house.rows("SELECT number, status FROM outbox ORDER BY number") == [(0, "sent"), (1, "sent")]
    assert house.rows("SELECT count(*) FROM message WHERE direction = 'out'") == [(2,)]
    answer = answer_of(house, stored)
    assert isinstance(answer, Answer)
    assert answer.response == "echo: oi"


def test_a_turn_may_be_replayed_as_often_as_it_fails(house: House) -> None:
    stored = apologised(house)
    for replays in (1, 2):
        house.provider.script = [_GONE]
        replay(house, stored.message_id)
        house.advance(stored)
        assert house.rows("SELECT outcome, replays FROM turn") == [("apologised", replays)]
        assert house.rows("SELECT wanted_at IS NOT NULL FROM conversation") == [(True,)], "somebody is called anew"
    replay(house, stored.message_id)
    house.advance(stored)
    assert house.sent[3:] == ["echo: oi"]
    assert house.rows("SELECT number FROM outbox ORDER BY number") == [(0,), (1,), (2,), (3,)]


def test_steps_that_were_finished_are_neither_paid_nor_done_again(house: House) -> None:
    house.provider.script = [wish("count_up"), KeyError("a bug"), KeyError("a bug"), KeyError("a bug")]
    stored = house.say("oi", "m1")
    for _ in range(4):
        house.advance(stored)
        house.make_due()
    house.advance(stored)
    assert APOLOGY in house.sent[0]
    asked = len(house.provider.requests)
    replay(house, stored.message_id)
    house.provider.script = ["42"]
    house.advance(stored)
    assert house.sent[1:] == ["42"]
    assert len(house.tool_calls) == 1
    assert len(house.provider.requests) == asked + 1
    assert house.rows("SELECT step, status FROM completion WHERE status = 'done' ORDER BY step") == [
        (0, "done"),
        (1, "done"),
    ]


def test_memory_holds_the_answer_and_not_the_apology(house: House) -> None:
    stored = apologised(house, "um")
    house.advance(house.say("dois", "m2"))
    replay(house, stored.message_id)
    house.advance(stored)
    house.advance(house.say("tres", "m3"))
    lines = [line.content for line in house.provider.requests[-1].messages if line.role != "system"]
    assert lines == ["um", "echo: um", "dois", "echo: dois", "tres"]
    with session_scope(house.engine) as connection:
        [past] = recent_turns(connection, stored.conversation_id, before_number=2, from_seq=0, limit=9)
    assert past.replied == "echo: um"


def test_the_replayed_turn_sees_what_was_said_before_it_and_nothing_later(house: House) -> None:
    stored = apologised(house, "um")
    house.advance(house.say("dois", "m2"))
    replay(house, stored.message_id)
    house.advance(stored)
    assert [line.content for line in house.provider.requests[-1].messages if line.role != "system"] == ["um"]


def test_an_answer_under_way_is_not_overtaken(house: House) -> None:
    stored = apologised(house)
    house.channel.outcomes = [Unknown("cut off")]
    house.advance(house.say("e ontem?", "m2"))
    with pytest.raises(NotReplayable, match="another answer is under way"):
        replay(house, stored.message_id)
    assert house.rows("SELECT outcome, replays FROM turn ORDER BY number") == [("apologised", 0), ("answered", 0)]


@pytest.mark.parametrize(
    ("finding", "words"),
    [(None, "it was answered"), (Rejected("63024", "no", permanent=True), "outbox retry [-0-9a-f]+` sends that part")],
)
def test_what_was_answered_is_refused_and_left_as_it_is(house: House, finding: Rejected | None, words: str) -> None:
    house.channel.outcomes = [finding] if finding else []
    stored = house.say("oi", "m1")
    house.advance(stored)
    before = house.rows("SELECT * FROM turn")
    with pytest.raises(NotReplayable, match=words):
        replay(house, stored.message_id)
    assert house.rows("SELECT * FROM turn") == before


def test_what_is_on_its_way_is_refused(house: House) -> None:
    house.channel.outcomes = [Unknown("cut off")]
    stored = house.say("oi", "m1")
    house.advance(stored)
    with pytest.raises(NotReplayable, match="on its way"):
        replay(house, stored.message_id)
    house.run("UPDATE outbox SET status = 'draft'")
    with pytest.raises(NotReplayable, match="waits for approval"):
        replay(house, stored.message_id)


def test_a_turn_that_is_put_off_is_due_at_once_with_its_patience_anew(house: House) -> None:
    house.provider.script = [ProviderError("down", kind="server")]
    stored = house.say("oi", "m1")
    house.advance(stored)
    house.run("UPDATE turn SET first_failed_at = now() - interval '14 minutes', crashes = 2")
    assert replay(house, stored.message_id).effect == "hastened"
    assert house.rows("SELECT crashes, first_failed_at, next_try_at, replays FROM turn") == [(0, None, None, 0)]
    house.advance(stored)
    assert house.sent == ["echo: oi"]


def test_what_is_being_answered_at_this_moment_is_left_alone(house: House) -> None:
    refused: list[str] = []

    def look(request: object) -> Completion:
        with pytest.raises(NotReplayable) as caught:
            replay(house, stored.message_id)
        refused.append(str(caught.value))
        return Completion("pronto", usage=Usage(1, 1))

    house.provider.script = [look]
    stored = house.say("oi", "m1")
    house.advance(stored)
    assert refused == ["it is being answered at this moment"]
    assert house.sent == ["pronto"]


def test_a_message_that_waits_for_its_turn_is_due_at_once(house: House) -> None:
    stored = house.say("oi", "m1", wait=60)
    assert replay(house, stored.message_id).effect == "hastened"
    house.advance(stored)
    assert house.sent == ["echo: oi"]


def test_what_nobody_was_to_answer_needs_force(house: House) -> None:
    stored = house.receive(InboundMessage("m1", "+5511999990000", "estou de férias", unanswerable="auto-reply"))
    with pytest.raises(NotReplayable, match=r"nobody was to answer this message \(auto-reply\)"):
        replay(house, stored.message_id)
    house.advance(stored)
    assert house.sent == []
    assert replay(house, stored.message_id, force=True).effect == "admitted"
    house.advance(stored)
    assert house.sent == ["echo: estou de férias"]


def test_a_fenced_turn_that_a_person_has_looked_at_is_answered(house: House) -> None:
    house.channel.capabilities = Capabilities(40, "plain", "push", coalesces=False, meets_machines=True)
    for number in range(31):
        stored = house.say(f"oi {number}", f"m{number}")
    house.advance(stored)
    assert house.rows("SELECT outcome FROM turn ORDER BY number DESC LIMIT 1") == [("fenced",)]
    sent = len(house.sent)
    replay(house, stored.message_id)
    house.advance(stored)
    assert house.sent[sent:] == ["echo: oi 30"]


def test_a_conversation_that_a_person_holds_is_hers(house: House) -> None:
    stored = apologised(house)
    with session_scope(house.engine) as connection:
        take_conversation(connection, house.account.tenant_id, stored.conversation_id, "Bia")
    with pytest.raises(NotReplayable, match=r"Bia answers .* inbox release"):
        replay(house, stored.message_id)


def test_a_person_may_answer_a_turn_that_was_begun_again(house: House) -> None:
    stored = apologised(house)
    replay(house, stored.message_id)
    with session_scope(house.engine) as connection:
        take_conversation(connection, house.account.tenant_id, stored.conversation_id, "Bia")
        say_as_person(connection, stored.conversation_id, "aqui é a Bia", [RenderedPart("aqui é a Bia")])
    house.advance(stored)
    assert house.sent[1:] == ["aqui é a Bia"]
    assert house.rows("SELECT outcome FROM turn") == [("person",)]


def test_the_old_apology_never_follows_the_new_answer(house: House) -> None:
    house.channel.outcomes = [Rejected("63024", "no", permanent=True)]
    house.provider.script = [_GONE]
    stored = house.say("oi", "m1")
    house.advance(stored)
    [(part_id,)] = house.rows("SELECT id FROM outbox")
    replay(house, stored.message_id)
    with session_scope(house.engine) as connection:
        row = connection.execute(outbox.select()).one()
        template = OutboundPart(row.id, row.turn_id, row.number, row.to_address, "template", None, {})
        assert not say_again(connection, template)
    house.run("UPDATE outbox SET status = 'failed'")  # as a late receipt may have it
    with pytest.raises(NotDecidable, match="begun again"), session_scope(house.engine) as connection:
        retry_part(connection, house.account.tenant_id, part_id)
    house.advance(stored)
    assert house.sent == ["echo: oi"]


def test_who_reads_the_conversation_sees_how_the_new_answer_fared(house: House) -> None:
    house.channel.outcomes = [Rejected("63024", "no", permanent=True)]
    house.provider.script = [_GONE]
    stored = house.say("oi", "m1")
    house.advance(stored)
    replay(house, stored.message_id)
    house.advance(stored)
    with session_scope(house.engine) as connection:
        lines = read_conversation(connection, house.account.tenant_id, stored.conversation_id)
    assert [(line.direction, line.delivery) for line in lines] == [("in", ""), ("out", "rejected"), ("out", "sent")]


def test_a_reset_that_is_replayed_forgets_nothing_that_was_said_after_a_later_one(house: House) -> None:
    house.channel.capabilities = Capabilities(40, "plain", "push", coalesces=False)
    house.run("UPDATE conversation SET memory_from_seq = 0")
    first = house.say("/reset", "m1")
    house.advance(first)
    house.run("UPDATE turn SET outcome = 'apologised'")
    house.advance(house.say("/reset", "m2"))
    [(later,)] = house.rows("SELECT memory_from_seq FROM conversation")
    replay(house, first.message_id)
    house.advance(first)
    assert house.rows("SELECT memory_from_seq FROM conversation") == [(later,)]


def test_of_many_who_ask_at_once_one_begins_it_again(house: House) -> None:
    stored = apologised(house)
    effects: list[str] = []
    threads = [
        threading.Thread(target=lambda: effects.append(replay(house, stored.message_id).effect)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(effects) == ["hastened"] * 7 + ["reopened"]
    house.advance(stored)
    assert house.sent[1:] == ["echo: oi"]
    assert house.rows("SELECT replays FROM turn") == [(1,)]


def test_a_death_while_it_is_written_changes_nothing(house: House) -> None:
    stored = apologised(house)

    def die(point: str) -> None:
        if point == "replay.reopened":
            raise Killed

    set_fault_hook(die)
    try:
        with pytest.raises(Killed):
            replay(house, stored.message_id)
    finally:
        set_fault_hook(None)
    assert house.rows("SELECT status, outcome, replays FROM turn") == [("settled", "apologised", 0)]


def test_the_list_tells_who_and_why_oldest_first(house: House) -> None:
    apologised(house, "um", "m1")
    house.provider.script = [OperationalError("SELECT 1", {}, Exception("gone"))]
    house.advance(house.say("dois", "m2", sender="+5511900001111"))
    house.advance(house.say("tres", "m3", sender="+5511900002222"))
    with session_scope(house.engine) as connection:
        listed = list_failed_turns(connection, house.account.tenant_id, within=timedelta(days=1))
    assert [(turn.text, turn.outcome, turn.sender) for turn in listed] == [
        ("um", "apologised", "+5511999990000"),
        ("dois", "", "+5511900001111"),
    ]
    assert "the key is wrong" in listed[0].error


def name(column: str) -> Callable[[House], str]:
    return lambda house: str(house.rows(f"SELECT {column} FROM message WHERE direction = 'in'")[0][0])


@pytest.mark.parametrize("asked", [name("external_id"), name("trace_id")])
def test_a_message_is_found_by_what_platform_and_log_call_it(house: House, asked: Callable[[House], str]) -> None:
    stored = apologised(house)
    with session_scope(house.engine) as connection:
        assert find_messages_named(connection, house.account.tenant_id, asked(house)) == [stored.message_id]
        assert find_messages_named(connection, house.account.tenant_id, "unheard of") == []


def test_a_replay_says_nothing_about_how_long_answers_take(house: House) -> None:
    stored = apologised(house)
    house.run("UPDATE message SET received_at = now() - interval '3 days'")
    replay(house, stored.message_id)
    house.advance(stored)
    with session_scope(house.engine) as connection:
        day = SystemClock().today("UTC")
        report = usage_report(connection, house.account.tenant_id, day - timedelta(days=5), day, "UTC")
    assert [(row.turns, row.mean_response_ms) for row in report] == [(1, None)]
