"""What every channel of the registry must keep to."""

import inspect
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.base import Channel, History, InboundRequest, MediaSource, Templates, Typing
from channels.registry import CHANNELS, build_channel
from models.errors import ChannelError, PayloadError, VerificationError
from models.inbound import InboundMessage, Receipt
from models.reply import Absent, Accepted, OutboundPart, Rejected, Reply, Unknown
from tests.contracts.channel_specimens import SPECIMENS, Specimen

_SETTINGS = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=sorted(CHANNELS))
def specimen(request: pytest.FixtureRequest) -> Specimen:
    assert request.param in SPECIMENS, f"{request.param} has no specimen in tests/contracts/channel_specimens.py"
    return SPECIMENS[request.param]()


@pytest.fixture
def channel(specimen: Specimen) -> Channel:
    return build_channel(specimen.account)


def test_every_channel_has_a_specimen_and_every_specimen_a_channel() -> None:
    assert set(SPECIMENS) == set(CHANNELS)


def test_it_has_exactly_the_methods_of_the_protocol(channel: Channel) -> None:
    for name in ("verify", "parse", "render", "send", "reconcile"):
        wanted = list(inspect.signature(getattr(Channel, name)).parameters)[1:]
        assert list(inspect.signature(getattr(channel, name)).parameters) == wanted


@pytest.mark.parametrize("protocol", [MediaSource, Typing, History, Templates])
def test_of_a_narrow_protocol_it_has_every_method_or_none(channel: Channel, protocol: type) -> None:
    wanted = {name: method for name, method in vars(protocol).items() if inspect.isfunction(method) and name[0] != "_"}
    assert wanted
    found = {name for name in wanted if hasattr(channel, name)}
    assert found in (set(), set(wanted))
    for name in found:
        parameters = list(inspect.signature(wanted[name]).parameters)[1:]
        assert list(inspect.signature(getattr(channel, name)).parameters) == parameters


def test_its_name_is_the_one_it_is_registered_under(channel: Channel, specimen: Specimen) -> None:
    assert channel.name == specimen.account.channel
    assert channel.account == specimen.account
    assert channel.capabilities.max_text > 0
    assert channel.capabilities.max_body > 0


def test_a_genuine_message_is_verified_and_read(channel: Channel, specimen: Specimen) -> None:
    channel.verify(specimen.message)
    [message] = channel.parse(specimen.message)
    assert isinstance(message, InboundMessage)
    assert message.external_id
    assert message.sender == specimen.to
    assert message.text == "Quanto vendi?"
    assert message.kind == "text"
    assert message.sender not in message.aliases


def test_a_genuine_receipt_is_verified_and_read(channel: Channel, specimen: Specimen) -> None:
    if specimen.receipt is None:
        assert channel.capabilities.delivery == "pull", "whoever pushes gets receipts"
        return
    channel.verify(specimen.receipt)
    [receipt] = channel.parse(specimen.receipt)
    assert isinstance(receipt, Receipt)
    assert receipt.status == receipt.status.lower() != ""
    assert receipt.part_id or receipt.external_id


def test_whatever_the_platform_did_not_send_is_refused(channel: Channel, specimen: Specimen) -> None:
    assert specimen.forged or specimen.door_authenticates
    for request in specimen.forged:
        with pytest.raises(VerificationError):
            channel.verify(request)


def test_without_credentials_nothing_is_genuine(specimen: Specimen) -> None:
    if specimen.door_authenticates:
        return
    bare = build_channel(replace(specimen.account, credentials={}))
    with pytest.raises(VerificationError):
        bare.verify(specimen.message)


def test_genuine_but_unreadable_is_a_payload_error(channel: Channel, specimen: Specimen) -> None:
    channel.verify(specimen.unreadable)
    with pytest.raises(PayloadError) as caught:
        channel.parse(specimen.unreadable)
    assert str(caught.value)


def test_parsing_twice_gives_the_same_values(channel: Channel, specimen: Specimen) -> None:
    for request in filter(None, (specimen.message, specimen.receipt)):
        assert channel.parse(request) == channel.parse(request)


_HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "x-twilio-signature", "authorization", "idempotency-key"]),
    st.sampled_from(["application/json", "application/x-www-form-urlencoded"]) | st.text(max_size=20),
)


@_SETTINGS
@given(
    headers=_HEADERS, target=st.text(max_size=40), body=st.binary(max_size=200), method=st.sampled_from(["POST", "GET"])
)
def test_garbage_raises_channel_errors_only(
    channel: Channel, headers: Mapping[str, str], target: str, body: bytes, method: str
) -> None:
    request = InboundRequest("default", method, "/" + target, headers, body)
    for step in (channel.verify, channel.parse):
        with suppress(ChannelError):
            step(request)


@_SETTINGS
@given(position=st.integers(0, 400), junk=st.binary(min_size=1, max_size=3))
def test_a_damaged_message_raises_channel_errors_only(
    channel: Channel, specimen: Specimen, position: int, junk: bytes
) -> None:
    body = specimen.message.body
    place = position % len(body)
    request = replace(specimen.message, body=body[:place] + junk + body[place + len(junk) :])
    with suppress(ChannelError):
        channel.verify(request)
    with suppress(ChannelError):
        channel.parse(request)


@_SETTINGS
@given(st.text(max_size=300), st.integers(1, 30))
def test_replies_are_rendered_within_the_limits_and_the_same_way_each_time(
    channel: Channel, text: str, times: int
) -> None:
    reply = Reply(text * times)
    parts = channel.render(reply)
    assert parts
    assert all(len(part.body) <= channel.capabilities.max_text for part in parts)
    assert parts == channel.render(reply)


def test_every_word_of_a_plain_reply_arrives_in_order(channel: Channel) -> None:
    words = [f"palavra{number}" for number in range(900)]
    rendered = " ".join(part.body for part in channel.render(Reply(" ".join(words))))
    assert rendered.split() == words


def test_sending_never_raises_and_says_when_nothing_left(specimen: Specimen) -> None:
    channel = build_channel(specimen.unreachable or specimen.account)
    part = OutboundPart(uuid4(), uuid4(), 0, specimen.to, "Olá", attempted_at=datetime.now(UTC))
    outcome, found = channel.send(part), channel.reconcile(part)
    if channel.capabilities.delivery == "pull":
        assert isinstance(outcome, Accepted)
        assert isinstance(found, Accepted)
    else:
        assert isinstance(outcome, Rejected)
        assert not outcome.permanent
        assert isinstance(found, Unknown | Absent)
