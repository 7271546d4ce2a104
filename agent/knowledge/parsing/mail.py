"""EML: subject, sender and date, the body, and the attachments that can be read, one level deep."""

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage

from agent.knowledge.bounds import MAX_ATTACHMENTS
from agent.knowledge.parsing.blocks import Block, ParsedDocument, one_line
from agent.knowledge.parsing.kinds import find_kind
from agent.knowledge.parsing.reader import find_parser
from models.errors import UnreadableDocument

_TOLD = ("from", "to", "date", "subject")


def parse_mail(content: bytes) -> ParsedDocument:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    subject = _field(message, "subject")
    head = "\n".join(f"{name.title()}: {value}" for name in _TOLD if (value := _field(message, name)))
    blocks = [Block("text", head, (subject,) if subject else ())] if head else []
    body = message.get_body(("plain", "html"))
    if isinstance(body, EmailMessage) and (text := _content(body)):
        kind = "html" if body.get_content_subtype() == "html" else "text"
        blocks += _inside(find_parser(kind)(text).blocks, subject, None)
    notes = []
    for number, part in enumerate(message.iter_attachments()):
        name = one_line(str(part.get_filename() or f"attachment {number + 1}"))[:200]
        if number >= MAX_ATTACHMENTS:
            notes.append(f"only the first {MAX_ATTACHMENTS} attachments were read")
            break
        try:
            blocks += _inside(_attached(name, part), subject, name)
        except UnreadableDocument as error:
            notes.append(f"attachment {name}: {error}")
    return ParsedDocument(subject, "", tuple(blocks), tuple(notes))


def _field(message: EmailMessage, name: str) -> str:
    try:
        return one_line(str(message.get(name, "")))[:500]
    except Exception:  # the standard library trips over some fields of its own finding
        return ""


def _content(part: EmailMessage) -> bytes:
    found = part.get_payload(decode=True)
    if not isinstance(found, bytes):
        return b""
    charset = part.get_content_charset("utf-8")
    try:
        return found.decode(charset).encode() if part.get_content_maintype() == "text" else found
    except (LookupError, UnicodeError):
        return found


def _attached(name: str, part: EmailMessage) -> tuple[Block, ...]:
    content = _content(part)
    kind = find_kind(name, part.get_content_type(), content)
    if kind == "mail":
        raise UnreadableDocument("a mail within a mail is not read: add it by itself")
    try:
        return find_parser(kind)(content).blocks
    except (UnreadableDocument, MemoryError):
        raise
    except Exception as error:
        raise UnreadableDocument(f"it cannot be read as {kind.upper()} ({type(error).__name__})") from None


def _inside(blocks: tuple[Block, ...], subject: str, name: str | None) -> list[Block]:
    above = tuple(word for word in (subject, name) if word)
    return [replace(block, path=above + block.path, place=replace(block.place, file=name)) for block in blocks]
