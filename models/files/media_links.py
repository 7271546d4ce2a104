"""Public addresses of our own files: unguessable, good for a while, and worth nothing when a letter is changed."""

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from models.clock import Clock
from models.errors import VerificationError
from models.files.storage import verify_key

# A reply may wait for a platform that is down; after its 24-hour window nothing is sent any more.
LIFETIME: Final = timedelta(hours=24)
PATH: Final = "/media"
_PURPOSE: Final = b"recado media link\n"  # so that a signature made for anything else with the secret is none here
_LONGEST_TOKEN: Final = 1_000
_LONGEST_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class MediaLink:
    """What an address stands for: a file's key in the storage, and the name that it is handed out under."""

    key: str
    name: str = ""


class MediaLinks:
    """Makes and reads the addresses of one installation. The secret is asked for on first use, not before."""

    def __init__(self, base: str, secret: Callable[[], bytes], clock: Clock, lifetime: timedelta = LIFETIME) -> None:
        self._base = base
        self._ask_secret = secret
        self._clock = clock
        self._lifetime = lifetime
        self._secret: bytes | None = None

    def preload(self) -> None:
        """Ask for the secret now. Raises ConfigurationError."""
        self._secret = self._secret or self._ask_secret()

    def url_for(self, key: str, name: str = "") -> str:
        """The file's address from now on until its lifetime ends; `name` is what people see."""
        return sign_media_url(self._base, key, self._clock.now() + self._lifetime, self._known_secret(), name)

    def verify(self, token: str) -> MediaLink:
        """What a token of ours stands for. Raises VerificationError."""
        return verify_media_token(token, self._known_secret(), self._clock.now())

    def _known_secret(self) -> bytes:
        self.preload()
        assert self._secret is not None
        return self._secret


def sign_media_url(base: str, key: str, expires_at: datetime, secret: bytes, name: str = "") -> str:
    """The address under which `base` serves the file until then. Pure."""
    payload = f"{int(expires_at.timestamp())}\n{verify_key(key)}\n{_plain_name(name)}".encode("utf-8", "replace")
    return f"{base.rstrip('/')}{PATH}/{_encode(payload)}.{_encode(_signature(payload, secret))}"


def verify_media_token(token: str, secret: bytes, now: datetime) -> MediaLink:
    """What the token stands for. Raises VerificationError when it is not ours, was changed, or has expired. Pure."""
    written, _, signed = token.partition(".")
    try:
        payload, signature = _decode(written), _decode(signed)
    except (ValueError, binascii.Error):
        raise VerificationError("no token of a file") from None
    if len(token) > _LONGEST_TOKEN or not hmac.compare_digest(signature, _signature(payload, secret)):
        raise VerificationError("no token of ours")
    expires, key, name = payload.decode("utf-8").split("\n")
    if now >= datetime.fromtimestamp(int(expires), UTC):
        raise VerificationError("the token has expired")
    return MediaLink(key, name)


def _plain_name(name: str) -> str:
    """Without folders and without what no header can carry; the end of a name holds its ending, so that stays."""
    printable = "".join(letter if letter.isprintable() and letter not in "/\\" else " " for letter in name)
    return " ".join(printable.split())[-_LONGEST_NAME:]


def _signature(payload: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, _PURPOSE + payload, "sha256")


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode("ascii").rstrip("=")


def _decode(text: str) -> bytes:
    value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(value) != text:
        raise ValueError("a second spelling of the same bytes")
    return value
