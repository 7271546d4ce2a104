"""A bounce of a mail of ours, read as the platform's word about the part."""

import re

from channels.email.threads import find_part_id
from models.inbound import Receipt

_REPORT = re.compile(rb"report-type=\"?delivery-status", re.IGNORECASE)
_OUR_ID = re.compile(rb"^message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,700}>)", re.IGNORECASE | re.MULTILINE)
_ACTION = re.compile(rb"^action:[ \t]*([a-z]{1,20})", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(rb"^status:[ \t]*([245]\.[0-9]{1,3}\.[0-9]{1,3})", re.IGNORECASE | re.MULTILINE)
_LOOKED_AT = 512 * 1024  # bytes; what matters stands before the returned text
_OURS = {"failed": "failed", "delayed": "delayed", "delivered": "delivered", "relayed": "sent", "expanded": "sent"}


def find_receipt(raw: bytes, domain: str) -> Receipt | None:
    """None unless it is a delivery report (RFC 3464) about one part of ours: the part's id is known to nobody but us
    and who got the mail. Linear, and no MIME is read for it. `domain` is that of our Message-IDs."""
    head = raw[:_LOOKED_AT]
    if not _REPORT.search(head):
        return None
    ids = {find_part_id(match.decode("ascii", "replace"), domain) for match in _OUR_ID.findall(head)} - {None}
    actions = [match.decode("ascii").lower() for match in _ACTION.findall(head)]
    if len(ids) != 1 or not actions or actions[0] not in _OURS:
        return None
    status = _STATUS.search(head)
    code = status[1].decode("ascii") if status else ""
    return Receipt(
        status=_OURS[actions[0]],
        part_id=ids.pop(),
        error_code=code if actions[0] == "failed" else "",
        extra={"action": actions[0], "status": code},
    )
