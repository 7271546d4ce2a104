"""The structure of a mail: split at boundaries into leaves, within the bounds on parts and depth."""

import binascii
import re
from dataclasses import dataclass, field

from channels.email.reading.bounds import MAX_DEPTH, MAX_PARTS
from channels.email.reading.headers import Headers, decode_base64, decode_words, read_parameters, split_headers
from models.errors import PayloadError


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the tree, still encoded in its place in the raw mail, and the multiparts around it, outermost first."""

    headers: Headers
    raw: bytes = field(repr=False)
    start: int
    end: int
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    inside: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return self.end - self.start

    @property
    def disposition(self) -> str:
        return read_parameters(self.headers.get("content-disposition"))[0]

    @property
    def name(self) -> str:
        """The file's name as the sender gave it, without any folder."""
        _, given = read_parameters(self.headers.get("content-disposition"))
        name = decode_words(given.get("filename") or self.parameters.get("name", ""))
        return name.replace("\\", "/").rpartition("/")[2].strip()[:200]

    def decode(self, most: int) -> bytes:
        """What its transfer encoding hides, of the first `most` bytes."""
        content = self.raw[self.start : min(self.end, self.start + most)]
        encoding = self.headers.get("content-transfer-encoding").lower().strip()
        if encoding == "base64":
            return decode_base64(content)
        return binascii.a2b_qp(content) if encoding == "quoted-printable" else content


class _Splitter:
    """Walks a mail once, counting parts as it goes; nothing is copied on the way."""

    def __init__(self, raw: bytes) -> None:
        self.leaves: list[Part] = []
        self._raw = raw
        self._count = 0

    def walk(self, headers: Headers, start: int, end: int, inside: tuple[str, ...]) -> None:
        self._count += 1
        if self._count > MAX_PARTS:
            raise PayloadError(f"mail: more than {MAX_PARTS} parts")
        if len(inside) > MAX_DEPTH:
            raise PayloadError(f"mail: nested more than {MAX_DEPTH} deep")
        default = "message/rfc822" if inside[-1:] == ("multipart/digest",) else "text/plain"
        content_type, parameters = read_parameters(headers.get("content-type") or default)
        boundary = parameters.get("boundary", "").rstrip() if content_type.startswith("multipart/") else ""
        pieces = _split_body(self._raw, start, end, boundary) if boundary else []
        for begins, ends in pieces:
            fields, body = split_headers(self._raw, begins, ends)
            self.walk(fields, body, ends, (*inside, content_type))
        if pieces:
            return
        if "/" not in content_type or content_type.startswith("multipart/"):
            content_type = "text/plain"  # RFC 2045: what cannot be understood is plain text
        self.leaves.append(Part(headers, self._raw, start, end, content_type, parameters, inside))


def _split_body(raw: bytes, start: int, end: int, boundary: str) -> list[tuple[int, int]]:
    """What lies between the boundary's lines; a missing last one is forgiven, preamble and epilogue are dropped."""
    text = re.escape(boundary.encode("utf-8", "replace"))
    delimiter = re.compile(rb"--" + text + rb"(--)?[ \t]*(?:\r?\n|\Z)")
    pieces: list[tuple[int, int]] = []
    opened = -1
    for match in delimiter.finditer(raw, start, end):
        if match.start() > start and raw[match.start() - 1] != 0x0A:
            continue  # not at the head of a line
        if opened >= 0:
            pieces.append((opened, max(opened, _before_break(raw, match.start()))))
        opened = -1 if match[1] else match.end()
        if match[1]:
            break
        if len(pieces) > MAX_PARTS:
            raise PayloadError(f"mail: more than {MAX_PARTS} parts")
    if opened >= 0:
        pieces.append((opened, end))
    return pieces


def _before_break(raw: bytes, position: int) -> int:
    """The line break before a boundary belongs to the boundary."""
    if raw[position - 1 : position] == b"\n":
        position -= 1
    return position - 1 if raw[position - 1 : position] == b"\r" else position


def split_parts(raw: bytes, headers: Headers, start: int) -> list[Part]:
    """The leaves in order. An attached mail is one leaf: nobody looks inside. Raises PayloadError beyond the bounds."""
    splitter = _Splitter(raw)
    splitter.walk(headers, start, len(raw), ())
    return splitter.leaves
