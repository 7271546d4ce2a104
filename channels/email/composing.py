"""The mail itself: an outbound part as bytes, the same at every attempt, into which nobody can smuggle a header."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from channels.base import Account
from channels.email.threads import is_message_id, message_domain, part_message_id, plus_address, sign_thread
from channels.email.wording import flat
from models.reply import OutboundPart

_OF_IDS = frozenset({"message-id", "in-reply-to", "references"})
_LONGEST_LOCAL = 64  # octets, RFC 5321
_HIDDEN = frozenset({"multipart", "message"})


class _MailPolicy(EmailPolicy):
    """Message ids are never broken up: the standard library turns a long one into an encoded word that no program reads
    as an id."""

    def fold(self, name: str, value: Any) -> str:
        if name.lower() in _OF_IDS:
            return f"{name}: {(self.linesep + ' ').join(str(value).split())}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii") if name.lower() in _OF_IDS else super().fold_binary(name, value)


# 7bit: no server on the way needs to know 8BITMIME.
_POLICY = _MailPolicy(linesep="\r\n", cte_type="7bit")


class Unsendable(Exception):
    """No mail can be made of the part; trying again cannot help."""


def compose(account: Account, part: OutboundPart, now: datetime) -> EmailMessage:
    """Dated by the first attempt, so that a second one makes the same bytes. Raises Unsendable."""
    try:
        message = EmailMessage(policy=_POLICY)
        _write_headers(message, account, part, part.attempted_at or now)
        _write_body(message, part)
    except (MessageError, ValueError, TypeError, IndexError, LookupError, AttributeError) as error:
        raise Unsendable(f"{type(error).__name__}: {error}") from error
    return message


def read_address(text: str) -> Address:
    """An address as SMTP takes it: ASCII, one, without a name. Raises Unsendable."""
    if not text.isascii() or any(c.isspace() or not c.isprintable() or c in '<>,;:"()[]\\' for c in text):
        raise Unsendable("not an address that mail can be sent to")
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError) as error:
        raise Unsendable("not an address that mail can be sent to") from error
    if not address.username or not address.domain:
        raise Unsendable("not an address that mail can be sent to")
    return address


def _write_headers(message: EmailMessage, account: Account, part: OutboundPart, date: datetime) -> None:
    extra = part.extra
    own, to = read_address(account.address), read_address(part.to)
    domain = message_domain(account.address)
    message["From"] = Address(flat(account.credentials.get("from_name", "")), own.username, own.domain)
    message["To"] = to
    message["Subject"] = flat(_text(extra, "subject")) or "Recado"
    message["Date"] = format_datetime(date)
    message["Message-ID"] = part_message_id(part.id, domain)
    in_reply_to = _text(extra, "in_reply_to")
    if is_message_id(in_reply_to):
        message["In-Reply-To"] = in_reply_to
    listed = extra.get("references")
    ids = [one for one in listed if isinstance(one, str) and is_message_id(one)] if isinstance(listed, list) else []
    if ids:
        message["References"] = " ".join(ids)
    reply_to = _reply_to(account, part)
    if reply_to:
        message["Reply-To"] = Address(flat(account.credentials.get("from_name", "")), addr_spec=reply_to)
    message["Auto-Submitted"] = "auto-replied" if in_reply_to else "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Recado"] = "1"


def _reply_to(account: Account, part: OutboundPart) -> str:
    """The mailbox with the part's token; empty where no secret was set, or the address would grow too long."""
    secret = account.credentials.get("thread_secret", "")
    if not secret.replace(",", "").strip():
        return ""
    address = plus_address(account.address, sign_thread(secret, part.id))
    return address if len(address.rpartition("@")[0]) <= _LONGEST_LOCAL else ""


def _write_body(message: EmailMessage, part: OutboundPart) -> None:
    extra = part.extra
    pieces = (part.body, _text(extra, "below"), _text(extra, "quote"))
    message.set_content(_encodable("\n\n".join(piece for piece in pieces if piece) + "\n"))
    html = _text(extra, "html")
    if html:
        page = f"<html><body>\n{html}{_text(extra, 'quote_html')}</body></html>\n"
        message.add_alternative(_encodable(page), subtype="html")
        message.set_boundary(f"=_a_{part.id.hex}")
    files = extra.get("files")
    for file in files if isinstance(files, list) else []:
        _attach(message, file)
    if message.get_content_type() == "multipart/mixed":
        message.set_boundary(f"=_m_{part.id.hex}")


def _attach(message: EmailMessage, file: Mapping[str, Any]) -> None:
    try:
        content = base64.b64decode(_text(file, "content"), validate=True)
    except binascii.Error as error:
        raise Unsendable("a file of it is not base64") from error
    main, _, sub = _text(file, "content_type").lower().partition("/")
    known = main.isalpha() and sub and all(c.isalnum() or c in ".+-" for c in sub) and main not in _HIDDEN
    maintype, subtype = (main, sub) if known else ("application", "octet-stream")
    message.add_attachment(content, maintype=maintype, subtype=subtype, filename=flat(_text(file, "name")) or "file")


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
