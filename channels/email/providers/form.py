"""Reading the forms that providers post - urlencoded or multipart - with every byte of a mail as it was sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from channels.base import InboundRequest
from models.errors import PayloadError
from models.inbound import InboundMedia

_MAX_PARTS = 500
_MAX_PART_HEADERS = 8 * 1024
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,200})"|([^\s;,"]{1,200}))', re.IGNORECASE)
_PARAMETER = re.compile(r';\s*([a-z*]+)=(?:"((?:[^"\\]|\\.)*)"|([^;"]*))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """Fields by name, each with its values in order, and the files. Bytes: charsets are the provider's affair."""

    fields: Mapping[str, list[bytes]] = field(repr=False)
    files: tuple[tuple[str, InboundMedia], ...] = ()  # field name, file

    def content(self, name: str) -> bytes | None:
        """The bytes of a field that must not come twice; None when it is missing."""
        values = self.fields.get(name, [])
        if len(values) > 1:
            raise PayloadError(f"{name}: given more than once")
        return values[0] if values else None

    def text(self, name: str, charset: str = "utf-8") -> str:
        """Empty when it is missing; bytes that are not of the charset are replaced."""
        content = self.content(name) or b""
        try:
            return content.decode(charset, "replace")
        except (LookupError, ValueError):  # a charset that nobody knows, or that is no charset for text
            return content.decode("utf-8", "replace")


def read_form(request: InboundRequest) -> Form:
    """Raises PayloadError for what is no form."""
    if request.content_type == "application/x-www-form-urlencoded":
        return _read_urlencoded(request.body)
    if request.content_type == "multipart/form-data":
        return _read_multipart(request.body, request.headers.get("content-type", ""))
    raise PayloadError("Content-Type: a form is expected")


def _read_urlencoded(body: bytes) -> Form:
    try:  # Latin-1 maps every byte to a character and back
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=_MAX_PARTS)
    except ValueError:
        raise PayloadError(f"body: not a form of at most {_MAX_PARTS} fields") from None
    fields: dict[str, list[bytes]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value.encode("latin-1"))
    return Form(fields)


def _read_multipart(body: bytes, content_type: str) -> Form:
    match = _BOUNDARY.search(content_type)
    boundary = (match[1] or match[2]) if match else ""
    if not boundary.strip() or not boundary.isascii():
        raise PayloadError("Content-Type: no boundary")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("ascii"), _MAX_PARTS + 1)
    if len(pieces) > _MAX_PARTS + 1:
        raise PayloadError(f"body: more than {_MAX_PARTS} parts")
    fields: dict[str, list[bytes]] = {}
    files: list[tuple[str, InboundMedia]] = []
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            return Form(fields, tuple(files))
        name, file, content = _read_part(piece)
        if file is None:
            fields.setdefault(name, []).append(content)
        else:
            files.append((name, file))
    raise PayloadError("body: the form ends before its last boundary")


def _read_part(piece: bytes) -> tuple[str, InboundMedia | None, bytes]:
    """Name, the file if it is one, and the content."""
    head, separator, content = piece.lstrip(b" \t").partition(b"\r\n\r\n")
    if not separator or len(head) > _MAX_PART_HEADERS:
        raise PayloadError("body: a part of the form has no headers, or too many")
    headers: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").split("\r\n"):
        key, _, value = line.partition(":")
        headers[key.strip().lower()] = value.strip()
    disposition = headers.get("content-disposition", "")
    parameters = {key.lower(): _unquote(quoted or bare) for key, quoted, bare in _PARAMETER.findall(disposition)}
    name = parameters.get("name", "")
    if not name:
        raise PayloadError("body: a part of the form has no name")
    if "filename" not in parameters and "filename*" not in parameters:
        return name, None, content
    claimed = headers.get("content-type", "").partition(";")[0].strip().lower()
    file_name = parameters.get("filename", "")
    return name, InboundMedia(claimed or "application/octet-stream", file_name, content=content), b""


def _unquote(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value.strip()).replace("%22", '"')
