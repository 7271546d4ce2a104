"""`read_mail`: the raw bytes of a mail become a value, in this process. Foreign mail goes through `reading.safely`."""

from codecs import BOM_UTF8
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from channels.email.reading.addresses import count_claims, read_mailboxes
from channels.email.reading.bodies import read_media, read_reply, sort_parts
from channels.email.reading.bounds import check_size
from channels.email.reading.headers import Headers, decode_words, read_parameters, split_headers
from channels.email.reading.machines import SCHEDULING, find_machine
from channels.email.reading.mail import Mailbox, OwnAddresses, ReadMail, Verdict
from channels.email.reading.mime import Part, split_parts
from channels.email.reading.references import find_plus_token, read_ids, read_message_id
from channels.email.reading.verdicts import read_verdict
from models.errors import PayloadError

_RECIPIENT_FIELDS = ("to", "cc", "delivered-to", "x-original-to", "x-forwarded-to", "envelope-to")
_FUTURE = timedelta(days=1)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def read_mail(
    raw: bytes, own: OwnAddresses, now: datetime, *, verdict: Verdict | None = None, envelope_sender: str | None = None
) -> ReadMail:
    """Pure. `verdict` and `envelope_sender` are the provider's own words, where it has any; else the headers of the
    trusted server count. Raises PayloadError, and nothing else, for what is beyond the bounds."""
    check_size(raw)
    try:
        return _read(raw, own, now, verdict, envelope_sender)
    except (RecursionError, MemoryError, ValueError, LookupError, OverflowError) as error:
        raise PayloadError(f"mail: cannot be read ({type(error).__name__})") from error


def _read(
    raw: bytes, own: OwnAddresses, now: datetime, verdict: Verdict | None, envelope_sender: str | None
) -> ReadMail:
    headers, body = split_headers(raw, _find_start(raw), len(raw))
    parts = split_parts(raw, headers, body)
    author, fault = _read_author(headers)
    subject = decode_words(headers.get("subject"))
    letter = sort_parts(parts)
    reply = read_reply(letter, subject, author.name)
    verdict = verdict or read_verdict(headers, own)
    message_id, is_synthetic = read_message_id(headers, raw)
    recipients = read_mailboxes([value for name in _RECIPIENT_FIELDS for value in headers.all(name)])
    return ReadMail(
        message_id=message_id,
        is_synthetic_id=is_synthetic,
        sender=author.address,
        sender_name=author.name,
        sender_fault=fault,
        to=read_mailboxes(headers.all("to")),
        cc=read_mailboxes(headers.all("cc")),
        subject=subject,
        sent_at=_read_date(headers.get("date"), now),
        in_reply_to=read_ids(" ".join(headers.all("in-reply-to"))),
        references=read_ids(" ".join(headers.all("references"))),
        text=reply.text,
        quoted=reply.quoted,
        signature=reply.signature,
        forwarded=reply.forwarded,
        is_forwarded=reply.is_forwarded,
        holds_history=reply.holds_history,
        attachments=read_media(letter.files),
        verdict=verdict,
        is_verified=not fault and verdict.vouches_for(author.address.rpartition("@")[2]),
        machine=find_machine(headers, _types_of(headers, parts), author.address, subject, own, envelope_sender),
        plus_token=find_plus_token(recipients, own),
    )


def _find_start(raw: bytes) -> int:
    """Some pipes put a byte order mark or empty lines before the first field."""
    start = len(BOM_UTF8) if raw.startswith(BOM_UTF8) else 0
    while raw[start : start + 1] in (b"\r", b"\n"):
        start += 1
    return start


def _read_author(headers: Headers) -> tuple[Mailbox, str]:
    """Whoever the one From field names. Reply-To is never asked: anybody can write there whom to believe."""
    values = headers.all("from")
    claims = sum(count_claims(value) for value in values)
    found = read_mailboxes(values)
    if len(values) > 1 or claims > 1 or len(found) > 1:
        return Mailbox(""), "several-senders"
    return (found[0], "") if found else (Mailbox(""), "no-sender")


def _types_of(headers: Headers, parts: list[Part]) -> frozenset[str]:
    """Every content type in the mail, multiparts too; of a calendar that asks or answers for itself, the method too."""
    outermost = read_parameters(headers.get("content-type"))[0]
    named = {name for part in parts for name in (part.content_type, *part.inside)}
    return frozenset({outermost, *named, *(SCHEDULING for part in parts if _schedules(part))})


def _schedules(part: Part) -> bool:
    """RFC 6047: an invitation or the answer to one, not a calendar's file that somebody attached."""
    has_method = part.content_type == "text/calendar" and bool(part.parameters.get("method"))
    return has_method and part.disposition != "attachment"


def _read_date(value: str, now: datetime) -> datetime | None:
    try:
        sent_at = parsedate_to_datetime(value[:100])
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    sent_at = sent_at.replace(tzinfo=UTC) if sent_at.tzinfo is None else sent_at.astimezone(UTC)
    return sent_at if _EARLIEST <= sent_at <= now + _FUTURE else None
