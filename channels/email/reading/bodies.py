"""Which parts are the letter and which are files beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from channels.email.reading.bounds import MAX_ATTACHMENT, MAX_TEXT
from channels.email.reading.charsets import decode
from channels.email.reading.html import read_html_lines
from channels.email.reading.lines import Line, mark_flowing, split_lines, unflow
from channels.email.reading.mime import Part
from channels.email.reading.reply import CutReply, cut_reply
from models.inbound import InboundMedia

_TEXTS = ("text/plain", "text/html")


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts sorted: bodies in order, then files."""

    plains: tuple[Part, ...]
    htmls: tuple[Part, ...]
    files: tuple[Part, ...]


def sort_parts(parts: list[Part]) -> Letter:
    """Text is a body unless it has a file's name or comes as an attachment; everything else is a file."""
    plains: list[Part] = []
    htmls: list[Part] = []
    files: list[Part] = []
    for part in parts:
        is_file = part.content_type not in _TEXTS or part.disposition == "attachment" or bool(part.name)
        if not is_file:
            (plains if part.content_type == "text/plain" else htmls).append(part)
        elif not _is_machinery(part):
            files.append(part)
    return Letter(tuple(plains), tuple(htmls), tuple(files))


def _is_machinery(part: Part) -> bool:
    """Signatures and alternative renderings that no person sees as a file."""
    if part.content_type in (
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
    ):
        return True
    return part.inside[-1:] == ("multipart/alternative",) and part.content_type in ("text/x-amp-html", "text/calendar")


def read_media(files: tuple[Part, ...]) -> tuple[InboundMedia, ...]:
    """Their bytes, decoded; a file over the cap comes without them."""
    found = []
    for part in files:
        # Base64 is a third larger than what it holds: what is far beyond the cap is not even decoded.
        content = part.decode(part.size) if part.size <= MAX_ATTACHMENT * 3 // 2 else None
        if content is not None and len(content) > MAX_ATTACHMENT:
            content = None
        name = part.name or ("mensagem.eml" if part.content_type == "message/rfc822" else "")
        found.append(InboundMedia(part.content_type, name, content=content))
    return tuple(found)


def read_reply(letter: Letter, subject: str, sender_name: str) -> CutReply:
    """Of the plain text where there is one that says something, else of the HTML. Where the plain text shows no history
    and the HTML does, the HTML knows better."""
    plain = cut_reply(_plain_lines(letter.plains), subject, sender_name) if letter.plains else CutReply("")
    if not letter.htmls or (plain.text and (plain.quoted or plain.forwarded)):
        return plain
    rich = cut_reply(_html_lines(letter.htmls), subject, sender_name)
    if not plain.text or _is_stub(plain.text, rich.text):
        return rich
    is_wiser = bool(rich.quoted or rich.forwarded) and rich.text and len(rich.text) < len(plain.text)
    return rich if is_wiser else plain


def _is_stub(plain: str, rich: str) -> bool:
    """Some programs send "this mail is in HTML" as the plain text."""
    return "html" in plain.lower() and len(plain) < 300 and len(rich) > 0 and plain not in rich


def _plain_lines(parts: tuple[Part, ...]) -> list[Line]:
    texts = []
    for part, text in _read_texts(parts):
        if part.parameters.get("format", "").lower() == "flowed":
            text = unflow(text, part.parameters.get("delsp", "").lower() == "yes")
        texts.append(text.rstrip("\r\n"))
    return split_lines("\n".join(texts))


def _html_lines(parts: tuple[Part, ...]) -> list[Line]:
    lines: list[Line] = []
    for _, text in _read_texts(parts):
        lines += read_html_lines(text)
    return mark_flowing(lines)


def _read_texts(parts: tuple[Part, ...]) -> Iterator[tuple[Part, str]]:
    """Decoded, as much of them as is read."""
    left = MAX_TEXT
    for part in parts:
        if left <= 0:
            return
        text = decode(part.decode(left * 4), part.parameters.get("charset", ""))[:left]
        left -= len(text)
        yield part, text
