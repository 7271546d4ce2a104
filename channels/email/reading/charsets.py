"""Bytes to text when the declared charset is missing, unknown or wrong."""

import codecs

# Codecs that are no charsets of mail, some of them quadratic on purpose-made input.
_NOT_FOR_MAIL = frozenset({"idna", "punycode", "undefined", "mbcs", "oem", "unicode_escape", "raw_unicode_escape"})
# Mail that says Latin 1 or ASCII means windows-1252, as browsers have it; the curly quotes tell.
_MEANT_AS = {"iso8859-1": "cp1252", "ascii": "utf-8"}


def decode(content: bytes, declared: str = "") -> str:
    """As declared, else as UTF-8, else as windows-1252 with replacements. Never raises."""
    for name in (_find_codec(declared), "utf-8"):
        if name:
            try:
                return _tidy(content.decode(name))
            except (UnicodeError, ValueError):
                continue
    return _tidy(content.decode("cp1252", "replace"))


def _find_codec(declared: str) -> str:
    """The codec's name, or "" for one there is not or that must not be used."""
    if not declared or len(declared) > 40:
        return ""
    try:
        found = codecs.lookup(declared.strip())
    except (LookupError, ValueError):
        return ""
    if found.name in _NOT_FOR_MAIL or not getattr(found, "_is_text_encoding", True):
        return ""
    return _MEANT_AS.get(found.name, found.name)


def _tidy(text: str) -> str:
    """Without what no database and no JSON can hold."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text.encode("utf-8", "replace").decode("utf-8")
