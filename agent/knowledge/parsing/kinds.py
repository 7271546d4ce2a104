"""What kind of document a file is, by its bytes; its name decides only among kinds of plain text."""

import re
from pathlib import PurePath
from typing import Final

from agent.knowledge.parsing.archive import member_names
from models.errors import UnreadableDocument
from models.files.sniffing import UNKNOWN, sniff_type

_BY_TYPE: Final = {"application/pdf": "pdf", "text/html": "html"}
_BY_ENDING: Final = {
    "csv": "csv",
    "tsv": "csv",
    "md": "markdown",
    "markdown": "markdown",
    "htm": "html",
    "html": "html",
    "xhtml": "html",
    "eml": "mail",
}
_BY_CLAIM: Final = {
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "text/markdown": "markdown",
    "message/rfc822": "mail",
}
_HEADER_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,60}:[^\n]{0,2000}\n")
_IS_MARKUP = re.compile(r"<(?:p|div|h[1-6]|table|ul|ol|span|br|a)\b", re.IGNORECASE)
_PASSWORD = "EncryptedPackage".encode("utf-16-le")  # how Office keeps a file with a password

_CURES: Final = {
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "a presentation: save it as PDF",
    "application/zip": "an archive: unpack it and add the files in it",
    "application/gzip": "an archive: unpack it and add the files in it",
    "application/vnd.rar": "an archive: unpack it and add the files in it",
    "application/x-7z-compressed": "an archive: unpack it and add the files in it",
    "application/x-ole-storage": "a file of an old Office: save it as DOCX or XLSX",
    "application/x-executable": "a program, no document",
    "application/xml": "XML: save it as XLSX, CSV or HTML",
    "text/vcard": "an address card, no document",
}
READABLE: Final = "PDF, DOCX, XLSX, CSV, Markdown, HTML, TXT or EML"


def find_kind(name: str, content_type: str, content: bytes) -> str:
    """A key of the reader's registry. Raises UnreadableDocument with what to do instead."""
    if not content.strip():
        raise UnreadableDocument("it is empty")
    found = sniff_type(content)
    if found in _BY_TYPE:
        return _BY_TYPE[found]
    if "zip" in found or "officedocument" in found or "opendocument" in found:
        return _kind_of_archive(content, found)
    if found == "application/x-ole-storage" and _PASSWORD in content:
        raise UnreadableDocument("it is protected by a password: save it without one and add it again")
    if found in ("text/plain", "application/xml") or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _kind_of_text(name, content_type, content, found)
    raise _refusal(found)


def _kind_of_archive(content: bytes, found: str) -> str:
    names = member_names(content)
    for member, kind in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx")):
        if member in names:
            return kind
    if "opendocument" in found:
        raise UnreadableDocument("it is an OpenDocument file: save it as DOCX, XLSX or PDF and add it again")
    raise _refusal(found if found in _CURES else "application/zip")


def _kind_of_text(name: str, content_type: str, content: bytes, found: str) -> str:
    ending = PurePath(name).suffix.lower().removeprefix(".")
    kind = _BY_ENDING.get(ending) or _BY_CLAIM.get(content_type.partition(";")[0].strip().lower(), "")
    if kind == "mail" and not _HEADER_FIELD.match(content.lstrip()):
        kind = ""
    if kind == "html" or (found == "application/xml" and b"xhtml" in content[:2000]):
        return "html" if _IS_MARKUP.search(content[:20_000].decode("latin-1")) else "text"
    if found == "application/xml":
        raise _refusal(found)
    return kind or "text"


def _refusal(found: str) -> UnreadableDocument:
    if found.startswith(("image/", "audio/", "video/")):
        what = "a picture: no text is read out of pictures" if found.startswith("image/") else "a recording"
    else:
        what = _CURES.get(found, "" if found == UNKNOWN else f"of the type {found}")
    said = f"it is {what}" if what else "its bytes are of no kind that can be read"
    return UnreadableDocument(f"{said}. Add {READABLE}")
