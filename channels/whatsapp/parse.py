"""From Twilio's form to our values. Pure; to be called only after the signature was verified.

A Twilio signature joins names and values without separators, so the same signature fits other forms made of the same
characters: every field that decides something is checked against its grammar here.
"""

import re
from collections.abc import Mapping
from uuid import UUID

from channels.base import Account, InboundRequest
from channels.whatsapp.addresses import PREFIX, canonical_address, is_address, is_phone, same_phone
from channels.whatsapp.content import gather_referral, kind_of, read_media, read_text
from channels.whatsapp.form import read_form
from models.errors import PayloadError
from models.inbound import InboundMessage, Receipt

_SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
_WORD = re.compile(r"[A-Za-z_-]{1,40}")
_STATUS_PATH = re.compile(r"/status/([^/]*)/?$")
_CONSUMED = frozenset(
    {"AccountSid", "MessageSid", "SmsSid", "SmsMessageSid", "From", "To", "Body", "ProfileName", "ApiVersion", "opting"}
)
_OPTING = {"STOP": "out", "START": "in"}
_FORWARDED = ("Forwarded", "FrequentlyForwarded")
_EVENTS = {  # kinds without words for us, and why nobody may answer them
    "call_permission": "an answer to a request to call, not a message",
    "reaction": "a reaction to an earlier message",
}
_CONSUMED_BY_RECEIPT = frozenset({"AccountSid", "MessageSid", "SmsSid", "MessageStatus", "ErrorCode", "ApiVersion"})


def parse_request(account: Account, request: InboundRequest) -> list[InboundMessage | Receipt]:
    """One message or one receipt. Raises PayloadError, whose text names the field."""
    if request.method != "POST":
        raise PayloadError("method: configure the webhook as HTTP POST")
    form = read_form(request)
    if form.get("AccountSid", "") != account.credentials.get("account_sid", "?"):
        raise PayloadError("AccountSid: not this account")
    callback = _STATUS_PATH.search(request.target.partition("?")[0])
    if callback:
        return [_parse_receipt(form, _part_id(callback[1]))]
    if "MessageStatus" in form:  # the console's status callback may point at the door for messages
        return [_parse_receipt(form, None)]
    return [parse_message(account, form)]


def parse_message(account: Account, form: Mapping[str, str]) -> InboundMessage:
    """One message, posted to us or listed by Twilio. Raises PayloadError."""
    external_id = _message_sid(form)
    if canonical_address(form.get("To", "")) != canonical_address(account.address):
        raise PayloadError("To: not this account's number")
    sender = form.get("From", "")
    if not is_address(sender):
        raise PayloadError("From: not a WhatsApp address")
    media, text = read_media(form), read_text(form)
    kind = kind_of(form, media, text)
    if "Body" not in form and kind in ("text", "empty"):
        raise PayloadError("Body: missing")
    return InboundMessage(
        external_id=external_id,
        sender=canonical_address(sender),
        reply_to=sender,
        text=text,
        kind=kind,
        sender_name=form.get("ProfileName", "")[:200],
        aliases=_aliases(sender, form),
        extra={
            **gather_referral({name: value for name, value in form.items() if name not in _CONSUMED}),
            **_read_opting(form),
        },
        media=media,
        quotes=_quoted_sid(form),
        is_forwarded=any(form.get(name, "").lower() == "true" for name in _FORWARDED),
        unanswerable=_EVENTS.get(kind, ""),
    )


def _read_opting(form: Mapping[str, str]) -> dict[str, str]:
    """What Twilio has done by a keyword of hers, with Advanced Opt-Out: it has told her so, and sends her nothing more.
    https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out"""
    return {"opting": _OPTING[told]} if (told := form.get("OptOutType", "")) in _OPTING else {}


def _message_sid(form: Mapping[str, str]) -> str:
    sid = form.get("MessageSid", "")
    if not _SID.fullmatch(sid):
        raise PayloadError("MessageSid: not a message's id")
    for twin in ("SmsSid", "SmsMessageSid"):
        if form.get(twin, sid) != sid:
            raise PayloadError(f"{twin}: differs from MessageSid")
    return sid


def _quoted_sid(form: Mapping[str, str]) -> str:
    """The message that this one answers; an id of another shape is no message of ours and stays in `extra`."""
    sid = form.get("OriginalRepliedMessageSid", "")
    return sid if _SID.fullmatch(sid) else ""


def _aliases(sender: str, form: Mapping[str, str]) -> tuple[str, ...]:
    """Every other spelling or id of the sender that Twilio vouches for."""
    phone = f"{PREFIX}+{form['WaId']}" if form.get("WaId") else ""
    if is_phone(phone) and is_phone(sender) and not same_phone(canonical_address(phone), canonical_address(sender)):
        raise PayloadError("WaId: another person than From")
    found = [sender, phone, canonical_address(phone), form.get("ExternalUserId", "")]
    known = dict.fromkeys(address for address in found if is_address(address))
    known.pop(canonical_address(sender), None)
    return tuple(known)


def _parse_receipt(form: Mapping[str, str], part_id: UUID | None) -> Receipt:
    status = form.get("MessageStatus", "")
    if not _WORD.fullmatch(status):
        raise PayloadError("MessageStatus: missing or not a status")
    return Receipt(
        status=status.lower(),
        external_id=_message_sid(form),
        part_id=part_id,
        error_code=form.get("ErrorCode", "")[:20],
        extra={name: value for name, value in form.items() if name not in _CONSUMED_BY_RECEIPT},
    )


def _part_id(text: str) -> UUID:
    try:
        part_id = UUID(text)
    except ValueError:
        raise PayloadError("path: /status/ is not followed by the id of a part") from None
    if str(part_id) != text:
        raise PayloadError("path: /status/ is not followed by the id of a part")
    return part_id
