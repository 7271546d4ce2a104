"""The structure of a mail: split at boundaries into leaves, within the bounds on parts and depth."""

import binascii
import re
from dataclasses import dataclass, field

from channels.email.reading.bounds import MAX_DEPTH, MAX_PARTS
from channels.email.reading.headers import Headers, decode_base64, decode_words, read_parameters, split_headers
from models.errors import PayloadError


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the tree, still encoded, and the multiparts it lies in, outermost first."""

    headers: Headers
    body: bytes = field(repr=False)
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    inside: tuple[str, ...] = ()

    @property
    def disposition(self) -> str:
        return read_parameters(self.headers.get("content-disposition"))[0]

    @property
    def name(self) -> str:
        """The file's name as the sender gave it, without any folder."""
        _, given = read_parameters(self.headers.get("content-disposition"))
        name = decode_words(given.get("filename") or self.parameters.get("name", ""))
        return name.replace("\\", "/").rpartition("/")[2].strip()[:200]

    def decode(self) -> bytes:
        encoding = self.headers.get("content-transfer-encoding").lower().strip()
        if encoding == "base64":
            return decode_base64(self.body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        return self.body


class _Splitter:
    """Walks a mail once, counting parts as it goes."""

    def __init__(self) -> None:
        self.leaves: list[Part] = []
        self._count = 0

    def walk(self, headers: Headers, body: bytes, inside: tuple[str, ...]) -> None:
        self._count += 1
        if self._count > MAX_PARTS:
            raise PayloadError(f"mail: more than {MAX_PARTS} parts")
        if len(inside) > MAX_DEPTH:
            raise PayloadError(f"mail: nested more than {MAX_DEPTH} deep")
        default = "message/rfc822" if inside[-1:] == ("multipart/digest",) else "text/plain"
        content_type, parameters = read_parameters(headers.get("content-type") or default)
        boundary = parameters.get("boundary", "").rstrip()
        pieces = _split_body(body, boundary) if content_type.startswith("multipart/") and boundary else []
        for piece in pieces:
            self.walk(*split_headers(piece), (*inside, content_type))
        if pieces:
            return
        if "/" not in content_type or content_type.startswith("multipart/"):
            content_type = "text/plain"  # RFC 2045: what cannot be understood is plain text
        self.leaves.append(Part(headers, body, content_type, parameters, inside))


def _split_body(body: bytes, boundary: str) -> list[bytes]:
    """What lies between the boundary's lines; a missing last one is forgiven, preamble and epilogue are dropped."""
    delimiter = re.compile(
        rb"(?:\A|\r?\n)--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(--)?[ \t]*(?=\r?\n|\Z)"
    )
    pieces: list[bytes] = []
    start = -1
    for match in delimiter.finditer(body):
        if start >= 0:
            pieces.append(body[start : match.start()])
        start = -1 if match[1] else match.end()
        if match[1]:
            break
        if len(pieces) > MAX_PARTS:
            raise PayloadError(f"mail: more than {MAX_PARTS} parts")
    if start >= 0:
        pieces.append(body[start:])
    return [re.sub(rb"\A\r?\n", b"", piece, count=1) for piece in pieces]


def split_parts(headers: Headers, body: bytes) -> list[Part]:
    """The leaves in order. An attached mail is one leaf: nobody looks inside. Raises PayloadError beyond the bounds."""
    splitter = _Splitter()
    splitter.walk(headers, body, ())
    return splitter.leaves
