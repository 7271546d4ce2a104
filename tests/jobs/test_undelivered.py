"""A part that the platform took and gave up later: somebody is told, once, by the worker that looks next."""

from dataclasses import replace
from uuid import UUID

import pytest

from jobs.runtime import DutyAddress, set_services
from models.delivery import find_refused_part, record_receipt, say_again
from models.inbound import Receipt
from models.inbox import Stored
from models.operators.handoff import say_as_person, take_conversation
from models.reply import RenderedPart
from models.session import session_scope
from tests.fakes import Killed
from tests.jobs.house import House
from tests.jobs.test_duty import PHONE, Duty, duty

__all__ = ["duty"]

_ON_DUTY = (DutyAddress("whatsapp", "default", PHONE),)


def lose(house: House, which: int = 0) -> Receipt:
    """As a status callback does."""
    [part_id] = house.rows("SELECT id FROM outbox WHERE to_address LIKE '+%' ORDER BY created_at, number")[which]
    receipt = Receipt(status="undelivered", external_id=f"SM{which}", part_id=UUID(str(part_id)), error_code="63024")
    with session_scope(house.engine) as connection:
        record_receipt(connection, house.account.id, house.account.tenant_id, receipt)
    return receipt


def answered(duty: Duty, words: str = "oi", external_id: str = "m1") -> Stored:
    stored = duty.house.say(words, external_id)
    duty.house.advance(stored)
    return stored


def test_the_next_look_calls_a_person_and_leaves_the_conversation_in_peace(duty: Duty) -> None:
    stored = answered(duty)
    lose(duty.house)
    assert duty.house.rows("SELECT due_at <= now(), wanted_at FROM conversation") == [(True, None)]
    duty.house.advance(stored)
    [notice] = duty.deliver()
    assert "não pôde ser entregue" in notice
    assert "outbox list --failed" in notice
    mine = f"SELECT due_at, lease_owner, undelivered_at FROM conversation WHERE id = '{stored.conversation_id}'"
    assert duty.house.rows(mine) == [(None, None, None)]


def test_several_parts_and_several_words_are_one_notice(duty: Duty) -> None:
    duty.house.provider.script = ["um|dois"]
    stored = answered(duty)
    lose(duty.house, 0)
    lose(duty.house, 0)
    lose(duty.house, 1)
    duty.house.advance(stored)
    duty.house.advance(stored)
    assert len(duty.deliver()) == 1


def test_what_a_person_wrote_is_told_once_for_each_time_it_does_not_arrive(duty: Duty) -> None:
    stored = answered(duty)
    with session_scope(duty.house.engine) as connection:
        take_conversation(connection, duty.house.account.tenant_id, stored.conversation_id, "Bia")
    for number, words in enumerate(("um", "dois"), 1):
        with session_scope(duty.house.engine) as connection:
            say_as_person(connection, stored.conversation_id, words, [RenderedPart(words)])
        duty.house.advance(stored)
        lose(duty.house, number)
        duty.house.advance(stored)
        duty.house.advance(stored)
        assert duty.count_notices() == number


def test_what_the_template_says_again_is_no_reason_to_call(duty: Duty) -> None:
    stored = answered(duty)
    receipt = lose(duty.house)
    with session_scope(duty.house.engine) as connection:
        part = find_refused_part(connection, duty.house.account.tenant_id, receipt)
        assert part is not None
        assert say_again(connection, replace(part, body="modelo"))
    duty.house.advance(stored)
    assert duty.count_notices() == 0
    assert duty.house.sent[-1] == "modelo"


def test_a_worker_that_dies_before_it_called_leaves_the_call_to_the_next(duty: Duty) -> None:
    stored = answered(duty)
    lose(duty.house)
    channels = duty.house.services.channel_for

    def die(channel: str, account: str) -> None:
        raise Killed

    set_services(replace(duty.house.services, channel_for=die, duty=_ON_DUTY))
    with pytest.raises(Killed):
        duty.house.advance(stored)
    assert duty.count_notices() == 0
    duty.house.let_leases_expire()
    pager = {"fake": channels("fake", "default"), "whatsapp": duty.pager}
    set_services(replace(duty.house.services, channel_for=lambda channel, _: pager.get(channel), duty=_ON_DUTY))
    duty.house.advance(stored)
    assert len(duty.deliver()) == 1


def test_a_notice_that_turns_out_undelivered_causes_no_other(duty: Duty, caplog: pytest.LogCaptureFixture) -> None:
    answered(duty, "falar com humano")
    duty.deliver()
    [[part_id]] = duty.house.rows("SELECT id FROM outbox WHERE to_address LIKE 'whatsapp:%'")
    with session_scope(duty.house.engine) as connection:
        receipt = Receipt(status="failed", external_id="SM1", part_id=UUID(str(part_id)))
        record_receipt(connection, duty.house.account.id, duty.house.account.tenant_id, receipt)
    assert len(duty.deliver()) == 1
    assert duty.house.rows("SELECT undelivered_at FROM conversation WHERE undelivered_at IS NOT NULL") == []
    assert [r.getMessage() for r in caplog.records].count("a notice to the operator on duty did not arrive") == 1


def test_a_call_that_cannot_be_made_is_noted_and_not_tried_for_ever(
    duty: Duty, caplog: pytest.LogCaptureFixture
) -> None:
    stored = answered(duty)
    lose(duty.house)

    def stumble(channel: str, account: str) -> None:
        if channel != "fake":
            raise KeyError("a bug")
        return duty.house.services.channel_for(channel, account)  # type: ignore[return-value]

    set_services(replace(duty.house.services, channel_for=stumble, duty=_ON_DUTY))
    duty.house.advance(stored)
    assert duty.house.rows("SELECT wanted_at IS NOT NULL, undelivered_at, lease_owner FROM conversation") == [
        (True, None, None)
    ]
    assert "the operator on duty could not be told" in caplog.text
