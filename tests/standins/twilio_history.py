"""What the stand-in Twilio was asked to send, and its judgement on it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any


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

    def as_json(self) -> dict[str, Any]:
        stamp = self.created_at.strftime("%a, %d %b %Y %H:%M:%S +0000")
        uri = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{self.sid}"
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": stamp,
            "date_sent": None if self.status == "queued" else stamp,
            "date_updated": stamp,
            "direction": "outbound-api",
            "error_code": int(self.error_code) if self.error_code else None,
            "error_message": None,
            "from": self.sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


@dataclass
class History:
    """Everything accepted, oldest first."""

    messages: list[SentMessage] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)  # Twilio's codes, in order
    _lock: Lock = field(default_factory=Lock)

    def add(self, account_sid: str, form: dict[str, str]) -> SentMessage:
        with self._lock:
            number = len(self.messages) + 1
            message = SentMessage(
                sid=f"SM{number:032x}",
                account_sid=account_sid,
                to=form["To"],
                sender=form["From"],
                body=form["Body"],
                status_callback=form.get("StatusCallback", ""),
                created_at=datetime.now(UTC),
                number=number,
            )
            self.messages.append(message)
            return message

    def bodies_to(self, recipient: str) -> list[str]:
        """What this recipient got, in the order it was accepted."""
        return [message.body for message in list(self.messages) if message.to == recipient]

    def double_sends(self) -> list[str]:
        """The status callback URLs, each naming one part of ours, under which more than one message was accepted."""
        urls = Counter(m.status_callback for m in list(self.messages) if m.status_callback)
        return sorted(url for url, count in urls.items() if count > 1)
