"""From the fields of a parsed mail back to RFC 5322 bytes, so that every mail goes through the one reader."""

import base64
import re
from collections.abc import Iterable, Sequence
from email.errors import HeaderParseError
from email.header import Header
from email.utils import formataddr, getaddresses
from hashlib import sha256

from models.inbound import InboundMedia

_MAX_HEADERS = 256 * 1024  # bytes of a raw mail in which its headers are looked for
_NAME = re.compile(r"[!-9;-~]{1,200}")
_ADDRESSES = frozenset({"from", "to", "cc", "bcc", "sender", "reply-to"})
# The body is made anew, so what described the old one goes; the type alone is looked at for reports.
_OF_THE_BODY = frozenset({"mime-version", "content-type", "content-transfer-encoding", "content-disposition"})
_REPORT = re.compile(r"multipart/report\b[^\r\n]{0,200}?(report-type=\"?[a-z-]{1,40}\"?)?", re.IGNORECASE)
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}", re.IGNORECASE)


def read_header_block(block: str) -> list[tuple[str, str]]:
    """The lines of a raw header block, unfolded; lines that are no header are left out."""
    headers: list[tuple[str, str]] = []
    for line in re.split(r"\r\n|\n|\r", block):
        if line[:1] in (" ", "\t") and headers:
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if colon and _NAME.fullmatch(name.strip()):
            headers.append((name.strip(), value.strip()))
    return headers


def read_raw_headers(raw: bytes) -> list[tuple[str, str]]:
    """The header block of a raw mail."""
    head = re.split(rb"\r?\n\r?\n", raw[:_MAX_HEADERS], maxsplit=1)[0]
    return read_header_block(head.decode("utf-8", "replace"))


def rebuild_mail(
    headers: Iterable[tuple[str, str]], text: str, html: Sequence[str], files: Sequence[InboundMedia]
) -> bytes:
    """Pure: the same fields always give the same bytes. Values may hold anything; none of it can break out."""
    kept = list(headers)
    lines = [_header_line(name, value) for name, value in kept if name.lower() not in _OF_THE_BODY]
    bodies = [_part("text/plain; charset=utf-8", text.encode("utf-8", "replace"))] if text.strip() or not html else []
    bodies += [_part("text/html; charset=utf-8", page.encode("utf-8", "replace")) for page in html]
    boundary = sha256(b"".join(lines) + text.encode("utf-8", "replace")).hexdigest()[:40]
    alternative = _multipart("alternative", "a" + boundary, bodies)
    attached = [_part(*_described(file)) for file in files]
    original = next((value for name, value in kept if name.lower() == "content-type"), "")
    report = _REPORT.match(original.strip())
    subtype = f"report; {report[1] or 'report-type=unknown'}" if report else "mixed"
    return b"".join(lines) + b"MIME-Version: 1.0\r\n" + _multipart(subtype, "m" + boundary, [alternative, *attached])


def _header_line(name: str, value: str) -> bytes:
    """ASCII, one logical line; whatever else is encoded as RFC 2047 wants it."""
    if not _NAME.fullmatch(name):
        return b""
    flat = " ".join(re.sub(r"[\x00-\x1f\x7f]+", " ", value).split())
    if not flat.isascii():
        flat = _encoded_addresses(flat) if name.lower() in _ADDRESSES else _encoded(flat)
    return f"{name}: {flat}\r\n".encode("ascii", "replace")


def _encoded(value: str) -> str:
    clean = value.encode("utf-8", "replace").decode()
    try:
        return Header(clean, "utf-8").encode(linesep="\r\n")
    except (HeaderParseError, UnicodeError):
        return clean.encode("ascii", "replace").decode()


def _encoded_addresses(value: str) -> str:
    """Only the names are encoded: an encoded word cannot stand for an address."""
    written = []
    for name, address in getaddresses([value])[:200]:
        ascii_address = address.encode("ascii", "replace").decode()
        written.append(formataddr((name.encode("utf-8", "replace").decode(), ascii_address)))
    return ", ".join(written)


def _described(file: InboundMedia) -> tuple[str, bytes, str]:
    content_type = file.content_type if _TYPE.fullmatch(file.content_type) else "application/octet-stream"
    if content_type.lower().startswith(("multipart/", "message/")):
        content_type = "application/octet-stream"  # base64 is not allowed in those
    percent = "".join(
        f"%{byte:02X}" if chr(byte) in "%'\"();<>@,:\\/[]?= *" or not 32 < byte < 127 else chr(byte)
        for byte in (file.name or "file").encode("utf-8", "replace")[:200]
    )
    return content_type, file.content or b"", f"attachment; filename*=utf-8''{percent}"


def _part(content_type: str, content: bytes, disposition: str = "") -> bytes:
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n"
    head += f"Content-Disposition: {disposition}\r\n" if disposition else ""
    return head.encode("ascii") + b"\r\n" + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode("ascii", "replace")
    delimiter = f"--{boundary}".encode("ascii")
    return head + b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts) + delimiter + b"--\r\n"
