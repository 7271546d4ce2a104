"""The forms that Twilio posts: one inbound message of each kind, and the word about one of ours."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from bot.simulator.account import FakeAccount, Person

Form = dict[str, str]
_API = "https://api.twilio.com"  # what media URLs begin with; the program asks for them where its settings say


@dataclass(frozen=True, slots=True)
class HostedFile:
    """A file that a person sent. `words` is what a transcriber hears in it."""

    content_type: str
    content: bytes = field(repr=False)
    words: str = ""
    sid: str = field(default_factory=lambda: f"ME{uuid4().hex}")


def text_form(account: FakeAccount, person: Person, body: str, extra: Mapping[str, str] | None = None) -> Form:
    """A text; `extra` adds parameters or replaces them."""
    return _form(account, person, f"SM{uuid4().hex}", "text", {"Body": body, **(extra or {})})


def file_form(account: FakeAccount, person: Person, kind: str, file: HostedFile, caption: str = "") -> Form:
    """A file of the kind `audio`, `image` or `document`, with a caption or a file name as its Body."""
    sid = f"MM{uuid4().hex}"
    url = f"{_API}/2010-04-01/Accounts/{account.account_sid}/Messages/{sid}/Media/{file.sid}"
    media = {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": file.content_type}
    return _form(account, person, sid, kind, {"Body": caption, **media})


def location_form(account: FakeAccount, person: Person, latitude: str, longitude: str) -> Form:
    place = {"Body": "", "Latitude": latitude, "Longitude": longitude}
    return _form(account, person, f"SM{uuid4().hex}", "location", place)


def button_form(account: FakeAccount, person: Person, title: str, answers: str) -> Form:
    """A tap on a button under the message whose SID is `answers`, if there is one."""
    tapped = {"Body": title, "ButtonText": title, "ButtonPayload": title} | quoting(account, answers)
    return _form(account, person, f"SM{uuid4().hex}", "button", tapped)


def quoting(account: FakeAccount, sid: str) -> Form:
    """What a reply to a message of ours carries beside its text."""
    return {"OriginalRepliedMessageSender": account.number, "OriginalRepliedMessageSid": sid} if sid else {}


def status_form(account: FakeAccount, sid: str, to: str, status: str, error_code: str = "") -> Form:
    """Twilio's word about a message of ours."""
    form = {
        "AccountSid": account.account_sid,
        "ApiVersion": "2010-04-01",
        "ChannelPrefix": "whatsapp",
        "From": account.number,
        "MessageSid": sid,
        "MessageStatus": status,
        "SmsSid": sid,
        "SmsStatus": status,
        "To": to,
    }
    return form | ({"ErrorCode": error_code, "ErrorMessage": ""} if error_code else {})


def _form(account: FakeAccount, person: Person, sid: str, kind: str, content: Mapping[str, str]) -> Form:
    context = {"MessageType": kind, "ProfileName": person.name, "WaId": person.wa_id}
    form = {
        "AccountSid": account.account_sid,
        "ApiVersion": "2010-04-01",
        "ChannelMetadata": json.dumps({"type": "whatsapp", "data": {"context": context}}, separators=(",", ":")),
        "From": person.address,
        "MessageSid": sid,
        "MessageType": kind,
        "NumMedia": "0",
        "NumSegments": "1",
        "ProfileName": person.name,
        "ReferralNumMedia": "0",
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "To": account.number,
    }
    return form | ({"WaId": person.wa_id} if person.wa_id else {}) | dict(content)
