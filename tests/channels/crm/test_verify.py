"""Who may speak for the CRM, in each of the four ways that CRMs have to prove it."""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import Account, InboundRequest
from channels.crm import CrmChannel
from models.errors import ConfigurationError, VerificationError
from tests.channels.crm.conftest import NOW, account_of
from tests.fakes import FixedClock
from tests.standins.crm_webhooks import (
    BASE,
    KEY,
    SECRET,
    WEBHOOK,
    basic_headers,
    hubspot_headers,
    standard_headers,
    token_target,
)

STAMP = int(NOW.timestamp())
BODY = '{"type": "message.created", "ç": "ã"}'.encode()
OTHER = "whsec_" + base64.b64encode(b"another invented key, thirty-two").decode()
CLIENT_SECRET = "an-invented-client-secret"
TOKEN = "0b7c9e1d5a3f4e2b"
PASSWORD = "recado:senha-inventada-e-longa"


def channel_of(preset: str, secret: str, *, base: str = BASE) -> CrmChannel:
    account = account_of(preset, webhook_secret=secret)
    account = Account(account.channel, account.name, "", account.credentials, base)
    return CrmChannel(account, clock=FixedClock(NOW))


def request_of(headers: dict[str, str], target: str = WEBHOOK, body: bytes = BODY) -> InboundRequest:
    return InboundRequest("default", "POST", target, headers, body)


# Standard Webhooks


@pytest.mark.parametrize("seconds", [0, -299, 299])
def test_a_standard_webhook_is_genuine_within_five_minutes_either_way(seconds: int) -> None:
    channel_of("generic", SECRET).verify(request_of(standard_headers(BODY, stamp=STAMP + seconds)))


@pytest.mark.parametrize("seconds", [-301, 301, -86_400 * 365])
def test_a_standard_webhook_of_another_time_is_refused(seconds: int) -> None:
    with pytest.raises(VerificationError, match="five minutes"):
        channel_of("generic", SECRET).verify(request_of(standard_headers(BODY, stamp=STAMP + seconds)))


def test_while_a_secret_is_replaced_both_are_good() -> None:
    request = request_of(standard_headers(BODY, stamp=STAMP))
    channel_of("generic", f"{OTHER}, {SECRET}").verify(request)
    with pytest.raises(VerificationError):
        channel_of("generic", OTHER).verify(request)


def test_one_good_signature_among_several_is_enough() -> None:
    headers = standard_headers(BODY, stamp=STAMP)
    several = f"v1a,Zm9v v1,AAAA {headers['webhook-signature']} v2,x nonsense v1"
    channel_of("generic", SECRET).verify(request_of({**headers, "webhook-signature": several}))


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-id": ""},
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "١٧٩٥"},
        {"webhook-timestamp": "9" * 30},
        {"webhook-timestamp": str(STAMP + 1)},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,çã v1 ,"},
    ],
    ids=str,
)
def test_headers_that_were_changed_are_refused(changes: dict[str, str]) -> None:
    headers = {**standard_headers(BODY, stamp=STAMP), **changes}
    with pytest.raises(VerificationError):
        channel_of("generic", SECRET).verify(request_of(headers))


def test_a_body_that_was_changed_or_is_no_text_is_refused() -> None:
    headers = standard_headers(BODY, stamp=STAMP)
    for body in (BODY + b" ", b"", b"\xff\xfe"):
        with pytest.raises(VerificationError):
            channel_of("generic", SECRET).verify(request_of(headers, body=body))


def test_the_signature_is_that_of_the_specification() -> None:
    """The scheme spelled out: HMAC-SHA256 over id, timestamp and body, joined by dots, as base64."""
    signed = b"msg_1." + str(STAMP).encode() + b"." + BODY
    mac = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert standard_headers(BODY, stamp=STAMP)["webhook-signature"] == f"v1,{mac}"


# HubSpot


@pytest.mark.parametrize(
    ("target", "signed"),
    [
        (WEBHOOK, WEBHOOK),
        (f"{WEBHOOK}?a=%3A%2f%40%21", f"{WEBHOOK}?a=:/@!"),
        (f"{WEBHOOK}?a=%C3%A7%20%3F", f"{WEBHOOK}?a=%C3%A7%20?"),
        (f"{WEBHOOK}?a=%2C%3B", f"{WEBHOOK}?a=%2C%3B"),
    ],
)
def test_hubspot_signs_the_url_with_some_escapes_decoded(target: str, signed: str) -> None:
    headers = hubspot_headers(BODY, BASE + signed, secret=CLIENT_SECRET, stamp=STAMP * 1000)
    channel_of("hubspot", CLIENT_SECRET).verify(request_of(headers, target))


@pytest.mark.parametrize("base", ["https://bot.example.com:8443", "https://example.com/recado"])
def test_hubspot_signs_ports_and_path_prefixes_as_they_are_public(base: str) -> None:
    headers = hubspot_headers(BODY, base + WEBHOOK, secret=CLIENT_SECRET, stamp=STAMP * 1000)
    channel_of("hubspot", CLIENT_SECRET, base=base).verify(request_of(headers))


