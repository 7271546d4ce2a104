"""What a provider did not post is refused: forged, stale, unsigned, for somebody else, or nonsense."""

import base64
import json
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import InboundRequest
from channels.email.providers.registry import PROVIDERS, build_provider
from channels.email.providers.ses import AmazonSes
from channels.email.providers.sns import CertificateStore
from models.errors import ChannelError, ConfigurationError, PayloadError, VerificationError
from tests.channels.email.providers.posting import (
    CERTIFICATE_URL,
    NOW,
    SECRET,
    account_of,
    amazon,
    basic,
    channel_of,
    envelope_of,
    fields_of,
    mailgun_proof,
    mailgun_request,
    payload,
    posted,
    postmark_request,
    raw_request,
    sendgrid_key,
    sendgrid_request,
    ses_request,
    signed_by_sendgrid,
    sns_request,
)

RAW = raw_request(payload("raw/question.eml"))
LATE, EARLY = NOW - timedelta(minutes=5, seconds=1), NOW + timedelta(minutes=5, seconds=1)


def without(request: InboundRequest, header: str) -> InboundRequest:
    return replace(request, headers={name: value for name, value in request.headers.items() if name != header})


def with_header(request: InboundRequest, header: str, value: str) -> InboundRequest:
    return replace(request, headers={**request.headers, header: value})


def refuse(provider: str, request: InboundRequest, **credentials: str) -> None:
    with pytest.raises(VerificationError):
        channel_of(account_of(provider, **credentials)).verify(request)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_without_a_secret_nothing_is_genuine(provider: str) -> None:
    requests = {
        "raw": RAW,
        "sendgrid": sendgrid_request(),
        "mailgun": mailgun_request(),
        "postmark": postmark_request(),
        "ses": ses_request(),
    }
    refuse(provider, requests[provider], webhook_secret="", signing_key="", sns_topic="")
    refuse(provider, requests[provider], webhook_secret=" , ", signing_key=" , ", sns_topic=" ")


def test_a_provider_that_there_is_not_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigurationError, match="EMAIL_PROVIDER 'pigeon' is not one of"):
        build_provider("pigeon")


# Basic passwords: SendGrid, Postmark, Mailgun.

_BASIC = {"sendgrid": sendgrid_request, "postmark": postmark_request, "mailgun": mailgun_request}


@pytest.mark.parametrize("provider", _BASIC)
@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic %%%",
        basic("another"),
        basic(""),
        basic(SECRET + "x"),
        f"Bearer {SECRET}",
        "Basic " + base64.b64encode(SECRET.encode()).decode(),
        "Basic ção",
    ],
)
def test_a_wrong_password_is_refused(provider: str, authorization: str) -> None:
    refuse(provider, _BASIC[provider](authorization=authorization))


@pytest.mark.parametrize("provider", _BASIC)
def test_two_passwords_hold_while_one_is_replaced(provider: str) -> None:
    channel = channel_of(account_of(provider, webhook_secret=f"new, {SECRET}"))
    channel.verify(_BASIC[provider](authorization=basic(SECRET)))
    channel.verify(_BASIC[provider](authorization=basic("new")))


# Standard Webhooks: raw mail.


