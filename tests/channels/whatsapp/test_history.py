"""What no webhook brought is listed as if it had."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from channels.whatsapp import WhatsAppChannel
from models.errors import DeliveryError
from models.inbound import InboundMessage
from models.reply import OutboundPart
from tests.channels.whatsapp.conftest import signed_request
from tests.standins.twilio import PERSON, StandInTwilio

_OTHER = "whatsapp:+5521912345678"


def _hour_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def _age(twilio: StandInTwilio, minutes: float) -> None:
    """The newest received message came that long ago."""
    twilio.history.received[-1].created_at = datetime.now(UTC) - timedelta(minutes=minutes)


def _text(message: InboundMessage) -> tuple[str, str]:
    return message.sender, message.text


def test_what_was_missed_is_listed_oldest_first(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    for minutes, sender, text in ((1, PERSON, "terceira"), (3, PERSON, "primeira"), (2, _OTHER, "segunda")):
        twilio.receive(text, sender)
        _age(twilio, minutes)
    found = channel.list_since(_hour_ago())
    assert [_text(m) for m in found] == [(PERSON, "primeira"), (_OTHER, "segunda"), (PERSON, "terceira")]


def test_a_listed_message_is_the_same_as_the_posted_one(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    file = twilio.host_file(b"%PDF-1.7", "application/pdf")
    form = twilio.receive("proposta.pdf", "whatsapp:+551187654321", files=[file])
    [posted] = channel.parse(signed_request(form))
    [listed] = channel.list_since(_hour_ago())
    assert isinstance(posted, InboundMessage)
    for name in ("external_id", "sender", "reply_to", "text", "kind", "thread", "fingerprint", "unanswerable"):
        assert getattr(listed, name) == getattr(posted, name), name
    assert [(m.content_type, m.name) for m in listed.media] == [("application/pdf", "proposta.pdf")]
    assert channel.fetch(listed.media[0]).content == b"%PDF-1.7"


def test_a_message_with_two_files_has_both(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    files = [twilio.host_file(b"GIF89a", "image/gif"), twilio.host_file(b"\xff\xd8\xff", "image/jpeg")]
    twilio.receive("", files=files)
    [listed] = channel.list_since(_hour_ago())
    assert [m.content_type for m in listed.media] == ["image/gif", "image/jpeg"]


def test_what_came_before_and_what_we_sent_is_left_out(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    twilio.receive("de ontem")
    _age(twilio, 24 * 60)
    twilio.receive("de agora")
    channel.send(_part())
    assert [m.text for m in channel.list_since(_hour_ago())] == ["de agora"]


def test_only_messages_to_our_number_are_asked_for(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    since = _hour_ago()
    channel.list_since(since)
    [(method, _, query)] = twilio.requests
    assert (method, query["To"]) == ("GET", twilio.number)
    assert datetime.fromisoformat(query["DateSent>"]) == since.replace(microsecond=0)


def test_a_list_that_lags_tells_the_message_later(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    twilio.receive("Oi")
    twilio.list_lag = timedelta(minutes=5)
    assert channel.list_since(_hour_ago()) == []
    twilio.list_lag = timedelta(0)
    assert [m.text for m in channel.list_since(_hour_ago())] == ["Oi"]


def test_long_lists_are_read_to_the_end(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    for number in range(230):
        twilio.receive(f"linha {number}")
    assert [m.text for m in channel.list_since(_hour_ago())] == [f"linha {number}" for number in range(230)]


def test_an_event_without_words_stays_one_in_the_list(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    twilio.receive("VOICE_CALL_REQUEST")
    [listed] = channel.list_since(_hour_ago())
    assert (listed.text, bool(listed.unanswerable)) == ("", True)


def test_what_our_door_would_refuse_is_passed_over(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    twilio.receive("de um SMS", "+5511987654321")
    twilio.receive("Oi")
    assert [m.text for m in channel.list_since(_hour_ago())] == ["Oi"]


def test_twilio_out_of_reach_is_a_delivery_error(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    with twilio.refusing(), pytest.raises(DeliveryError) as caught:
        channel.list_since(_hour_ago())
    assert not caught.value.permanent


def test_a_refusal_is_a_delivery_error_that_keeps_the_secret(channel: WhatsAppChannel) -> None:
    credentials = {**channel.account.credentials, "auth_token": "wrong-secret"}
    wrong = WhatsAppChannel(replace(channel.account, credentials=credentials))
    with pytest.raises(DeliveryError, match="HTTP 401") as caught:
        wrong.list_since(_hour_ago())
    wrong.close()
    assert "wrong-secret" not in str(caught.value)


def _part(**changes: Any) -> OutboundPart:
    return OutboundPart(uuid4(), uuid4(), 0, PERSON, "Olá", **changes)
