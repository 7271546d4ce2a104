"""Sending and asking back, against a real server that stands in for Twilio."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from channels.base import Account
from channels.whatsapp import WhatsAppChannel
from channels.whatsapp.errors import CODES, explain
from channels.whatsapp.send import judge_refusal, status_callback
from channels.whatsapp.transport import Refused
from models.reply import Absent, Accepted, OutboundPart, Rejected, Reply, Unknown
from tests.standins.twilio import StandInTwilio
from tests.standins.twilio_http import Fault
from tests.waiting import eventually

_TO = "whatsapp:+5511987654321"


def _part(body: str = "*Olá* 👍", **changes: Any) -> OutboundPart:
    part = OutboundPart(uuid4(), uuid4(), 0, _TO, body, attempted_at=datetime.now(UTC))
    return replace(part, **changes)


@pytest.fixture
def hurried(channel: WhatsAppChannel) -> Iterator[WhatsAppChannel]:
    """The same channel, but it waits a fifth of a second for an answer."""
    built = WhatsAppChannel(channel.account, read_timeout=0.2)
    yield built
    built.close()


def test_an_accepted_part_carries_its_sid_and_our_id_in_the_callback(
    channel: WhatsAppChannel, twilio: StandInTwilio
) -> None:
    part = _part()
    outcome = channel.send(part)
    [message] = twilio.history.messages
    assert outcome == Accepted(message.sid)
    assert (message.to, message.sender, message.body) == (_TO, channel.account.address, "*Olá* 👍")
    assert message.status_callback == f"https://bot.example.com/webhooks/whatsapp/default/status/{part.id}"


def test_everything_render_makes_is_accepted_within_twilios_limit(
    channel: WhatsAppChannel, twilio: StandInTwilio
) -> None:
    rendered = channel.render(Reply("**Olá** 👍🏽 " * 700))
    assert all(isinstance(channel.send(_part(piece.body)), Accepted) for piece in rendered)
    assert twilio.history.bodies_to(_TO) == [piece.body for piece in rendered]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"body": "x" * 1601}, "21617"),
        ({"body": "👍" * 801}, "21617"),
        ({"to": "whatsapp:+12"}, "21211"),
        ({"body": ""}, "21602"),
    ],
)
def test_what_twilio_refuses_for_good_is_rejected_with_words_for_the_operator(
    channel: WhatsAppChannel, twilio: StandInTwilio, changes: dict[str, str], code: str
) -> None:
    outcome = channel.send(_part(**changes))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.permanent, outcome.retry_after) == (code, True, None)
    assert outcome.reason == explain(code) != ""
    assert not twilio.history.messages


def test_a_wrong_password_is_tried_again_later(account: Account, twilio: StandInTwilio) -> None:
    wrong = {**account.credentials, "auth_token": "wrong", "api_base_url": twilio.url}
    channel = WhatsAppChannel(replace(account, credentials=wrong))
    outcome = channel.send(_part())
    channel.close()
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.permanent) == ("20003", False)


def test_during_a_rotation_the_primary_token_sends(account: Account, twilio: StandInTwilio) -> None:
    tokens = f"{twilio.auth_token},old-token"
    channel = WhatsAppChannel(
        replace(account, credentials={**account.credentials, "auth_token": tokens, "api_base_url": twilio.url})
    )
    outcome = channel.send(_part())
    channel.close()
    assert isinstance(outcome, Accepted)


def test_a_refused_connection_means_that_nothing_was_sent(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    with twilio.refusing():
        outcome = channel.send(_part())
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.permanent) == ("connection", False)
    assert isinstance(channel.send(_part()), Accepted)


def test_a_connection_that_is_refused_after_earlier_sends_is_never_taken_for_success(
    channel: WhatsAppChannel, twilio: StandInTwilio
) -> None:
    assert isinstance(channel.send(_part()), Accepted)
    with twilio.refusing():
        assert not isinstance(channel.send(_part()), Accepted)
    assert len(twilio.history.messages) == 1


def test_too_many_requests_wait_as_long_as_twilio_says(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    twilio.faults.append(Fault("status", status=429, code=20429, retry_after="7"))
    assert channel.send(_part()) == Rejected(
        "20429", explain("20429"), permanent=False, retry_after=7.0, rests_sender=True
    )


@pytest.mark.parametrize("code", [63017, 63018, 63038])
def test_a_limit_of_the_number_or_the_account_means_the_sender(
    channel: WhatsAppChannel, twilio: StandInTwilio, code: int
) -> None:
    twilio.faults.append(Fault("status", status=400, code=code))
    outcome = channel.send(_part())
    assert isinstance(outcome, Rejected)
    assert (outcome.permanent, outcome.rests_sender) == (False, True)


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize(
    "fault",
    [
        Fault("hang"),
        Fault("reset"),
        Fault("garbage"),
        Fault("status", status=500),
        Fault("status", status=503, code=20503),
        Fault("status", status=408),
        Fault("status", status=302),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
def test_whatever_may_have_been_taken_is_unknown_until_it_is_reconciled(
    channel: WhatsAppChannel, hurried: WhatsAppChannel, twilio: StandInTwilio, fault: Fault, accepted: bool
) -> None:
    twilio.faults.append(replace(fault, accepted=accepted))
    part = _part()
    assert isinstance(hurried.send(part), Unknown)
    eventually(lambda: len(twilio.requests) == 1 and len(twilio.history.messages) == accepted)
    found = channel.reconcile(part)
    assert found == (Accepted(twilio.history.messages[0].sid) if accepted else Absent())
    assert len(twilio.requests) == 2, "one POST, one GET: nothing is repeated"


def test_a_slow_answer_is_waited_for(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    twilio.faults.append(Fault("slow", seconds=0.3))
    assert isinstance(channel.send(_part()), Accepted)


def test_reconciling_while_twilio_is_away_leaves_it_unknown(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    with twilio.refusing():
        assert isinstance(channel.reconcile(_part()), Unknown)


def test_a_list_that_lags_says_absent_first_and_accepted_later(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    part = _part()
    accepted = channel.send(part)
    twilio.list_lag = timedelta(hours=1)
    assert channel.reconcile(part) == Absent()
    twilio.list_lag = timedelta(0)
    assert channel.reconcile(part) == accepted


def test_only_the_same_words_to_the_same_person_since_the_attempt_are_this_part(
    channel: WhatsAppChannel, twilio: StandInTwilio
) -> None:
    channel.send(_part("outro texto"))
    channel.send(_part(to="whatsapp:+5511900000001"))
    assert channel.reconcile(_part()) == Absent()
    channel.send(_part())
    assert channel.reconcile(_part(attempted_at=datetime.now(UTC) + timedelta(seconds=60))) == Absent()
    assert isinstance(channel.reconcile(_part()), Accepted)


def test_a_twin_that_is_another_part_s_is_passed_over(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    first, second = channel.send(_part("ok")), channel.send(_part("ok"))
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert channel.reconcile(_part("ok", taken=frozenset({first.provider_id}))) == second
    assert channel.reconcile(_part("ok", taken=frozenset({first.provider_id, second.provider_id}))) == Absent()


def test_a_part_that_was_never_attempted_is_absent_without_asking(
    channel: WhatsAppChannel, twilio: StandInTwilio
) -> None:
    assert channel.reconcile(_part(attempted_at=None)) == Absent()
    assert not twilio.requests


def test_the_list_is_read_page_by_page(channel: WhatsAppChannel, twilio: StandInTwilio) -> None:
    part = _part("a que falta")
    accepted = channel.send(part)
    for number in range(150):
        twilio.accept({"To": _TO, "From": twilio.number, "Body": f"depois {number}"})
    assert channel.reconcile(part) == accepted
    assert [query.get("Page", "0") for method, _, query in twilio.requests if method == "GET"] == ["0", "1"]


def test_a_callback_to_our_own_machine_is_only_asked_of_a_twilio_on_our_own_machine(account: Account) -> None:
    local = replace(account, public_base_url="http://127.0.0.1:8000")
    assert status_callback(local, _part()) == ""
    standin = replace(local, credentials={"api_base_url": "http://localhost:9999"})
    assert status_callback(standin, _part()).startswith("http://127.0.0.1:8000/webhooks/whatsapp/default/status/")
    assert status_callback(replace(account, public_base_url=""), _part()) == ""


@pytest.mark.parametrize(
    ("status", "body", "permanent"),
    [
        (400, {"code": 99999, "message": "new"}, True),
        (401, {}, False),
        (403, {"code": 99998}, False),
        (404, None, False),
        (429, {"code": 63018}, False),
        (429, {"code": 21211}, False),
        (400, {"code": 63016}, True),
        (400, {"code": 63018}, False),
    ],
)
def test_unknown_codes_are_judged_by_their_status(status: int, body: object, permanent: bool) -> None:
    outcome = judge_refusal(Refused(status, {}, json.dumps(body) if body is not None else "<html>"))
    assert isinstance(outcome, Rejected)
    assert outcome.permanent is permanent
    assert outcome.code
    assert outcome.reason


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        ("999999999", 86400.0),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("²", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    refusal = Refused(429, {"retry-after": header}, "{}")
    outcome = judge_refusal(refusal, datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert isinstance(outcome, Rejected)
    assert outcome.retry_after == seconds


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_known_code_is_explained_in_three_languages(code: str) -> None:
    texts = {explain(code, "pt"), explain(code, "en"), explain(code, "es")}
    assert len(texts) == 3
    assert all(text.endswith(".") for text in texts)


def test_an_unknown_code_has_no_explanation() -> None:
    assert explain("12345") == ""
