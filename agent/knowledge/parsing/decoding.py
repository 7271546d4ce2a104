"""Bytes to text for files that do not say in which encoding they are."""

import codecs

from models.errors import UnreadableDocument

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like that of UTF-16: asked first
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(content: bytes) -> str:
    """By its mark, else UTF-8, else windows-1252, which is what Brazilian Excel writes. Raises UnreadableDocument."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    if b"\0" in content:
        raise UnreadableDocument("it is no text: it holds NUL bytes. Save it as UTF-8 text and add it again")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
