"""A person takes over, answers, gives back; a draft waits; the reply window closes."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from channels.base import Account, Capabilities
from models.operators.correspondence import list_conversations, read_conversation
from models.operators.handoff import release_conversation, say_as_person, take_conversation
from models.reply import Rejected, RenderedPart
from models.session import session_scope
from tests.jobs.house import House


def take(house: House, conversation_id: UUID, person: str = "bia@example.com") -> bool:
    with session_scope(house.engine) as connection:
        return take_conversation(connection, house.account.tenant_id, conversation_id, person)


def test_while_a_person_holds_a_conversation_the_bot_is_silent_and_forgets_nothing(house: House) -> None:
    stored = house.say("oi", "m1")
    assert take(house, stored.conversation_id)
    assert not take(house, stored.conversation_id, "caio@example.com")
    house.advance(stored)
    assert house.sent == []
    with session_scope(house.engine) as connection:
        assert release_conversation(connection, house.account.tenant_id, stored.conversation_id)
    house.advance(stored)
    assert house.sent == ["echo: oi"]


def test_a_persons_answer_leaves_by_the_channel_and_answers_what_waited(house: House) -> None:
    stored = house.say("preciso de desconto", "m1")
    take(house, stored.conversation_id)
    with session_scope(house.engine) as connection:
        say_as_person(connection, stored.conversation_id, "Claro, 5 %", [RenderedPart("Claro, 5 %")])
    house.advance(stored)
    assert house.sent == ["Claro, 5 %"]
    with session_scope(house.engine) as connection:
        release_conversation(connection, house.account.tenant_id, stored.conversation_id)
        lines = read_conversation(connection, house.account.tenant_id, stored.conversation_id)
    house.advance(stored)
    assert house.provider.requests == [], "what the person answered is not answered again"
    assert [(line.direction, line.text, line.outcome) for line in lines] == [
        ("in", "preciso de desconto", "person"),
        ("out", "Claro, 5 %", "person"),
    ]


def test_two_answers_at_once_are_refused_by_the_database(house: House) -> None:
    stored = house.say("oi", "m1")
    with session_scope(house.engine) as connection:
        say_as_person(connection, stored.conversation_id, "um", [RenderedPart("um")])
    with pytest.raises(IntegrityError), session_scope(house.engine) as connection:
        say_as_person(connection, stored.conversation_id, "dois", [RenderedPart("dois")])


def test_whoever_asks_for_a_person_is_heard_and_listed_first(house: House) -> None:
    house.advance(house.say("oi", "m0", sender="+55119999"))
    stored = house.say("quero falar com um humano", "m1")
    house.advance(stored)
    assert "avisei a equipe" in house.sent[-1]
    with session_scope(house.engine) as connection:
        listed = list_conversations(connection, house.account.tenant_id)
    assert listed[0].id == stored.conversation_id
    assert listed[0].wanted_at is not None
    assert len(listed) == 2


def test_a_turn_that_failed_asks_for_a_person(house: House) -> None:
    house.provider.script = [RuntimeError("bug")] * 3
    stored = house.say("oi", "m1")
    for _ in range(4):
        house.advance(stored)
        house.make_due()
    assert house.rows("SELECT outcome FROM turn") == [("apologised",)]
    assert house.rows("SELECT wanted_at IS NOT NULL FROM conversation") == [(True,)]


def test_a_draft_waits_for_approval_and_holds_back_what_comes_after(house: House) -> None:
    house.channel.account = Account("fake", "default", drafts=True)
    stored = house.say("oi", "m1")
    house.advance(stored)
    house.say("e aí?", "m2")
    house.advance(stored)
    assert house.sent == []
    house.run("UPDATE outbox SET status = 'pending'; UPDATE conversation SET due_at = now()")
    house.advance(stored)
    assert house.sent == ["echo: oi"]
    assert house.rows("SELECT status FROM outbox ORDER BY created_at") == [("sent",), ("draft",)]


def test_after_the_window_closed_the_template_speaks(house: House) -> None:
    close_window(house)
    house.channel.template = "Temos uma resposta para você"
    stored = house.say("oi", "m1")
    house.run("UPDATE message SET received_at = now() - interval '25 hours'")
    house.advance(stored)
    assert house.sent == ["Temos uma resposta para você"]


def test_after_the_window_closed_without_a_template_the_reply_fails_visibly(house: House) -> None:
    close_window(house)
    stored = house.say("oi", "m1")
    house.run("UPDATE message SET received_at = now() - interval '25 hours'")
    house.advance(stored)
    assert house.sent == []
    assert house.rows("SELECT status, error_code FROM outbox") == [("failed", "window")]


def test_when_the_platform_says_that_the_window_closed_the_template_goes_once(house: House) -> None:
    house.channel.template = "Temos uma resposta para você"
    house.channel.outcomes = [Rejected("63016", "outside the window", permanent=False, use_template=True)] * 2
    stored = house.say("oi", "m1")
    house.advance(stored)
    assert house.sent == []
    assert house.rows("SELECT status, error_code FROM outbox") == [("failed", "63016")], "refused as a template too"


def close_window(house: House) -> None:
    house.channel.capabilities = replace(
        Capabilities(40, "plain", "push", coalesces=True), reply_window=timedelta(hours=24)
    )
