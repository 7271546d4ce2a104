"""From Twilio's form to our values. Pure; to be called only after the signature was verified.

A Twilio signature joins names and values without separators, so the same signature fits other forms made of the same
characters: every field that decides something is checked against its grammar here.
"""

import re
from uuid import UUID

from channels.base import Account, InboundRequest
from channels.whatsapp.addresses import PREFIX, canonical_address, is_address, is_phone, same_phone
from channels.whatsapp.form import read_form
from models.errors import PayloadError
from models.inbound import InboundMessage, Receipt

_SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
_WORD = re.compile(r"[A-Za-z_-]{1,40}")
_STATUS_PATH = re.compile(r"/status/([^/]*)/?$")
_TYPED_KINDS = frozenset({"", "text", "interactive", "button"})  # what a person wrote or tapped: words for the agent
_CALL_PERMISSION = "VOICE_CALL_REQUEST"  # Twilio puts this event into Body, though nobody said it
_CONSUMED = frozenset(
    {"AccountSid", "MessageSid", "SmsSid", "SmsMessageSid", "From", "To", "Body", "ProfileName", "ApiVersion"}
)
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
    return [_parse_message(account, form)]


def _parse_message(account: Account, form: dict[str, str]) -> InboundMessage:
    external_id = _message_sid(form)
    if canonical_address(form.get("To", "")) != canonical_address(account.address):
        raise PayloadError("To: not this account's number")
    sender = form.get("From", "")
    if not is_address(sender):
        raise PayloadError("From: not a WhatsApp address")
    kind = _kind(form)
    if "Body" not in form and kind == "text":
        raise PayloadError("Body: missing")
    return InboundMessage(
        external_id=external_id,
        sender=canonical_address(sender),
        reply_to=sender,
        text="" if kind == "call_permission" else form.get("Body", ""),
        kind=kind,
        sender_name=form.get("ProfileName", "")[:200],
        aliases=_aliases(sender, form),
        extra={name: value for name, value in form.items() if name not in _CONSUMED},
    )


def _message_sid(form: dict[str, str]) -> str:
    sid = form.get("MessageSid", "")
    if not _SID.fullmatch(sid):
        raise PayloadError("MessageSid: not a message's id")
    for twin in ("SmsSid", "SmsMessageSid"):
        if form.get(twin, sid) != sid:
            raise PayloadError(f"{twin}: differs from MessageSid")
    return sid


def _kind(form: dict[str, str]) -> str:
    """`text` is for words to be answered; everything else keeps Twilio's word for it."""
    stated = form.get("MessageType", "").lower()
    if form.get("Body") == _CALL_PERMISSION:
        return "call_permission"
    if form.get("NumMedia", "0") not in ("", "0"):
        return stated if stated not in _TYPED_KINDS else form.get("MediaContentType0", "").partition("/")[0] or "media"
    if stated not in _TYPED_KINDS:
        return stated if _WORD.fullmatch(stated) else "unknown"
    if "Latitude" in form:
        return "location"
    return "text" if form.get("Body", " ").strip() or "Body" not in form else "empty"


def _aliases(sender: str, form: dict[str, str]) -> tuple[str, ...]:
    """Every other spelling or id of the sender that Twilio vouches for."""
    phone = f"{PREFIX}+{form['WaId']}" if form.get("WaId") else ""
    if is_phone(phone) and is_phone(sender) and not same_phone(canonical_address(phone), canonical_address(sender)):
        raise PayloadError("WaId: another person than From")
    found = [sender, phone, canonical_address(phone), form.get("ExternalUserId", "")]
    known = dict.fromkeys(address for address in found if is_address(address))
    known.pop(canonical_address(sender), None)
    return tuple(known)


def _parse_receipt(form: dict[str, str], part_id: UUID | None) -> Receipt:
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
