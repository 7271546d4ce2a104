"""Raw mail posted by our own side - a Postfix pipe, a Cloudflare Email Worker - under a Standard Webhooks signature."""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

from channels.base import Account, InboundRequest
from channels.email.providers.base import ArrivedMail, secrets_of, verify_fresh
from models.errors import PayloadError, VerificationError

_PREFIX = "whsec_"


class RawMail:
    """Credential `webhook_secret`: `whsec_` and base64, or any text; old ones behind commas.

    The signature covers the mail, so a replay is the same mail, whose Message-ID is taken.
    """

    def verify(self, account: Account, request: InboundRequest, now: datetime) -> None:
        secrets = secrets_of(account, "webhook_secret")
        message_id = request.headers.get("webhook-id", "")
        timestamp = request.headers.get("webhook-timestamp", "")
        given = request.headers.get("webhook-signature", "")
        if not (message_id and timestamp and given):
            raise VerificationError("no webhook-id, webhook-timestamp or webhook-signature header")
        verify_fresh(timestamp, now)
        expected = [sign(secret, message_id, timestamp, request.body).encode() for secret in secrets]
        entries = [entry.encode("utf-8", "replace") for entry in given.split(" ")[:20]]
        if not any(hmac.compare_digest(one, entry) for one in expected for entry in entries):
            raise VerificationError("the signature does not fit EMAIL_WEBHOOK_SECRET")

    def extract(self, account: Account, request: InboundRequest) -> ArrivedMail:
        if not request.body.strip():
            raise PayloadError("body: there is no mail in it")
        return ArrivedMail(request.body)


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """One entry of a webhook-signature header."""
    signed = f"{message_id}.{timestamp}.".encode("utf-8", "replace") + body
    mac = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode()


def _key(secret: str) -> bytes:
    if secret.startswith(_PREFIX):
        try:
            key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not key:
            raise VerificationError("EMAIL_WEBHOOK_SECRET: what follows whsec_ is not base64")
        return key
    return secret.encode()
