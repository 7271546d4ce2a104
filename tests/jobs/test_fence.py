"""Machines that talk to each other are met by silence in the end, and a person is called, once."""

from dataclasses import replace

import pytest

from channels.base import Capabilities
from channels.email import EmailChannel
from jobs.advance import advance
from jobs.runtime import DutyAddress, WorkPolicy, set_services
from models.inbound import InboundMessage
from models.session import session_scope
from models.tenant import ensure_account
from tests.fakes import FullFakeChannel
from tests.jobs.house import House

ROBOT = "robot@example.com"
MAIL = Capabilities(max_text=1000, markup="plain", delivery="push", coalesces=False, meets_machines=True)


@pytest.fixture
def pager(house: House) -> FullFakeChannel:
    """Whoever is on duty; three turns an hour and five a day are the most that anybody gets."""
    house.channel.capabilities = MAIL  # type: ignore[misc]  # a ClassVar in the protocol, varied by tests
    with session_scope(house.engine) as connection:
        ensure_account(connection, house.account.tenant_id, channel="whatsapp")
    made = FullFakeChannel()
    channels = {"fake": house.channel, "whatsapp": made}
    policy = replace(house.services.policy, turns_an_hour=3, turns_a_day=5)
    duty = (DutyAddress("whatsapp", "default", "whatsapp:+5511977776666"),)
    set_services(replace(house.services, channel_for=lambda name, _: channels.get(name), policy=policy, duty=duty))
    return made


def write(house: House, number: int, *, sender: str = ROBOT, thread: str = "") -> None:
    message = InboundMessage(f"<{number}@example.com>", sender, "Estou fora do escritorio", thread=thread)
    house.advance(house.receive(message))


def notices(house: House, pager: FullFakeChannel) -> list[str]:
    for [duty] in house.rows("SELECT id FROM conversation WHERE thread_key LIKE 'duty:%'"):
        advance(str(duty))
    return [part.body for part in pager.sent]


def outcomes(house: House) -> list[str]:
    return [
        outcome for [outcome] in house.rows("SELECT outcome FROM turn WHERE outcome <> 'notice' ORDER BY frozen_at")
    ]


def test_a_machine_that_opens_a_thread_each_time_is_silenced(house: House, pager: FullFakeChannel) -> None:
    for number in range(6):
        write(house, number, thread=f"t{number}")
    assert len(house.sent) == 3
    assert outcomes(house) == ["answered"] * 3 + ["fenced"] * 3
    assert len(house.provider.requests) == 3, "nor is an LLM paid for it"
    assert house.rows("SELECT count(*) FROM message WHERE direction = 'in'") == [(6,)]


def test_a_machine_that_changes_its_address_in_one_thread_is_silenced(house: House, pager: FullFakeChannel) -> None:
    for number in range(5):
        write(house, number, sender=f"robot{number}@example.com", thread="same")
    assert len(house.sent) == 3


def test_a_person_is_told_once_and_finds_every_message_that_nobody_answered(
    house: House, pager: FullFakeChannel
) -> None:
    for number in range(6):
        write(house, number, thread=f"t{number}")
    [notice] = notices(house, pager)
    assert "mensagens demais do mesmo remetente" in notice
    assert ROBOT in notice
    assert house.rows("SELECT count(*) FROM conversation WHERE wanted_at IS NOT NULL") == [(3,)]


def test_others_are_answered_meanwhile_and_the_same_one_an_hour_later(house: House, pager: FullFakeChannel) -> None:
    for number in range(4):
        write(house, number, thread="t")
    write(house, 8, sender="ana@example.com", thread="u")
    assert outcomes(house)[-1] == "answered"
    house.run("UPDATE turn SET frozen_at = frozen_at - interval '61 minutes'")
    write(house, 9, thread="t")
    assert outcomes(house)[-1] == "answered"


def test_a_slow_machine_is_silenced_by_the_day(house: House, pager: FullFakeChannel) -> None:
    for number in range(7):
        write(house, number, thread=f"t{number}")
        house.run("UPDATE turn SET frozen_at = frozen_at - interval '61 minutes'")
    assert len(house.sent) == 5


def test_whoever_keeps_writing_stays_outside(house: House, pager: FullFakeChannel) -> None:
    for number in range(12):
        write(house, number, thread="t")
        house.run("UPDATE turn SET frozen_at = frozen_at - interval '16 minutes'")
    assert len(house.sent) == 3


def test_no_apology_passes_the_fence_either(house: House, pager: FullFakeChannel) -> None:
    house.provider.script = [KeyError("a bug")] * 30
    for number in range(5):
        write(house, number, thread="t")
        house.run("UPDATE turn SET crashes = 3 WHERE status = 'open'")
        house.make_due()
        for [conversation] in house.rows("SELECT id FROM conversation WHERE thread_key NOT LIKE 'duty:%'"):
            advance(str(conversation))
    assert len(house.sent) == 3


def test_what_met_silence_is_no_memory(house: House, pager: FullFakeChannel) -> None:
    for number in range(4):
        write(house, number, thread="t")
    house.run("UPDATE turn SET frozen_at = frozen_at - interval '61 minutes'")
    write(house, 9, thread="t")
    said = [line.content for line in house.provider.requests[-1].messages]
    assert "" not in said


def test_where_people_write_there_is_no_fence(house: House, pager: FullFakeChannel) -> None:
    house.channel.capabilities = replace(MAIL, meets_machines=False)  # type: ignore[misc]
    for number in range(5):
        write(house, number, thread="t")
    assert len(house.sent) == 5


def test_mail_has_the_fence_with_limits_that_no_person_meets() -> None:
    assert EmailChannel.capabilities.meets_machines
    policy = WorkPolicy()
    assert 20 <= policy.turns_an_hour <= policy.turns_a_day <= 200
