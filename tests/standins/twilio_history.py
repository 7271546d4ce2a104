"""What the stand-in Twilio was asked to send, and what it received, with its judgement on it."""

import itertools
import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

_received = itertools.count(int.from_bytes(os.urandom(8), "big"))


@dataclass
class HostedFile:
    """A file that somebody sent: on the API it is a redirect to `location`, after `misses` answers of 404."""

    sid: str
    message_sid: str
    account_sid: str
    content: bytes
    content_type: str
    location: str
    url: str
    misses: int = 0
    pause: float = 0.0  # seconds before each of its four pieces
    status: int = 200  # the content network's answer

    def as_json(self) -> dict[str, Any]:
        stamp = _stamp(datetime.now(UTC))
        return {
            "account_sid": self.account_sid,
            "content_type": self.content_type,
            "date_created": stamp,
            "date_updated": stamp,
            "parent_sid": self.message_sid,
            "sid": self.sid,
            "uri": f"{_uri(self.account_sid, self.message_sid)}/Media/{self.sid}.json",
        }


@dataclass
class SentMessage:
    """A message that the stand-in accepted; `status` is the last one it reported."""

    sid: str
    account_sid: str
    to: str
    sender: str
    body: str
    status_callback: str
    created_at: datetime
    number: int
    status: str = "queued"
    error_code: str = ""
    media_urls: tuple[str, ...] = ()
    content_sid: str = ""  # the template it was said with; `body` holds the template's words and ours

    @property
    def sent_at(self) -> datetime | None:
        return None if self.status == "queued" else self.created_at

    def as_json(self) -> dict[str, Any]:
        """As Twilio does, it counts the files of a message only once it has fetched them."""
        return _as_json(self, "outbound-api", 0 if self.status == "queued" else len(self.media_urls))


@dataclass
class ReceivedMessage:
    """A message that a person sent, whether or not its webhook was called."""

    sid: str
    account_sid: str
    to: str
    sender: str
    body: str
    created_at: datetime
    files: tuple[HostedFile, ...] = ()
    status: str = "received"
    error_code: str = ""

    @property
    def sent_at(self) -> datetime:
        return self.created_at

    def as_json(self) -> dict[str, Any]:
        return _as_json(self, "inbound", len(self.files))


@dataclass
class History:
    """Everything accepted and everything received, oldest first."""

    messages: list[SentMessage] = field(default_factory=list)
    received: list[ReceivedMessage] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)  # Twilio's codes, in order
    typing: list[str] = field(default_factory=list)  # the messages for which a typing indicator was shown
    leaks: list[str] = field(default_factory=list)  # requests to the content network that carried credentials
    _lock: Lock = field(default_factory=Lock)

    def add(self, account_sid: str, form: dict[str, str], body: str) -> SentMessage:
        """`body` is what the person reads: the form's, or the template's with its variables filled in."""
        with self._lock:
            number = len(self.messages) + 1
            message = SentMessage(
                sid=f"SM{number:032x}",
                account_sid=account_sid,
                to=form["To"],
                sender=form["From"],
                body=body,
                status_callback=form.get("StatusCallback", ""),
                created_at=datetime.now(UTC),
                number=number,
                media_urls=media_urls(form),
                content_sid=form.get("ContentSid", ""),
            )
            self.messages.append(message)
            return message

    def bodies_to(self, recipient: str) -> list[str]:
        """What this recipient got, in the order it was accepted."""
        return [message.body for message in list(self.messages) if message.to == recipient]

    def files_to(self, recipient: str) -> list[str]:
        """The URLs of the files that this recipient got, in order."""
        return [url for message in list(self.messages) if message.to == recipient for url in message.media_urls]

    def templates_to(self, recipient: str) -> list[str]:
        """What this recipient got by templates, filled in, in order."""
        return [m.body for m in list(self.messages) if m.to == recipient and m.content_sid]

    def last_heard(self, person: str) -> datetime | None:
        """When this person wrote last."""
        return max((m.created_at for m in list(self.received) if m.sender == person), default=None)

    def double_sends(self) -> list[str]:
        """The status callback URLs, each naming one part of ours, under which more than one message was accepted."""
        urls = Counter(m.status_callback for m in list(self.messages) if m.status_callback)
        return sorted(url for url, count in urls.items() if count > 1)


def media_urls(form: dict[str, str]) -> tuple[str, ...]:
    """A parameter given several times is kept as lines."""
    return tuple(filter(None, form.get("MediaUrl", "").split("\n")))


def new_sid(prefix: str) -> str:
    return f"{prefix}{next(_received) % 2**128:032x}"


def _as_json(message: SentMessage | ReceivedMessage, direction: str, files: int) -> dict[str, Any]:
    uri = _uri(message.account_sid, message.sid)
    stamp = _stamp(message.created_at)
    return {
        "account_sid": message.account_sid,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": stamp,
        "date_sent": stamp if message.sent_at else None,
        "date_updated": stamp,
        "direction": direction,
        "error_code": int(message.error_code) if message.error_code else None,
        "error_message": None,
        "from": message.sender,
        "messaging_service_sid": None,
        "num_media": str(files),
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def _uri(account_sid: str, message_sid: str) -> str:
    return f"/2010-04-01/Accounts/{account_sid}/Messages/{message_sid}"


def _stamp(at: datetime) -> str:
    return at.strftime("%a, %d %b %Y %H:%M:%S +0000")
