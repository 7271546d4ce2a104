"""What a file is by its bytes, for files whose claimed type nobody vouches for. Linear in the file's length."""

import re
from typing import NamedTuple

UNKNOWN = "application/octet-stream"
_OLE, _ZIP, _TEXT = "application/x-ole-storage", "application/zip", "text/plain"
_OFFICE = "application/vnd.openxmlformats-officedocument."


class _Signature(NamedTuple):
    start: re.Pattern[bytes]
    content_type: str


def _signature(pattern: bytes, content_type: str) -> _Signature:
    return _Signature(re.compile(pattern, re.DOTALL), content_type)


# The first that fits counts.
_SIGNATURES = (
    _signature(rb"\xff\xd8\xff", "image/jpeg"),
    _signature(rb"\x89PNG\r\n\x1a\n", "image/png"),
    _signature(rb"GIF8[79]a", "image/gif"),
    _signature(rb"RIFF.{4}WEBP", "image/webp"),
    _signature(rb"BM.{4}\0{4}", "image/bmp"),
    _signature(rb"II\*\0|MM\0\*", "image/tiff"),
    _signature(rb"RIFF.{4}WAVE", "audio/wav"),
    _signature(rb"OggS.{24}.{0,16}\x80theora", "video/ogg"),
    _signature(rb"OggS", "audio/ogg"),
    _signature(rb"#!AMR(-WB)?\n", "audio/amr"),
    _signature(rb"fLaC", "audio/flac"),
    _signature(rb"ID3", "audio/mpeg"),
    _signature(rb"\xff[\xf1\xf9]", "audio/aac"),
    _signature(rb"\xff[\xe2\xe3\xf2-\xf5\xfa-\xfd]", "audio/mpeg"),
    _signature(rb".{4}ftypM4[AB] ", "audio/mp4"),
    _signature(rb".{4}ftyp3g", "video/3gpp"),
    _signature(rb".{4}ftypqt  ", "video/quicktime"),
    _signature(rb".{4}ftyp(hei[cxms]|mif1|msf1)", "image/heic"),
    _signature(rb".{4}ftypavi[fs]", "image/avif"),
    _signature(rb".{4}ftyp", "video/mp4"),
    _signature(rb"\x1aE\xdf\xa3", "video/webm"),
    _signature(rb"(\xef\xbb\xbf)?\s{0,16}%PDF-", "application/pdf"),
    _signature(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLE),
    _signature(rb"PK(\x03\x04|\x05\x06)", _ZIP),
    _signature(rb"\x1f\x8b\x08", "application/gzip"),
    _signature(rb"Rar!\x1a\x07", "application/vnd.rar"),
    _signature(rb"7z\xbc\xaf'\x1c", "application/x-7z-compressed"),
    _signature(rb"\x7fELF|MZ.{2}", "application/x-executable"),
)
_MARKUP = (
    _signature(rb"BEGIN:VCARD", "text/vcard"),
    _signature(rb"(?i:<!doctype html|<html|<head|<body|<script)", "text/html"),
    _signature(rb"(?i:<svg)|<\?xml[^>]{0,200}>\s{0,16}(<!--.{0,500}?-->\s{0,16})?<svg", "image/svg+xml"),
    _signature(rb"<\?xml", "application/xml"),
)
# Inside a ZIP archive, the folder that its directory (the entries at its end) names first tells Office's formats.
_OFFICE_FOLDER = re.compile(rb"PK\x01\x02.{42}(word|xl|ppt)/", re.DOTALL)
_OFFICE_TYPES = {
    b"word": f"{_OFFICE}wordprocessingml.document",
    b"xl": f"{_OFFICE}spreadsheetml.sheet",
    b"ppt": f"{_OFFICE}presentationml.presentation",
}
_OPEN_DOCUMENT = re.compile(rb"PK\x03\x04.{26}mimetype(application/vnd\.oasis\.opendocument\.[a-z-]{1,30})", re.DOTALL)
_MOVING_PICTURE = re.compile(rb"hdlr.{8}vide", re.DOTALL)
_SOUND = re.compile(rb"hdlr.{8}soun", re.DOTALL)
# Formats that look alike from outside: here the claim decides.
_BELIEVED = {
    _OLE: {"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"},
    _TEXT: {"text/csv", "text/calendar", "text/markdown", "application/json", "text/tab-separated-values"},
    "video/webm": {"audio/webm"},
}
_LOOKED_AT = 64 * 1024
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff_type(content: bytes, claimed: str = "") -> str:
    """The media type, in lower case and without parameters. `claimed` chooses only among types that look alike."""
    claim = claimed.partition(";")[0].strip().lower()
    found = next((s.content_type for s in _SIGNATURES if s.start.match(content)), "") or _read_text(content)
    if found == _ZIP:
        return _look_into_archive(content)
    if found in ("video/mp4", "video/3gpp") and _SOUND.search(content) and not _MOVING_PICTURE.search(content):
        return found.replace("video", "audio")
    return claim if claim in _BELIEVED.get(found, ()) else found


def _look_into_archive(content: bytes) -> str:
    if match := _OPEN_DOCUMENT.match(content):
        return match[1].decode()
    match = _OFFICE_FOLDER.search(content)
    return _OFFICE_TYPES[match[1]] if match else _ZIP


def _read_text(content: bytes) -> str:
    """A kind of text, or UNKNOWN. What a browser would run is told apart from what it would show."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _TEXT
    start = content[:_LOOKED_AT]
    if not start or _NOT_TEXT.search(start):
        return UNKNOWN
    plain = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return next((s.content_type for s in _MARKUP if s.start.match(plain)), _TEXT)