def test_hubspot_is_refused_for_anything_that_was_changed() -> None:
    channel = channel_of("hubspot", CLIENT_SECRET)
    headers = hubspot_headers(BODY, BASE + WEBHOOK, secret=CLIENT_SECRET, stamp=STAMP * 1000)
    genuine = request_of(headers)
    channel.verify(genuine)
    stale = hubspot_headers(BODY, BASE + WEBHOOK, secret=CLIENT_SECRET, stamp=STAMP * 1000 - 301_000)
    for forged in (
        replace(genuine, body=BODY + b" "),
        replace(genuine, target=WEBHOOK + "?a=1"),
        replace(genuine, method="PUT"),
        replace(genuine, headers={**headers, "x-hubspot-signature-v3": ""}),
        replace(genuine, headers={**headers, "x-hubspot-request-timestamp": str(STAMP)}),
        replace(genuine, headers={**headers, "host": "evil.example", "x-hubspot-request-timestamp": ""}),
        replace(genuine, headers=stale),
        request_of(hubspot_headers(BODY, BASE + WEBHOOK, secret="another", stamp=STAMP * 1000)),
    ):
        with pytest.raises(VerificationError):
            channel.verify(forged)


# A password, a token


def test_basic_takes_the_user_and_password_and_nothing_else() -> None:
    channel = channel_of("pipedrive", PASSWORD)
    channel.verify(request_of(basic_headers(PASSWORD)))
    channel.verify(request_of({"authorization": basic_headers(PASSWORD)["authorization"].replace("Basic", "basic")}))
    for header in ("", "Basic", "Basic !!!", "Bearer x", "Basic ç", basic_headers(PASSWORD + "x")["authorization"]):
        with pytest.raises(VerificationError):
            channel.verify(request_of({"authorization": header}))


def test_a_token_stands_in_the_header_or_in_the_query() -> None:
    channel = channel_of("rd_station", TOKEN)
    channel.verify(request_of({"x-recado-token": TOKEN}))
    channel.verify(request_of({}, token_target(TOKEN)))
    kommo = channel_of("kommo", f"{TOKEN},{'9' * 20}")
    kommo.verify(request_of({}, token_target("9" * 20)))
    with pytest.raises(VerificationError):
        kommo.verify(request_of({"x-recado-token": TOKEN}))


@pytest.mark.parametrize("target", [WEBHOOK, f"{WEBHOOK}?token=", f"{WEBHOOK}?token=x&token={TOKEN}", "/?tok=" + TOKEN])
def test_no_token_or_another_is_refused(target: str) -> None:
    with pytest.raises(VerificationError):
        channel_of("kommo", TOKEN).verify(request_of({"x-recado-token": "", "authorization": TOKEN}, target))


@pytest.mark.parametrize("preset", ["generic", "hubspot", "kommo", "pipedrive", "rd_station", "salesforce"])
def test_without_a_secret_nobody_is_let_in(preset: str) -> None:
    channel = channel_of(preset, "")
    for headers, target in (({}, WEBHOOK), (basic_headers(":"), WEBHOOK), ({}, f"{WEBHOOK}?token=")):
        with pytest.raises(VerificationError, match="CRM_WEBHOOK_SECRET"):
            channel.verify(request_of(headers, target))


@pytest.mark.parametrize(
    ("preset", "secret"),
    [
        ("generic", "whsec_AAAA"),
        ("generic", "not base64 at all, though it is long enough"),
        ("kommo", "short"),
        ("pipedrive", "a-password-without-its-user"),
        ("hubspot", f"{CLIENT_SECRET},x"),
    ],
)
def test_a_secret_that_could_be_guessed_or_is_of_another_form_stops_the_start(preset: str, secret: str) -> None:
    with pytest.raises(ConfigurationError, match="CRM_WEBHOOK_SECRET") as caught:
        channel_of(preset, secret)
    assert secret not in str(caught.value)


_WORDS = st.sampled_from(["v1,", "whsec_", TOKEN, "token=", "?", "%", "Basic ", "é"]) | st.text(max_size=8)


@settings(deadline=None, max_examples=60)
@given(st.lists(_WORDS, max_size=4), st.sampled_from(["generic", "hubspot", "kommo", "pipedrive"]))
def test_no_header_and_no_target_does_worse_than_being_refused(words: list[str], preset: str) -> None:
    text = "".join(words)
    names = ("webhook-id", "webhook-signature", "x-hubspot-signature-v3", "authorization", "x-recado-token")
    stamps = {"webhook-timestamp": str(STAMP), "x-hubspot-request-timestamp": str(STAMP * 1000)}
    secret = {"generic": SECRET, "pipedrive": PASSWORD}.get(preset, "another-secret-than-any-above")
    with pytest.raises(VerificationError):
        channel_of(preset, secret).verify(request_of({**dict.fromkeys(names, text), **stamps}, "/" + text))


def test_a_clock_that_moves_on_makes_yesterdays_signature_stale() -> None:
    clock = FixedClock(NOW)
    channel = CrmChannel(account_of("generic", webhook_secret=SECRET), clock=clock)
    request = request_of(standard_headers(BODY, stamp=STAMP))
    channel.verify(request)
    clock.move(timedelta(days=1).total_seconds())
    with pytest.raises(VerificationError):
        channel.verify(request)
