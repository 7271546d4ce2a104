"""Is it the CRM? The four proofs that CRMs offer, each over the exact bytes, compared in constant time."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from channels.base import Account, InboundRequest
from channels.crm.mapping import Signature
from models.errors import ConfigurationError, VerificationError

_TOLERANCE = 300.0  # seconds, either way
_SHORTEST_TOKEN = 16  # characters; what stands in a URL or a header must not be guessed
_SHORTEST_KEY = 24  # bytes, as Standard Webhooks asks for
# HubSpot signs the URL with these escapes decoded, and only these ("Validating requests" in its documentation).
_HUBSPOT_ESCAPES = {
    "3A": ":", "2F": "/", "3F": "?", "40": "@", "21": "!", "24": "$", "27": "'", "28": "(", "29": ")", "2A": "*",
    "2C": ",", "3B": ";",
}  # fmt: skip


def verify_request(account: Account, signature: Signature, request: InboundRequest, now: datetime) -> None:
    """Raises VerificationError unless one of the account's secrets stands behind exactly this request."""
    secrets = split_secrets(account.credentials.get("webhook_secret", ""))
    if not secrets:
        raise VerificationError(f"the account {account.name!r} has no webhook secret: set CRM_WEBHOOK_SECRET")
    _SCHEMES[signature.scheme](account, signature, request, secrets, now)


def check_secrets(account: Account, signature: Signature) -> None:
    """At start-up. Raises ConfigurationError for a secret that is too weak or not of the scheme's form."""
    for secret in split_secrets(account.credentials.get("webhook_secret", "")):
        if signature.scheme == "standard_webhooks":
            key = _standard_key(secret)
            if key is None or len(key) < _SHORTEST_KEY:
                raise ConfigurationError(
                    "CRM_WEBHOOK_SECRET: Standard Webhooks wants whsec_ and 24 to 64 random bytes in base64: "
                    "take the one that the CRM shows, or make one with `openssl rand -base64 32`"
                )
        elif len(secret) < _SHORTEST_TOKEN or (signature.scheme == "basic" and ":" not in secret):
            form = "user:password" if signature.scheme == "basic" else "a random secret"
            raise ConfigurationError(f"CRM_WEBHOOK_SECRET: {form} of at least {_SHORTEST_TOKEN} characters is expected")


def split_secrets(value: str) -> list[str]:
    """The secrets of a credential, the newest first; two live during a rotation."""
    return [secret.strip() for secret in value.split(",") if secret.strip()]


def _verify_standard(_: Account, __: Signature, request: InboundRequest, secrets: list[str], now: datetime) -> None:
    """Standard Webhooks: `v1,<base64 of HMAC-SHA256 over id.timestamp.body>`, one or several behind blanks."""
    message_id, stamp = (request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp"))
    given = request.headers.get("webhook-signature", "")
    if not message_id or not given:
        raise VerificationError("no webhook-id or webhook-signature header")
    _check_age(stamp, 1.0, now)
    signed = f"{message_id}.{stamp}.".encode("utf-8", "replace") + request.body
    entries = [entry.partition(",")[2] for entry in given.split(" ") if entry.startswith("v1,")]
    expected = [
        base64.b64encode(hmac.digest(key, signed, "sha256")) for key in map(_standard_key, secrets) if key is not None
    ]
    if not any(_equal(entry, mac) for entry in entries for mac in expected):
        raise VerificationError("the signature does not fit: is CRM_WEBHOOK_SECRET the CRM's?")


def _standard_key(secret: str) -> bytes | None:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return None


def _verify_hubspot(account: Account, _: Signature, request: InboundRequest, secrets: list[str], now: datetime) -> None:
    """HubSpot v3: base64 of HMAC-SHA256 with the app's client secret over method, URL, body and timestamp."""
    given = request.headers.get("x-hubspot-signature-v3", "")
    stamp = request.headers.get("x-hubspot-request-timestamp", "")
    if not given:
        raise VerificationError("no X-HubSpot-Signature-v3 header")
    if not account.public_base_url or not request.target.startswith("/") or not request.target.isascii():
        raise VerificationError("the URL that was signed is not known")
    _check_age(stamp, 1000.0, now)
    url = account.public_base_url + request.target
    for spelling in dict.fromkeys((_hubspot_url(url), url)):
        signed = f"{request.method}{spelling}".encode("utf-8", "replace") + request.body + stamp.encode()
        for secret in secrets:
            if _equal(given, base64.b64encode(hmac.digest(secret.encode(), signed, "sha256"))):
                return
    raise VerificationError("the signature does not fit: is the client secret right, and PUBLIC_BASE_URL the URL?")


def _hubspot_url(url: str) -> str:
    return re.sub(r"%([0-9A-Fa-f]{2})", lambda found: _HUBSPOT_ESCAPES.get(found[1].upper(), found[0]), url)


def _verify_basic(_: Account, __: Signature, request: InboundRequest, secrets: list[str], ___: datetime) -> None:
    scheme, _space, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded.strip(), validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        given = b""
    if not given or not any(hmac.compare_digest(given, secret.encode()) for secret in secrets):
        raise VerificationError("no user and password that this account knows")


def _verify_token(_: Account, signature: Signature, request: InboundRequest, secrets: list[str], ___: datetime) -> None:
    """A secret in a header or in the URL's query, for CRMs that sign nothing."""
    given = [request.headers.get(signature.header, "")] if signature.header else []
    if signature.query:
        try:
            query = parse_qsl(urlsplit(request.target).query, max_num_fields=50)
        except ValueError:
            query = []
        given += [value for name, value in query if name == signature.query][:1]
    known = [secret.encode() for secret in secrets]
    if not any(_equal(token.removeprefix("Bearer "), secret) for token in given if token for secret in known):
        raise VerificationError("no token that this account knows")


def _check_age(stamp: str, per_second: float, now: datetime) -> None:
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 20:
        raise VerificationError("the timestamp is missing or no number")
    if abs(int(stamp) / per_second - now.timestamp()) > _TOLERANCE:
        raise VerificationError("the timestamp is more than five minutes off: is a clock wrong?")


def _equal(given: str, expected: bytes) -> bool:
    """Over hashes, so that lengths tell nothing either."""
    digests = (hashlib.sha256(text).digest() for text in (given.encode("utf-8", "replace"), expected))
    return hmac.compare_digest(*digests)


_SCHEMES: dict[str, Callable[[Account, Signature, InboundRequest, list[str], datetime], None]] = {
    "standard_webhooks": _verify_standard,
    "hubspot_v3": _verify_hubspot,
    "basic": _verify_basic,
    "token": _verify_token,
}
