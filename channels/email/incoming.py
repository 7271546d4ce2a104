"""From a mail that arrived to the message it is: who wrote what, on which thread, and why it gets no answer."""

import hashlib
import re
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from channels.base import Account
from channels.email.bounces import find_receipt
from channels.email.providers.base import ArrivedMail, domain_of
from channels.email.reading.mail import OwnAddresses, ReadMail
from channels.email.reading.safely import Unreadable
from channels.email.threads import find_token, message_domain, part_message_id, read_thread
from models.inbound import InboundMessage, Receipt

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
NOBODY = "unknown@invalid"  # where not even the envelope names a sender; .invalid belongs to nobody


class Reader(Protocol):
    """`read_mail_safely`, or what a test puts in its place."""

    def __call__(
        self, raw: bytes, own: OwnAddresses, now: datetime, *, envelope_sender: str | None = None
    ) -> ReadMail | Unreadable: ...


def own_addresses(account: Account) -> OwnAddresses:
    """The mailbox, its aliases (credential `aliases`, behind commas), and the receiving servers it believes."""
    credentials = account.credentials
    listed = [account.address, *credentials.get("aliases", "").split(",")]
    authserv_ids = credentials.get("authserv_id", "").split(",")
    return OwnAddresses(
        addresses=frozenset(address.strip().lower() for address in listed if address.strip()),
        message_domain=message_domain(account.address),
        authserv_ids=frozenset(name.strip().lower() for name in authserv_ids if name.strip()),
    )


def read_arrived(account: Account, arrived: ArrivedMail, read: Reader, now: datetime) -> InboundMessage | Receipt:
    """A mail that cannot be read is a message all the same: its request is stored and can be read again later."""
    if arrived.unreadable:
        return _unreadable(arrived, arrived.unreadable)
    receipt = find_receipt(arrived.raw, message_domain(account.address))
    if receipt is not None:
        return receipt
    mail = read(arrived.raw, own_addresses(account), now, envelope_sender=arrived.sender)
    if isinstance(mail, Unreadable):
        return _unreadable(arrived, mail.reason)
    return _message(account, arrived, mail)


def _message(account: Account, arrived: ArrivedMail, mail: ReadMail) -> InboundMessage:
    return InboundMessage(
        external_id=_storable(mail.message_id),
        sender=_storable(mail.sender) or _envelope_sender(arrived),
        text=_storable(mail.words),
        thread=_storable(mail.message_id),
        sender_name=_storable(mail.sender_name),
        subject=_storable(mail.subject),
        media=tuple(replace(media, name=_storable(media.name)) for media in mail.attachments),
        aside=_storable(mail.aside),
        follows=tuple(map(_storable, _follows(account, arrived, mail))),
        is_forwarded=mail.is_forwarded,
        is_verified=_is_verified(arrived, mail),
        unanswerable=mail.unanswerable,
        extra=_extra(arrived, mail),
    )


def _follows(account: Account, arrived: ArrivedMail, mail: ReadMail) -> tuple[str, ...]:
    """In-Reply-To, References from the last to the first, and last of all the part that a plus-address stands for."""
    addresses = [*arrived.recipients, *(mailbox.address for mailbox in (*mail.to, *mail.cc))]
    tokens = [mail.plus_token, *(find_token(account.address, address) for address in addresses)]
    secret = account.credentials.get("thread_secret", "")
    parts = [read_thread(secret, token) for token in dict.fromkeys(tokens) if token]
    domain = message_domain(account.address)
    signed = [part_message_id(part, domain) for part in parts if part is not None]
    return tuple(one for one in dict.fromkeys((*mail.follows, *signed)) if one != mail.message_id)


def _is_verified(arrived: ArrivedMail, mail: ReadMail) -> bool:
    """The receiving side's verdict alone, and only where the request's proof covers the mail it speaks of."""
    if not arrived.is_sealed or not mail.sender or mail.sender_fault:
        return False
    if arrived.verdict is not None and arrived.verdict.dmarc == "fail":
        return False
    return mail.is_verified or (arrived.verdict is not None and arrived.verdict.vouches_for(domain_of(mail.sender)))


def _extra(arrived: ArrivedMail, mail: ReadMail) -> dict[str, object]:
    verdict = arrived.verdict or mail.verdict
    return {
        "to": [_storable(mailbox.address) for mailbox in mail.to],
        "cc": [_storable(mailbox.address) for mailbox in mail.cc],
        "envelope": {
            "sender": None if arrived.sender is None else _storable(arrived.sender),
            "recipients": [_storable(recipient) for recipient in arrived.recipients],
        },
        "verdict": {"spf": verdict.spf, "dkim": verdict.dkim, "dmarc": verdict.dmarc},
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
        **({"text_from": "subject"} if mail.words != mail.text else {}),
        **({"holds_history": True} if mail.holds_history else {}),
    }


def _storable(text: str) -> str:
    """Without what has no UTF-8 and what no database keeps as text."""
    return _UNSTORABLE.sub("", text)


def _unreadable(arrived: ArrivedMail, reason: str) -> InboundMessage:
    """Told apart by its bytes, so that a second delivery is the same; kept out of every conversation."""
    sign = hashlib.sha256(arrived.raw).hexdigest()
    return InboundMessage(
        external_id=f"<unread-{sign}@invalid>",
        sender=_envelope_sender(arrived),
        text="",
        kind="event",
        thread=f"<unread-{sign}@invalid>",
        is_verified=False,
        unanswerable=f"unreadable: {_storable(reason)}",
    )


def _envelope_sender(arrived: ArrivedMail) -> str:
    sender = _storable(arrived.sender or "").strip().lower()
    return sender if "@" in sender else NOBODY
