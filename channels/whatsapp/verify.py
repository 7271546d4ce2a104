"""Is it Twilio? The signature over the exact public URL and the form, in both of Twilio's schemes.

The SDK's validator raises TypeError on a missing header and costs the web process an import, so this is our own;
the tests hold it against the SDK's.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from channels.base import Account, InboundRequest
from channels.whatsapp.form import FORM_TYPE, read_pairs
from models.errors import PayloadError, VerificationError

_SIGNATURE = "x-twilio-signature"
_SETTINGS = "x-twilio-webhooks-signature-settings"
_DEFAULT_PORTS = {"http": "80", "https": "443"}
# Which of the account's credentials each scheme signs with; no settings header means the first.
_SCHEMES = {"HMAC_SHA1": ("auth_token", "sha1"), "HMAC_SHA256": ("shared_key", "sha256")}


def verify_signature(account: Account, request: InboundRequest) -> None:
    """Raises VerificationError unless one of the account's secrets signed exactly this request.

    The URL is `account.public_base_url` and the raw target, never the Host header. A credential may list several
    secrets, separated by commas, while they are being rotated.
    """
    given = request.headers.get(_SIGNATURE, "")
    if not given:
        raise VerificationError("no X-Twilio-Signature header")
    credential, digest = _scheme(account, request.headers.get(_SETTINGS, ""))
    secrets = split_secrets(account.credentials.get(credential, ""))
    if not secrets:
        raise VerificationError(f"the account {account.name!r} has no {credential}")
    if not account.public_base_url or not request.target.startswith("/") or not request.target.isascii():
        raise VerificationError("the URL that was signed is not known")
    signed = _signed_parameters(request)
    bases = _spellings(account.public_base_url)
    candidates = (url + signed for base in bases for url in _urls(base + request.target))
    if not any(_matches(secret, text, digest, given) for text in candidates for secret in secrets):
        raise VerificationError("the signature does not fit: is the auth token right, and PUBLIC_BASE_URL the URL?")


def split_secrets(value: str) -> list[str]:
    """The secrets of a credential, the primary one first."""
    return [secret.strip() for secret in value.split(",") if secret.strip()]


def _scheme(account: Account, settings: str) -> tuple[str, str]:
    fields = dict(part.strip().split("=", 1) for part in settings.split(",") if "=" in part)
    scheme = _SCHEMES.get(fields.get("algorithm", "").strip().upper() or "HMAC_SHA1")
    if scheme is None:
        raise VerificationError("the signature's algorithm is not known")
    expected_key = account.credentials.get("shared_key_id", "")
    if scheme[0] == "shared_key" and expected_key and fields.get("key", "").strip() != expected_key:
        raise VerificationError("signed with another shared key than the account's")
    return scheme


def _signed_parameters(request: InboundRequest) -> str:
    """What follows the URL in the signed text: sorted names, each with its sorted, distinct values."""
    if request.method == "GET" and not request.body:
        return ""
    if request.content_type != FORM_TYPE:
        _verify_body_hash(request)
        return ""
    try:
        pairs = set(read_pairs(request))
    except PayloadError as error:
        raise VerificationError(f"what was signed cannot be read: {error}") from None
    return "".join(name + value for name, value in sorted(pairs))


def _verify_body_hash(request: InboundRequest) -> None:
    """Bodies other than forms are signed through their hash in the URL's query; without it anything would pass."""
    try:
        given = parse_qs(urlsplit(request.target).query).get("bodySHA256", [""])[0]
    except ValueError:
        given = ""
    if not hmac.compare_digest(hashlib.sha256(request.body).hexdigest().encode(), given.encode()):
        raise VerificationError("the body is not covered by the signature")


@lru_cache
def _spellings(base: str) -> tuple[str, ...]:
    """On one's own machine, where no PUBLIC_BASE_URL is set, a test may have signed either name of it."""
    for one, other in (("//127.0.0.1", "//localhost"), ("//localhost", "//127.0.0.1")):
        if re.search(re.escape(one) + r"(?=[:/]|$)", base):
            return base, base.replace(one, other, 1)
    return (base,)


def _urls(url: str) -> Iterable[str]:
    """The URL as configured, and with the port added or taken away: Twilio itself is not consistent about it."""
    yield url
    parts = re.match(r"(https?)://([^/?#]+)(.*)", url, re.DOTALL)
    if parts is None:
        return
    scheme, host, rest = parts.groups()
    bare = re.sub(r":[0-9]+$", "", host)
    yield f"{scheme}://{bare}{rest}" if bare != host else f"{scheme}://{host}:{_DEFAULT_PORTS[scheme]}{rest}"


def _matches(secret: str, text: str, digest: str, given: str) -> bool:
    mac = hmac.digest(secret.encode(), text.encode(), digest)
    return hmac.compare_digest(base64.b64encode(mac), given.encode("utf-8", "replace"))
