"""What went through the fake Twilio, both ways, and its judgement on it."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

from bot.simulator.forms import Form, HostedFile


@dataclass(frozen=True, slots=True)
class ReceiptCall:
    """One status callback as it was posted; `answered` is the program's HTTP status, 0 for none."""

    status: str
    error_code: str
    answered: int


@dataclass
class Said:
    """What a person sent to our number."""

    form: Form
    file: HostedFile | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Sent:
    """A message of the program that was accepted; `status` is the last one that was reported."""

    to: str
    body: str
    status_callback: str
    media_urls: tuple[str, ...] = ()
    content_sid: str = ""
    sid: str = field(default_factory=lambda: f"SM{uuid4().hex}")
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    status: str = "queued"
    error_code: str = ""
    receipts: list[ReceiptCall] = field(default_factory=list)


class History:
    """Everything in the order it came. Safe for threads; `wait_for` wakes at each change."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.sent: list[Sent] = []
        self.refusals: list[int] = []  # Twilio's codes
        self.complaints: list[str] = []  # what the real Twilio would not have forgiven
        self.typing: list[str] = []  # SIDs under which the program showed that it writes
        self._changed = threading.Condition()

    def note(self, change: Callable[[], object]) -> None:
        """Makes a change that nobody sees half done."""
        with self._changed:
            change()
            self._changed.notify_all()

    def wait_for(self, is_so: Callable[[], bool], seconds: float) -> bool:
        """Whether it came to be so within that time."""
        with self._changed:
            return self._changed.wait_for(is_so, seconds)

    def sent_to(self, address: str, since: int = 0) -> list[Sent]:
        """What that person got, oldest first, leaving out the first `since` of all."""
        return [sent for sent in self.sent[since:] if sent.to == address]

    def find_file(self, sid: str) -> HostedFile | None:
        return next((said.file for said in self.said if said.file is not None and said.file.sid == sid), None)

    def double_sends(self) -> list[str]:
        """Status callback URLs, each naming one part of the program's, under which more than one message was taken."""
        urls = Counter(sent.status_callback for sent in self.sent if sent.status_callback)
        return sorted(url for url, count in urls.items() if count > 1)

    def judge(self) -> list[str]:
        """What is wrong with all of it; empty when all is well."""
        return [f"sent twice: {url}" for url in self.double_sends()] + self.complaints


def describe_sent(sent: Sent, account_sid: str, number: str) -> dict[str, Any]:
    """The message as Twilio's API shows it."""
    shown = _describe(sent.sid, account_sid, sent.at)
    date_sent = None if sent.status == "queued" else shown["date_created"]
    return shown | {
        "body": sent.body,
        "date_sent": date_sent,
        "direction": "outbound-api",
        "error_code": int(sent.error_code) if sent.error_code else None,
        "from": number,
        "num_media": str(len(sent.media_urls)),
        "status": sent.status,
        "to": sent.to,
    }


def describe_said(said: Said) -> dict[str, Any]:
    """The person's message as Twilio's API shows it: with less than the webhook told."""
    form = said.form
    shown = _describe(form["MessageSid"], form["AccountSid"], said.at)
    return shown | {
        "body": form["Body"],
        "date_sent": shown["date_created"],
        "direction": "inbound",
        "error_code": None,
        "from": form["From"],
        "num_media": form["NumMedia"],
        "status": "received",
        "to": form["To"],
    }


def _describe(sid: str, account_sid: str, at: datetime) -> dict[str, Any]:
    uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{sid}"
    stamp = format_datetime(at)
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "date_created": stamp,
        "date_updated": stamp,
        "error_message": None,
        "messaging_service_sid": None,
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": sid,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "uri": f"{uri}.json",
    }