@pytest.mark.parametrize(
    "request_",
    [
        raw_request(RAW.body, secret="another"),
        raw_request(RAW.body, at=LATE),
        raw_request(RAW.body, at=EARLY),
        replace(RAW, body=RAW.body + b"."),
        with_header(RAW, "webhook-id", "msg_2"),
        with_header(RAW, "webhook-timestamp", str(int(NOW.timestamp()) + 1)),
        with_header(RAW, "webhook-timestamp", "now"),
        with_header(RAW, "webhook-timestamp", "٣"),
        with_header(RAW, "webhook-signature", "v1"),
        with_header(RAW, "webhook-signature", "v1,ção v2, ,"),
        with_header(RAW, "webhook-signature", RAW.headers["webhook-signature"].replace("v1,", "v2,")),
        *(without(RAW, name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")),
    ],
)
def test_raw_mail_needs_a_fresh_signature_over_all_of_it(request_: InboundRequest) -> None:
    refuse("raw", request_)


def test_raw_mail_may_be_signed_with_either_secret_and_bear_both_signatures() -> None:
    other = raw_request(RAW.body, secret="new-secret")
    both = with_header(RAW, "webhook-signature", f"v1a,x {other.headers['webhook-signature']}")
    for secret in ("new-secret", f"{SECRET},new-secret"):
        channel_of(account_of("raw", webhook_secret=secret)).verify(both)


def test_a_secret_of_the_standard_webhooks_kind_is_read_as_base64() -> None:
    secret = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
    channel_of(account_of("raw", webhook_secret=secret)).verify(raw_request(RAW.body, secret=secret))
    refuse("raw", raw_request(RAW.body, secret=secret), webhook_secret="whsec_")


def test_the_documented_example_of_standard_webhooks_fits() -> None:
    """The vector of the specification's own libraries."""
    from channels.email.providers.raw import sign

    body = b'{"test": 2432232314}'
    signature = sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


# Mailgun.


@pytest.mark.parametrize(
    "proof",
    [
        mailgun_proof(key="another"),
        mailgun_proof(at=LATE),
        mailgun_proof(at=EARLY),
        mailgun_proof() | {"token": "u" * 50},
        mailgun_proof() | {"timestamp": str(int(NOW.timestamp()) + 1)},
        mailgun_proof() | {"signature": ""},
        mailgun_proof() | {"signature": "ção"},
        mailgun_proof() | {"timestamp": ""},
    ],
)
def test_mailguns_signature_must_fit_and_be_fresh(proof: dict[str, str]) -> None:
    refuse("mailgun", mailgun_request(proof=proof))


def test_a_signature_given_twice_is_refused() -> None:
    request = mailgun_request()
    signature = b'--xYzZY-boundary\r\nContent-Disposition: form-data; name="signature"\r\n\r\nabc\r\n'
    refuse("mailgun", replace(request, body=signature + request.body))


# SendGrid's security policy.


def test_sendgrids_signature_covers_the_body_and_the_time() -> None:
    account = account_of("sendgrid", signing_key=sendgrid_key()[1])
    signed = signed_by_sendgrid(sendgrid_request())
    channel_of(account).verify(signed)
    channel_of(account, NOW + timedelta(days=2)).verify(signed)  # it is retried for three days
    timestamp = "x-twilio-email-event-webhook-timestamp"
    signature = "x-twilio-email-event-webhook-signature"
    for request in (
        replace(signed, body=signed.body + b"."),
        with_header(signed, timestamp, str(int(NOW.timestamp()) + 1)),
        with_header(signed, signature, "AAAA"),
        with_header(signed, signature, "%%%"),
        without(signed, signature),
        without(signed, timestamp),
        sendgrid_request(),  # the password is no way round the signature
        signed_by_sendgrid(sendgrid_request(), NOW - timedelta(days=4)),
        signed_by_sendgrid(sendgrid_request(), EARLY),
    ):
        refuse("sendgrid", request, signing_key=sendgrid_key()[1])


@pytest.mark.parametrize("key", ["%%%", "AAAA", "not a key"])
def test_an_unreadable_public_key_refuses_everybody(key: str) -> None:
    refuse("sendgrid", signed_by_sendgrid(sendgrid_request()), signing_key=key)


# Amazon SNS.


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_versions_of_amazons_signature_are_known(version: str) -> None:
    request = sns_request(envelope_of(payload("ses/question.json").decode()), version)
    channel_of(account_of("ses")).verify(request)
    body = json.loads(request.body)
    for change in ({"Message": "{}"}, {"Subject": "x"}, {"SignatureVersion": "3"}, {"Signature": ""}, {"Type": "x"}):
        refuse("ses", replace(request, body=json.dumps(body | change).encode()))


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.sa-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.sa-east-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef.pem",
        "https://evil.example/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.sa-east-1.amazonaws.com:8443/SimpleNotificationService-0123456789abcdef.pem",
        "https://x@sns.sa-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.sa-east-1.amazonaws.com/other.pem",
        "https://sns.sa-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem?x=1",
        "https://bucket.s3.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://[",
        "",
    ],
)
def test_a_certificate_is_asked_for_at_amazon_alone(url: str) -> None:
    asked: list[str] = []
    provider = AmazonSes(CertificateStore(lambda url: asked.append(url) or amazon()[1]))
    request = sns_request(envelope_of("{}"), url=url)
    with pytest.raises(VerificationError):
        channel_of(account_of("ses"), provider=provider).verify(request)
    assert asked == []


def test_an_envelope_of_another_topic_asks_for_nothing() -> None:
    asked: list[str] = []
    provider = AmazonSes(CertificateStore(lambda url: asked.append(url) or amazon()[1]))
    topic = "arn:aws:sns:sa-east-1:999999999999:recado-entrada"
    request = sns_request(envelope_of("{}", TopicArn=topic))
    with pytest.raises(VerificationError, match="another topic"):
        channel_of(account_of("ses"), provider=provider).verify(request)
    assert asked == []


