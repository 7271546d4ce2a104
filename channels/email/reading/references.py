"""What a mail belongs to: its own id, the ids it answers, the token in the address it was sent to."""

import hashlib
import re
from collections.abc import Iterable

from channels.email.reading.bounds import MAX_REFERENCES
from channels.email.reading.headers import Headers
from channels.email.reading.mail import Mailbox, OwnAddresses

_ID = re.compile(r"<\s?([^<>\s]{1,900})\s?>")
_BARE = re.compile(r"[^<>\s,]{1,900}@[^<>\s,]{1,250}")


def read_message_id(headers: Headers, raw: bytes) -> tuple[str, bool]:
    """The id in its angle brackets, and whether we had to make it: of the bytes, always the same."""
    found = read_ids(headers.get("message-id"))
    if found:
        return found[0], False
    return f"<{hashlib.sha256(raw).hexdigest()}@synthetic.invalid>", True


def read_ids(value: str) -> tuple[str, ...]:
    """Message ids in their angle brackets, as written. A mail program that forgot the brackets is understood too."""
    found = _ID.findall(value) or _BARE.findall(value)
    return tuple(f"<{each}>" for each in dict.fromkeys(found))[-MAX_REFERENCES:]


def find_plus_token(recipients: Iterable[Mailbox], own: OwnAddresses) -> str:
    """The first token in an address of ours, in lower case; "" without one."""
    for mailbox in recipients:
        local, at, domain = mailbox.address.partition("@")
        name, plus, token = local.partition("+")
        if plus and token and name + at + domain in own.addresses:
            return token
    return ""
