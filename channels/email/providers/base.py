"""What every inbound provider is: proof of who posts, and the mail dug out of what was posted."""

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from channels.base import Account, InboundRequest
from channels.email.reading.mail import Verdict
from models.errors import VerificationError
from models.inbound import Confirmation

FRESHNESS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ArrivedMail:
    """A mail as a provider handed it over: RFC 5322 bytes, and what the provider knows beside them."""

    raw: bytes = field(repr=False)
    sender: str | None = None  # of the envelope: empty for the null sender, None where the provider does not tell
    recipients: tuple[str, ...] = ()  # of the envelope
    verdict: Verdict | None = None  # the provider's own words about the sender, where it has any
    is_sealed: bool = True  # the proof covers the mail itself; without it nothing in it is believed
    unreadable: str = ""  # why there is no mail in it, though it is genuine


class Provider(Protocol):
    """Bound to nothing and shared by threads; secrets come with the account."""

    def verify(self, account: Account, request: InboundRequest, now: datetime) -> None:
        """Raises VerificationError; whoever has no secret configured is refused."""
        ...

    def extract(self, account: Account, request: InboundRequest) -> ArrivedMail | Confirmation | None:
        """Pure. None for noise. Raises PayloadError for what no provider of this kind would post."""
        ...


def secrets_of(account: Account, name: str) -> list[str]:
    """The secrets of a credential, separated by commas, the newest first. Raises VerificationError if there is none."""
    secrets = [secret.strip() for secret in account.credentials.get(name, "").split(",") if secret.strip()]
    if not secrets:
        raise VerificationError(f"the account {account.name!r} has no {name}")
    return secrets


def verify_basic(account: Account, request: InboundRequest) -> None:
    """HTTP Basic with any user name and one of the account's `webhook_secret` as the password."""
    secrets = secrets_of(account, "webhook_secret")
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise VerificationError("no Basic authorization")
    try:
        given = base64.b64decode(encoded.strip(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        raise VerificationError("the Basic authorization cannot be read") from None
    if not any(hmac.compare_digest(secret.encode(), given) for secret in secrets):
        raise VerificationError("the password does not fit EMAIL_WEBHOOK_SECRET")


def domain_of(address: str) -> str:
    """The domain in lower case; empty where there is none."""
    return address.rpartition("@")[2].strip().strip(">").lower() if "@" in address else ""


def verify_fresh(timestamp: str, now: datetime, *, past: timedelta = FRESHNESS) -> None:
    """`timestamp` is in seconds since 1970; at most `past` old and five minutes ahead."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise VerificationError("the timestamp is not a number of seconds")
    age = now.timestamp() - int(timestamp)
    if age > past.total_seconds():
        raise VerificationError("the request is too old")
    if age < -FRESHNESS.total_seconds():
        raise VerificationError("the request comes from the future: is the clock right?")
