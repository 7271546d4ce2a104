"""What ties a mail to a conversation: message ids, ours among them, and the signed plus-address as the last resort.

Message ids keep their angle brackets everywhere.
"""

import base64
import binascii
import hashlib
import hmac
import re
from uuid import UUID

# What may stand in our own In-Reply-To and References; whatever else came in is not repeated.
_MESSAGE_ID = re.compile(r"<[^<>\s@]{1,400}@[^<>\s@]{1,255}>")
_OURS = re.compile(r"<r\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@([^<>\s@]+)>", re.IGNORECASE)
_MAC_BYTES = 10
_PURPOSE = b"recado plus-address\n"


def message_domain(mailbox: str) -> str:
    """The right half of our Message-IDs. A name of its own: the company's mail server makes ids with the company's."""
    return "recado." + (mailbox.rpartition("@")[2].strip().lower() or "invalid")


def part_message_id(part_id: UUID, domain: str) -> str:
    """The Message-ID of a part of ours: the same however often it is sent, so that a second copy collapses."""
    return f"<r.{part_id}@{domain}>"


def find_part_id(message_id: str, domain: str) -> UUID | None:
    """The part that a Message-ID of ours names; None for anybody else's."""
    match = _OURS.fullmatch(message_id)
    return UUID(match[1]) if match and match[2].lower() == domain.lower() else None


def is_message_id(value: str) -> bool:
    """A Message-ID that can be repeated in a header as it is; ids that we made up for mails without one cannot."""
    is_made_up = value.endswith((".invalid>", "@invalid>"))
    return value.isascii() and value.isprintable() and not is_made_up and _MESSAGE_ID.fullmatch(value) is not None


def sign_thread(secret: str, value: UUID) -> str:
    """A token of 42 letters and digits, which survives being put in lower case. `value` is the part it stands for.

    `secret` may list several, separated by commas: the first one signs.
    """
    return base64.b32encode(value.bytes + _mac(_keys(secret)[0], value)).decode().rstrip("=").lower()


def read_thread(secret: str, token: str) -> UUID | None:
    """What `sign_thread` signed with one of the secrets; None for everything else."""
    padded = token.upper() + "=" * (-len(token) % 8)
    try:
        decoded = base64.b32decode(padded)
    except (binascii.Error, ValueError):
        return None
    if len(decoded) != 16 + _MAC_BYTES:
        return None
    value, mac = UUID(bytes=decoded[:16]), decoded[16:]
    return value if any(hmac.compare_digest(_mac(key, value), mac) for key in _keys(secret)) else None


def plus_address(mailbox: str, token: str) -> str:
    """`bot@example.com` and a token make `bot+token@example.com`."""
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{token}@{domain}"


def find_token(mailbox: str, address: str) -> str:
    """The token in an address of ours; empty when there is none, or when the mailbox is another."""
    local, _, domain = address.strip().lower().rpartition("@")
    name, plus, token = local.partition("+")
    own, _, own_domain = mailbox.lower().rpartition("@")
    return token if plus and (name, domain) == (own, own_domain) else ""


def _keys(secret: str) -> list[str]:
    return [key.strip() for key in secret.split(",") if key.strip()]


def _mac(secret: str, value: UUID) -> bytes:
    return hmac.new(secret.encode(), _PURPOSE + value.bytes, hashlib.sha256).digest()[:_MAC_BYTES]
