"""What a person decides about a part, and what the worker then does with it."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from models.history import recent_turns
from models.inbox import Stored
from models.operators.drafts import Decision, approve_draft, list_parts, reject_draft, retry_part
from models.reply import Absent, Accepted, Rejected, Unknown
from models.session import session_scope
from tests.jobs.house import House

REFUSED = Rejected("21610", "unsubscribed", permanent=True)
Decide = Callable[[Connection, UUID, UUID], Decision]


def draft(house: House, words: str = "oi", external_id: str = "m1") -> Stored:
    house.channel.account = replace(house.channel.account, drafts=True)
    stored = house.say(words, external_id)
    house.advance(stored)
    return stored


def decide(house: House, decision: Decide, number: int = 0) -> Decision:
    with session_scope(house.engine) as connection:
        [part] = [
            one
            for one in list_parts(connection, house.account.tenant_id, ("draft", "failed", "held"))
            if one.number == number
        ]
        return decision(connection, house.account.tenant_id, part.id)


def test_an_approved_draft_is_sent_in_order_and_the_next_question_is_answered(house: House) -> None:
    house.provider.script = ["um|dois"]
    stored = draft(house)
    house.say("e aí?", "m2")
    assert decide(house, approve_draft).parts == 2
    house.advance(stored)
    house.make_due()
    house.advance(stored)
    assert house.sent == ["um", "dois"]
    assert house.rows("SELECT status FROM outbox ORDER BY created_at, number")[-1] == ("draft",), "the next answer"


def test_a_rejected_draft_ends_its_turn_unsent_and_is_no_memory(house: House) -> None:
    stored = draft(house)
    decide(house, reject_draft)
    house.advance(stored)
    assert house.sent == []
    assert house.rows("SELECT status, outcome FROM turn") == [("settled", "rejected")]
    with session_scope(house.engine) as connection:
        past = recent_turns(connection, stored.conversation_id, before_number=99, from_seq=0, limit=9)
    assert past == []


def test_what_failed_is_sent_once_more_and_once_only(house: House) -> None:
    house.provider.script = ["um|dois"]
    house.channel.outcomes = [REFUSED]
    stored = house.say("oi", "m1")
    house.advance(stored)
    assert house.sent == []
    assert decide(house, retry_part).parts == 2
    for _ in range(3):
        house.advance(stored)
        house.make_due()
    assert house.sent == ["um", "dois"]
    assert house.rows("SELECT status FROM turn") == [("settled",)]


def test_a_held_part_sent_anyway_is_asked_for_like_any_other(house: House) -> None:
    house.channel.outcomes = [Unknown("time-out")]
    stored = house.say("oi", "m1")
    house.advance(stored)
    house.run("UPDATE outbox SET created_at = now() - interval '2 hours'")
    house.make_due()
    house.advance(stored)
    assert house.rows("SELECT status FROM outbox") == [("held",)]
    decide(house, lambda connection, tenant_id, part_id: retry_part(connection, tenant_id, part_id, anyway=True))
    house.channel.outcomes, house.channel.findings = [Unknown("time-out")], [Absent(), Accepted("SM2")]
    for _ in range(3):
        house.advance(stored)
        house.make_due()
    assert house.sent == [], "the platform had it the second time"
    assert house.rows("SELECT status, provider_id FROM outbox") == [("sent", "SM2")]


def test_a_draft_that_waited_for_long_has_all_its_patience_left(house: House) -> None:
    stored = draft(house)
    house.run("UPDATE outbox SET created_at = now() - interval '3 days'")
    decide(house, approve_draft)
    house.channel.outcomes = [Rejected("429", "too many", permanent=False)]
    house.advance(stored)
    house.make_due()
    house.advance(stored)
    assert house.sent == ["echo: oi"]
