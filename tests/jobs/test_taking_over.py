"""Taking over in the middle of things: an answer being written, one being delivered, one that is fetched."""

from dataclasses import replace
from uuid import UUID

from agent.base import Completion, CompletionRequest
from channels.base import Capabilities
from models.answer import Answer, find_answer
from models.inbound import InboundMedia, InboundMessage
from models.operators.correspondence import find_last_words, read_conversation
from models.operators.handoff import (
    Obstacle,
    find_obstacle,
    find_question,
    release_conversation,
    say_as_person,
    take_conversation,
)
from models.reply import RenderedPart, Unknown
from models.session import session_scope
from tests.jobs.house import House

BIA = "bia@example.com"


def take(house: House, conversation_id: UUID) -> bool:
    with session_scope(house.engine) as connection:
        return take_conversation(connection, house.account.tenant_id, conversation_id, BIA)


def release(house: House, conversation_id: UUID) -> None:
    with session_scope(house.engine) as connection:
        assert release_conversation(connection, house.account.tenant_id, conversation_id)


def say(house: House, conversation_id: UUID, words: str, *, is_pulled: bool = False) -> None:
    with session_scope(house.engine) as connection:
        say_as_person(connection, conversation_id, words, [RenderedPart(words)], is_pulled=is_pulled)


def obstacle(house: House, conversation_id: UUID, *, is_pulled: bool = False) -> Obstacle | None:
    with session_scope(house.engine) as connection:
        return find_obstacle(connection, conversation_id, is_pulled=is_pulled)


def take_while_the_llm_thinks(house: House, conversation_id: UUID) -> None:
    def think(request: CompletionRequest) -> Completion:
        assert take(house, conversation_id)
        return Completion("an answer too late", llm="scripted-1")

    house.provider.script = [think]


def test_an_answer_that_is_being_written_is_stopped_by_whoever_takes_over(house: House) -> None:
    stored = house.say("oi", "m1")
    take_while_the_llm_thinks(house, stored.conversation_id)
    house.advance(stored)
    house.advance(stored)
    assert house.sent == []
    assert house.rows("SELECT status, crashes, running FROM turn") == [("open", 0, 0)]


def test_the_person_answers_the_turn_that_the_bot_had_begun(house: House) -> None:
    stored = house.say("oi", "m1")
    take_while_the_llm_thinks(house, stored.conversation_id)
    house.advance(stored)
    house.say("alguém aí?", "m2")
    assert obstacle(house, stored.conversation_id) is None
    say(house, stored.conversation_id, "Aqui é a Bia")
    house.advance(stored)
    release(house, stored.conversation_id)
    house.advance(stored)
    assert house.sent == ["Aqui é a Bia"]
    assert house.rows("SELECT status, outcome FROM turn") == [("settled", "person")], "both messages are answered"
    assert house.rows("SELECT status, error FROM run") == [("failed", "a person answered")]
    assert house.rows("SELECT status FROM completion") == [("estimated",)], "the call was made and may be billed"


def test_what_was_taken_unanswered_is_answered_by_the_bot_after_the_release(house: House) -> None:
    stored = house.say("oi", "m1")
    take_while_the_llm_thinks(house, stored.conversation_id)
    house.advance(stored)
    release(house, stored.conversation_id)
    house.advance(stored)
    assert house.sent == ["echo: oi"]


def test_an_answer_on_its_way_is_delivered_to_its_end(house: House) -> None:
    house.provider.script = ["um|dois"]
    house.channel.outcomes = [Unknown("time-out")]
    stored = house.say("oi", "m1")
    house.advance(stored)
    assert take(house, stored.conversation_id)
    assert obstacle(house, stored.conversation_id) == "delivering"


def test_a_draft_is_in_the_way_of_a_persons_answer(house: House) -> None:
    house.channel.account = replace(house.channel.account, drafts=True)
    stored = house.say("oi", "m1")
    house.advance(stored)
    assert obstacle(house, stored.conversation_id) == "draft"


def test_a_fetched_answer_wakes_whoever_waits_and_sends_nothing(house: House) -> None:
    house.channel.capabilities = Capabilities(4000, "markdown", "pull", coalesces=False)
    first, second = house.say("oi", "m1"), house.say("oi?", "m2")
    assert take(house, first.conversation_id)
    assert obstacle(house, first.conversation_id, is_pulled=True) is None
    say(house, first.conversation_id, "Aqui é a Bia", is_pulled=True)
    for stored in (first, second):
        with session_scope(house.engine) as connection:
            answer = find_answer(connection, house.account.tenant_id, stored.message_id)
        assert isinstance(answer, Answer)
        assert (answer.response, answer.outcome) == ("Aqui é a Bia", "person")
    house.advance(first)
    assert house.sent == []
    assert obstacle(house, first.conversation_id, is_pulled=True) == "nobody waits"


def test_the_last_message_is_what_a_persons_answer_hangs_on(house: House) -> None:
    mail = InboundMessage(
        "<2@x>", "ana@x.example", "E o prazo?", subject="Pedido", follows=("<1@x>",), sender_name="Ana"
    )
    house.receive(replace(mail, external_id="<1@x>", text="Bom dia", follows=()))
    stored = house.receive(mail)
    with session_scope(house.engine) as connection:
        question = find_question(connection, stored.conversation_id)
    assert question is not None
    assert (question.text, question.external_id, question.follows) == ("E o prazo?", "<2@x>", ("<1@x>",))
    assert (question.subject, question.sender, question.sender_name) == ("Pedido", "ana@x.example", "Ana")
    assert question.asked_at is not None


def test_a_person_reads_what_was_spoken_and_what_did_not_arrive(house: House) -> None:
    voice = InboundMessage("m1", "+5511999990000", "", kind="audio", media=(InboundMedia("audio/ogg", url="u"),))
    stored = house.receive(voice)
    house.run("UPDATE media SET transcript = 'quanto vendi?', status = 'stored'")
    take(house, stored.conversation_id)
    say(house, stored.conversation_id, "Já vejo")
    house.run("UPDATE outbox SET status = 'failed'")
    with session_scope(house.engine) as connection:
        lines = read_conversation(connection, house.account.tenant_id, stored.conversation_id)
        words = find_last_words(connection, stored.conversation_id)
    assert [(line.text, line.files, line.delivery) for line in lines] == [
        ("", "quanto vendi?", ""),
        ("Já vejo", "", "failed"),
    ]
    assert words == "quanto vendi?"