def test_a_certificate_is_fetched_once_and_a_failure_is_remembered() -> None:
    asked: list[str] = []
    good = CertificateStore(lambda url: asked.append(url) or b"pem")
    assert [good.get(CERTIFICATE_URL) for _ in range(3)] == [b"pem"] * 3
    assert asked == [CERTIFICATE_URL]
    bad = CertificateStore(lambda url: asked.append(url) or b"")
    for _ in range(3):
        with pytest.raises(VerificationError):
            bad.get(CERTIFICATE_URL)
    assert len(asked) == 2


def test_a_slow_host_holds_nobody_for_longer_than_agreed() -> None:
    released = threading.Event()
    store = CertificateStore(lambda url: b"pem" if released.wait(5) else b"", within=0.05)
    with pytest.raises(VerificationError, match="cannot be fetched"):
        store.get(CERTIFICATE_URL)
    released.set()


@pytest.mark.parametrize("age", [timedelta(hours=25), timedelta(minutes=-6)])
def test_an_old_envelope_is_refused(age: timedelta) -> None:
    account, request = account_of("ses"), ses_request(Timestamp=(NOW - age).isoformat())
    with pytest.raises(VerificationError):
        channel_of(account).verify(request)


@pytest.mark.parametrize("pem", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_an_unreadable_certificate_proves_nothing(pem: bytes) -> None:
    provider = AmazonSes(CertificateStore(lambda url: pem))
    with pytest.raises(VerificationError):
        channel_of(account_of("ses"), provider=provider).verify(ses_request())


def test_an_expired_certificate_proves_nothing() -> None:
    later = NOW + timedelta(days=2)
    request = ses_request(Timestamp=later.isoformat())
    with pytest.raises(VerificationError, match="not valid now"):
        channel_of(account_of("ses"), now=later).verify(request)


def test_a_confirmation_leads_nowhere_but_to_amazon() -> None:
    request = sns_request(fields_of("ses/confirmation.json") | {"SubscribeURL": "https://evil.example/"})
    with pytest.raises(PayloadError, match="SubscribeURL"):
        channel_of(account_of("ses")).parse(request)


# Nonsense.


@pytest.mark.parametrize(
    ("provider", "request_"),
    [
        ("raw", raw_request(b" \r\n ")),
        ("sendgrid", posted(b"{}", "application/json")),
        ("sendgrid", posted(b"x", "multipart/form-data")),
        ("sendgrid", posted(sendgrid_request().body[:-30], "multipart/form-data; boundary=xYzZY-boundary")),
        ("sendgrid", posted(b"--b\r\n\r\n\r\n" * 600 + b"--b--", "multipart/form-data; boundary=b")),
        ("sendgrid", posted(b"to=x", "application/x-www-form-urlencoded")),
        ("sendgrid", sendgrid_request(envelope="[")),
        ("mailgun", posted(b"x=1&" * 600, "application/x-www-form-urlencoded")),
        ("mailgun", posted(b"message-headers=%7B%7D", "application/x-www-form-urlencoded")),
        ("postmark", posted(b"[" * 100_000, "application/json")),
        ("postmark", posted(b'{"Headers": [], "Headers": []}', "application/json")),
        ("postmark", posted(b'{"Headers": NaN}', "application/json")),
        ("postmark", postmark_request(Headers="x")),
        ("postmark", postmark_request(From=7)),
        ("postmark", postmark_request(Attachments=[{"Content": "AAA"}])),
        ("ses", posted(b"\xff", "text/plain")),
        ("ses", sns_request(envelope_of("{"))),
    ],
)
def test_what_no_provider_would_post_is_a_payload_error(provider: str, request_: InboundRequest) -> None:
    with pytest.raises(PayloadError) as caught:
        channel_of(account_of(provider)).parse(request_)
    assert str(caught.value)


@settings(deadline=None, max_examples=60)
@given(
    provider=st.sampled_from(sorted(PROVIDERS)),
    headers=st.dictionaries(
        st.sampled_from(["authorization", "webhook-id", "webhook-timestamp", "webhook-signature"]), st.text(max_size=30)
    ),
    content_type=st.sampled_from(
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", ""]
    ),
    body=st.binary(max_size=200)
    | st.dictionaries(
        st.sampled_from(["Headers", "Type", "Message", "From"]), st.none() | st.text() | st.integers()
    ).map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=60).map(lambda part: b'--b\r\nContent-Disposition: form-data; name="' + part + b"\r\n--b--"),
)
def test_garbage_raises_channel_errors_only(
    provider: str, headers: dict[str, str], content_type: str, body: bytes
) -> None:
    account = account_of(provider)
    request = replace(posted(body, content_type), headers={"content-type": content_type, **headers})
    with suppress(ChannelError):
        channel_of(account).verify(request)
    with suppress(ChannelError):
        build_provider(provider).extract(account, request)
