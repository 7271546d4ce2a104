"""Requests as each provider posts them: stored payloads, in its encoding and under its proof."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from channels.base import Account, InboundRequest
from channels.email import EmailChannel
from channels.email.providers.base import Provider
from channels.email.providers.raw import sign
from channels.email.providers.ses import AmazonSes
from channels.email.providers.sns import CertificateStore
from tests.fakes import FixedClock

PAYLOADS = Path(__file__).resolve().parents[2] / "payloads" / "email"
NOW = datetime(2026, 3, 2, 13, 12, 5, tzinfo=UTC)
MAILBOX = "bot@entrada.aurora.example"
SECRET = "a-long-webhook-secret"
MAILGUN_KEY = "key-0123456789abcdef"
TOPIC = "arn:aws:sns:sa-east-1:123456789012:recado-entrada"
CERTIFICATE_URL = "https://sns.sa-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
_TARGET = "/webhooks/email/default"
_CREDENTIALS: dict[str, dict[str, str]] = {
    "raw": {"webhook_secret": SECRET, "authserv_id": "mx.aurora.example"},
    "sendgrid": {"webhook_secret": SECRET},
    "mailgun": {"signing_key": MAILGUN_KEY, "webhook_secret": SECRET, "mailgun_checks": "1"},
    "postmark": {"webhook_secret": SECRET},
    "ses": {"sns_topic": TOPIC},
}

File = tuple[str, str, str, bytes]  # field, file name, content type, content


def account_of(provider: str, address: str = MAILBOX, **credentials: str) -> Account:
    return Account("email", "default", address, {"provider": provider, **_CREDENTIALS[provider], **credentials})


def channel_of(account: Account, now: datetime = NOW, provider: Provider | None = None) -> EmailChannel:
    if provider is None and account.credentials["provider"] == "ses":
        provider = AmazonSes(CertificateStore(lambda url: amazon()[1]))
    return EmailChannel(account, clock=FixedClock(now), provider=provider)


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def fields_of(name: str) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(payload(name))
    return fields


def posted(body: bytes, content_type: str, **headers: str) -> InboundRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return InboundRequest("default", "POST", _TARGET, {"content-type": content_type, **named}, body)


def basic(password: str = SECRET, user: str = "recado") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def multipart(fields: Mapping[str, str | bytes], files: Sequence[File] = ()) -> tuple[str, bytes]:
    """Content type and body."""
    boundary = "xYzZY-boundary"
    body = b""
    for name, value in fields.items():
        content = value.encode() if isinstance(value, str) else value
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + content + b"\r\n"
    for field, file_name, content_type, content in files:
        disposition = f'form-data; name="{field}"; filename="{file_name}"'
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {content_type}\r\n\r\n"
        body += head.encode() + content + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def raw_request(body: bytes, secret: str = SECRET, at: datetime = NOW, message_id: str = "msg_1") -> InboundRequest:
    timestamp = str(int(at.timestamp()))
    signature = sign(secret, message_id, timestamp, body)
    return posted(
        body,
        "message/rfc822",
        webhook_id=message_id,
        webhook_timestamp=timestamp,
        webhook_signature=signature,
    )


def sendgrid_request(
    name: str = "sendgrid/raw.json", files: Sequence[File] = (), authorization: str = basic(), **changes: str | bytes
) -> InboundRequest:
    content_type, body = multipart(fields_of(name) | changes, files)
    return posted(body, content_type, authorization=authorization)


@cache
def sendgrid_key() -> tuple[ec.EllipticCurvePrivateKey, str]:
    """A key pair; the public one as SendGrid shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key, base64.b64encode(der).decode()


def signed_by_sendgrid(request: InboundRequest, at: datetime = NOW) -> InboundRequest:
    timestamp = str(int(at.timestamp()))
    signature = sendgrid_key()[0].sign(timestamp.encode() + request.body, ec.ECDSA(hashes.SHA256()))
    return posted(
        request.body,
        request.headers["content-type"],
        x_twilio_email_event_webhook_signature=base64.b64encode(signature).decode(),
        x_twilio_email_event_webhook_timestamp=timestamp,
    )


def mailgun_proof(key: str = MAILGUN_KEY, at: datetime = NOW, token: str = "t" * 50) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    signature = hmac.new(key.encode(), (timestamp + token).encode(), hashlib.sha256).hexdigest()
    return {"timestamp": timestamp, "token": token, "signature": signature}


def mailgun_request(
    name: str = "mailgun/mime.json",
    files: Sequence[File] = (),
    proof: Mapping[str, str] | None = None,
    authorization: str = basic(),
    **changes: str,
) -> InboundRequest:
    content_type, body = multipart({**fields_of(name), **(proof or mailgun_proof()), **changes}, files)
    return posted(body, content_type, authorization=authorization)


def postmark_request(
    name: str = "postmark/question.json", authorization: str = basic(), **changes: object
) -> InboundRequest:
    body = json.dumps(fields_of(name) | changes).encode()
    return posted(body, "application/json", authorization=authorization)


@cache
def amazon() -> tuple[rsa.RSAPrivateKey, bytes]:
    """The key that signs envelopes here, and its certificate."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
    certificate = x509.CertificateBuilder(
        name, name, key.public_key(), 1, NOW - timedelta(days=1), NOW + timedelta(days=1)
    ).sign(key, hashes.SHA256())
    return key, certificate.public_bytes(serialization.Encoding.PEM)


def envelope_of(message: str, **changes: str) -> dict[str, str]:
    return {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Subject": "Amazon SES Email Receipt Notification",
        "Message": message,
        "Timestamp": "2026-03-02T13:12:04.000Z",
        **changes,
    }


def sns_request(envelope: Mapping[str, str], version: str = "2", url: str = CERTIFICATE_URL) -> InboundRequest:
    """Signed over the fields that Amazon's documentation names, in its order."""
    names = (
        ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
        if envelope["Type"] == "Notification"
        else ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    )
    text = "".join(f"{name}\n{envelope[name]}\n" for name in names if name in envelope)
    algorithm = hashes.SHA256() if version == "2" else hashes.SHA1()
    signature = base64.b64encode(amazon()[0].sign(text.encode(), padding.PKCS1v15(), algorithm)).decode()
    signed = {**envelope, "SignatureVersion": version, "Signature": signature, "SigningCertURL": url}
    return posted(json.dumps(signed).encode(), "text/plain; charset=UTF-8")


def ses_request(**changes: str) -> InboundRequest:
    return sns_request(envelope_of(payload("ses/question.json").decode(), **changes))
