"""The typing indicator helps and never harms."""

import time

import pytest

from channels.whatsapp import WhatsAppChannel
from tests.standins.twilio import StandInTwilio


def test_the_person_sees_that_an_answer_to_her_message_is_being_written(
    channel: WhatsAppChannel, twilio: StandInTwilio
) -> None:
    sid = twilio.receive("Oi")["MessageSid"]
    channel.show_typing(sid)
    assert twilio.history.typing == [sid]


@pytest.mark.parametrize("external_id", ["", "x", "SM1"])
def test_a_message_that_twilio_does_not_know_harms_nobody(
    channel: WhatsAppChannel, twilio: StandInTwilio, external_id: str
) -> None:
    channel.show_typing(external_id)
    assert twilio.history.typing == []
    assert len(twilio.requests) == 1


def test_twilio_out_of_reach_harms_nobody(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    with twilio.refusing():
        channel.show_typing("SM" + "a" * 32)
    assert twilio.history.typing == []
    channel.show_typing("SM" + "a" * 32)
    assert len(twilio.requests) == 1, "it is asked again as soon as it is back"


@pytest.mark.slow
def test_a_slow_answer_is_not_waited_for(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    twilio.typing_delay = 30.0
    began = time.monotonic()
    channel.show_typing("SM" + "a" * 32)
    assert time.monotonic() - began < 25
