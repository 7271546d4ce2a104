"""A read mail on its way between two processes: JSON and blobs with their lengths before them, never pickle."""

import json
import struct
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, BinaryIO

from channels.email.reading.mail import Mailbox, OwnAddresses, ReadMail, Verdict
from models.inbound import InboundMedia

_LENGTH = struct.Struct(">I")
MAX_FRAME = 64 * 1024 * 1024


def write_frames(stream: BinaryIO, frames: Iterable[bytes]) -> None:
    for frame in frames:
        stream.write(_LENGTH.pack(len(frame)))
        stream.write(frame)
    stream.flush()


def split_frames(content: bytes) -> list[bytes]:
    """Raises ValueError for anything that `write_frames` would not have written."""
    view, frames, position = memoryview(content), [], 0
    while position < len(content):
        if position + _LENGTH.size > len(content):
            raise ValueError("a frame is cut short")
        (length,) = _LENGTH.unpack_from(content, position)
        position += _LENGTH.size
        if length > MAX_FRAME or position + length > len(content):
            raise ValueError("a frame is cut short")
        frames.append(bytes(view[position : position + length]))
        position += length
    return frames


def dump_task(own: OwnAddresses, now: datetime, verdict: Verdict | None, envelope_sender: str | None) -> bytes:
    """Everything `read_mail` needs beside the mail."""
    task = {
        "addresses": sorted(own.addresses),
        "message_domain": own.message_domain,
        "authserv_ids": sorted(own.authserv_ids),
        "now": now.isoformat(),
        "verdict": asdict(verdict) if verdict else None,
        "envelope_sender": envelope_sender,
    }
    return json.dumps(task).encode()


def load_task(frame: bytes) -> tuple[OwnAddresses, datetime, Verdict | None, str | None]:
    task = json.loads(frame)
    own = OwnAddresses(frozenset(task["addresses"]), task["message_domain"], frozenset(task["authserv_ids"]))
    verdict = _load_verdict(task["verdict"]) if task["verdict"] else None
    return own, datetime.fromisoformat(task["now"]), verdict, task["envelope_sender"]


def dump_mail(mail: ReadMail) -> list[bytes]:
    """The fields as JSON, then the bytes of each attachment that has them."""
    bare = replace(mail, attachments=tuple(replace(media, content=None) for media in mail.attachments))
    fields = asdict(bare) | {"sent_at": mail.sent_at.isoformat() if mail.sent_at else None}
    fields["has_content"] = [media.content is not None for media in mail.attachments]
    blobs = [media.content for media in mail.attachments if media.content is not None]
    return [json.dumps({"mail": fields}).encode(), *blobs]


def dump_refusal(reason: str) -> list[bytes]:
    return [json.dumps({"refused": reason}).encode()]


def load_answer(frames: list[bytes]) -> ReadMail | str:
    """The mail, or why it was refused. Raises ValueError, KeyError or TypeError for what nobody of ours wrote."""
    if not frames:
        raise ValueError("no answer")
    answer = json.loads(frames[0])
    if "refused" in answer:
        return str(answer["refused"])
    fields: dict[str, Any] = answer["mail"]
    blobs = iter(frames[1:])
    has_content = fields.pop("has_content")
    fields["attachments"] = tuple(
        InboundMedia(**media | {"content": next(blobs) if has else None})
        for media, has in zip(fields["attachments"], has_content, strict=True)
    )
    fields["sent_at"] = datetime.fromisoformat(fields["sent_at"]) if fields["sent_at"] else None
    fields["verdict"] = _load_verdict(fields["verdict"])
    for name in ("to", "cc"):
        fields[name] = tuple(Mailbox(**mailbox) for mailbox in fields[name])
    for name in ("in_reply_to", "references"):
        fields[name] = tuple(fields[name])
    return ReadMail(**fields)


def _load_verdict(fields: dict[str, Any]) -> Verdict:
    return Verdict(**fields | {"dkim_domains": tuple(fields["dkim_domains"])})
