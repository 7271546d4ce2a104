"""Amazon SES: a mail inside a notification inside an SNS envelope."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from channels.base import Account, InboundRequest
from channels.email.providers.amazon_http import fetch_certificate
from channels.email.providers.base import ArrivedMail, domain_of
from channels.email.providers.jsons import read_object, text_of, texts_of
from channels.email.providers.sns import CertificateStore, verify_envelope, verify_host, verify_topic
from channels.email.reading.mail import Verdict
from models.errors import PayloadError, VerificationError
from models.inbound import Confirmation

# SNS gives up on an endpoint after an hour; an older envelope is nobody's retry.
_RETRIED_FOR = timedelta(hours=24)
_CLOCKS_MAY_DIFFER = timedelta(minutes=5)
_WORDS = {"pass": "pass", "fail": "fail", "gray": "none", "processing_failed": "temperror"}


class AmazonSes:
    """Credential `sns_topic`: the ARN of the one topic that is listened to and confirmed."""

    def __init__(self, certificates: CertificateStore | None = None) -> None:
        self._certificates = certificates or CertificateStore(fetch_certificate)

    def verify(self, account: Account, request: InboundRequest, now: datetime) -> None:
        topic = account.credentials.get("sns_topic", "")
        if not topic:
            raise VerificationError(f"the account {account.name!r} has no sns_topic")
        try:
            envelope = read_object(request.body)
            verify_topic(envelope, topic)
            verify_envelope(envelope, self._certificates, now)
            _verify_age(text_of(envelope, "Timestamp"), now)
        except PayloadError as error:
            raise VerificationError(f"what was signed cannot be read: {error}") from None

    def extract(self, account: Account, request: InboundRequest) -> ArrivedMail | Confirmation | None:
        envelope = read_object(request.body)
        kind = text_of(envelope, "Type")
        if kind == "SubscriptionConfirmation":
            return _read_confirmation(envelope)
        if kind != "Notification":
            return None
        message = text_of(envelope, "Message")
        if not message.lstrip().startswith("{"):
            return None  # a greeting of SES when a topic is set up
        notification = read_object(message, "Message")
        # Other kinds are about mail that we sent, or the test that SES makes when a rule is saved.
        if text_of(notification, "notificationType") != "Received":
            return None
        arrived = _read_notification(notification)
        return replace(arrived, raw=message.encode("utf-8", "replace")) if arrived.unreadable else arrived


def _read_confirmation(envelope: Mapping[str, Any]) -> Confirmation:
    url, topic = text_of(envelope, "SubscribeURL"), text_of(envelope, "TopicArn")
    try:
        verify_host(url, topic)
    except VerificationError as error:
        raise PayloadError(f"SubscribeURL: {error}") from None
    return Confirmation(url=url, subject=topic, external_id=text_of(envelope, "MessageId"))


def _read_notification(notification: Mapping[str, Any]) -> ArrivedMail:
    mail, receipt = _object(notification, "mail"), _object(notification, "receipt")
    sender = text_of(mail, "source").strip("<> ") if "source" in mail else None
    content, encoding = text_of(notification, "content"), text_of(_object(receipt, "action"), "encoding")
    raw, unreadable = b"", "" if content else "the notification holds no content: does the rule store it in S3?"
    try:
        raw = base64.b64decode(content, validate=True) if encoding.upper() == "BASE64" else content.encode()
    except (binascii.Error, ValueError):
        unreadable = "the content is not base64"
    return ArrivedMail(
        raw=raw,
        sender=sender,
        recipients=texts_of(receipt, "recipients"),
        verdict=Verdict(
            spf=_word(receipt, "spfVerdict"),
            dkim=_word(receipt, "dkimVerdict"),  # of a signer that SES does not name: it proves nothing alone
            dmarc=_dmarc(receipt),
            spf_domain=domain_of(sender or ""),
        ),
        unreadable=unreadable,
    )


def _dmarc(receipt: Mapping[str, Any]) -> str:
    """Empty where the sender's domain has no policy: then SPF decides."""
    word = _word(receipt, "dmarcVerdict")
    return word if word in ("pass", "fail") else ""


def _word(receipt: Mapping[str, Any], name: str) -> str:
    return _WORDS.get(text_of(_object(receipt, name), "status").lower(), "")


def _object(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = values.get(name)
    return value if isinstance(value, dict) else {}


def _verify_age(timestamp: str, now: datetime) -> None:
    try:
        sent_at = datetime.fromisoformat(timestamp)
        age = now - sent_at
    except (TypeError, ValueError):
        raise VerificationError("the timestamp cannot be read") from None
    if not -_CLOCKS_MAY_DIFFER <= age <= _RETRIED_FOR:
        raise VerificationError("the envelope is too old, or from the future")
