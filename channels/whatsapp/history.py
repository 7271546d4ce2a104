"""What Twilio received for our number, for messages that no webhook brought."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from channels.base import Account
from channels.whatsapp.parse import parse_message
from channels.whatsapp.transport import DEFAULT_BASE_URL, NotSent, Refused
from models.errors import DeliveryError, PayloadError
from models.inbound import InboundMessage

_PAGE_SIZE = 200
_MOST = 20_000  # more is no gap but a history; the newest are listed first, so stopping would lose the oldest


def list_received(client: Any, account: Account, since: datetime) -> list[InboundMessage]:
    """Oldest first, by the time Twilio received them. Raises DeliveryError. `client` is a `twilio.rest.Client`.

    The list tells less than a webhook: no name, no quoted message, no button, no place.
    """
    since = since.astimezone(UTC).replace(microsecond=0)  # Twilio's times are whole seconds
    try:
        rows = [row for row in _rows(client, account, since) if _received_at(row) >= since]
        rows.reverse()  # newest first, also within one second, which the sorting leaves alone
        rows.sort(key=_received_at)
        return list(_messages(client, account, rows))
    except DeliveryError:
        raise
    except Exception as error:  # of the network, of Twilio, or an answer that cannot be read
        words = str(error) if isinstance(error, NotSent | Refused) else type(error).__name__
        raise DeliveryError(f"Twilio did not list its messages ({words})", permanent=False) from error


def _rows(client: Any, account: Account, since: datetime) -> Iterator[Any]:
    """Twilio compares DateSent, which a received message has from the start."""
    listed = client.messages.stream(to=account.address, date_sent_after=since, page_size=_PAGE_SIZE)
    for number, row in enumerate(listed):
        if number >= _MOST:
            raise DeliveryError(f"more than {_MOST} messages since {since:%Y-%m-%d %H:%M}", permanent=True)
        if str(row.direction) == "inbound":
            yield row


def _received_at(row: Any) -> datetime:
    at: datetime | None = row.date_sent or row.date_created
    return at if at is not None else datetime.min.replace(tzinfo=UTC)


def _messages(client: Any, account: Account, rows: list[Any]) -> Iterator[InboundMessage]:
    """As if each had been posted to us; what our door would have refused is passed over here too."""
    for row in rows:
        form = _as_form(row)
        if form["NumMedia"] not in ("", "0"):
            form |= _media_fields(client, row.sid)
        try:
            yield parse_message(account, form)
        except PayloadError:
            continue


def _as_form(row: Any) -> dict[str, str]:
    return {
        "AccountSid": row.account_sid or "",
        "MessageSid": row.sid or "",
        "From": row.from_ or "",
        "To": row.to or "",
        "Body": row.body or "",
        "NumMedia": row.num_media or "0",
        "DateSent": _received_at(row).isoformat(),
    }


def _media_fields(client: Any, sid: str) -> dict[str, str]:
    """The files of one message; the URI of a file's description without its ending is that of the file."""
    fields: dict[str, str] = {}
    for number, file in enumerate(client.messages(sid).media.list(limit=10)):
        fields[f"MediaUrl{number}"] = DEFAULT_BASE_URL + str(file.uri).removesuffix(".json")
        fields[f"MediaContentType{number}"] = str(file.content_type or "")
    return fields | {"NumMedia": str(len(fields) // 2)} if fields else fields
