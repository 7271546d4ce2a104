"""Header fields: split, unfolded and decoded in linear time, without the standard library's recursion."""

import binascii
import re
from dataclasses import dataclass

from channels.email.reading.bounds import MAX_FIELDS, MAX_HEADER, MAX_HEADERS
from channels.email.reading.charsets import decode
from models.errors import PayloadError

_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,200})[ \t]*:(.*)", re.DOTALL)
_END = re.compile(rb"\r?\n\r?\n")
_EMPTY = re.compile(rb"\r?\n")
_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?\n]*)\?=")
_PARAMETER = re.compile(r";\s*([\w-]{1,40})(\*\d{1,2})?(\*)?\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;\s]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of one part, in order, topmost first; names in lower case, values unfolded but not decoded."""

    fields: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]

    def get(self, name: str) -> str:
        """The topmost value, "" without one."""
        return next((value for key, value in self.fields if key == name), "")

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)


def split_headers(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The fields of the part between the two places, and where its body begins: below the first empty line. Raises
    PayloadError beyond the bounds."""
    empty = _EMPTY.match(raw, start, end)
    if empty:
        return Headers(), empty.end()
    gap = _END.search(raw, start, min(end, start + MAX_HEADERS + 4))
    if gap is None and end - start > MAX_HEADERS:
        raise PayloadError(f"mail: more than {MAX_HEADERS} bytes of headers")
    block = raw[start : gap.start() if gap else end]
    return Headers(tuple(_read_fields(block))), gap.end() if gap else end


def _read_fields(block: bytes) -> list[tuple[str, str]]:
    gathered: list[list[bytes]] = []
    for line in block.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t") and gathered:
            gathered[-1].append(line)
        else:
            gathered.append([line])
    if len(gathered) > MAX_FIELDS:
        raise PayloadError(f"mail: more than {MAX_FIELDS} header fields")
    fields = []
    for lines in gathered:
        if sum(map(len, lines)) > MAX_HEADER:
            if _is_unread(lines[0]):
                continue
            raise PayloadError(f"mail: a header of more than {MAX_HEADER} bytes")
        match = _FIELD.fullmatch(b"".join(lines))
        if match:  # what is no field, such as mbox's "From " line, says nothing
            fields.append((match[1].decode("ascii").lower(), decode(match[2]).strip()))
    return fields


def _is_unread(line: bytes) -> bool:
    """Servers leave long notes to themselves; nobody reads those, so their length is no reason to refuse a mail."""
    return (
        line[:40]
        .lower()
        .startswith((b"x-ms-", b"x-microsoft-", b"x-forefront-", b"x-google-", b"x-gm-", b"arc-", b"dkim-"))
    )


def decode_words(value: str) -> str:
    """RFC 2047 words become text; neighbours of one charset are joined as bytes, for clients that split characters."""
    pieces: list[str] = []
    pending, charset, at = b"", "", 0
    for word in _WORD.finditer(value):
        between = value[at : word.start()]
        if between.strip() or (charset and word[1].lower() != charset):
            pieces.append(decode(pending, charset))
            pending = b""
        if between.strip() or not charset:
            pieces.append(between)
        charset = word[1].lower()
        pending += _decode_word(word[2], word[3])
        at = word.end()
    pieces.append(decode(pending, charset.partition("*")[0]))
    pieces.append(value[at:])
    return " ".join("".join(pieces).split())


def _decode_word(kind: str, text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    if kind in "qQ":
        return binascii.a2b_qp(content, header=True)
    return decode_base64(content)


def decode_base64(content: bytes) -> bytes:
    """Whatever can be made of it: foreign characters are skipped, a cut end is padded."""
    try:
        return binascii.a2b_base64(content)
    except binascii.Error:
        pass  # only then is it worth copying
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
    clean = clean[: len(clean) - 1] if len(clean) % 4 == 1 else clean
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def read_parameters(value: str) -> tuple[str, dict[str, str]]:
    """`text/plain; charset="utf-8"` taken apart, RFC 2231 too; the value and the names in lower case."""
    main = value.partition(";")[0].strip().lower()
    plain: dict[str, str] = {}
    extended: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAMETER.finditer(value):
        name, number, is_extended, text = match[1].lower(), match[2], bool(match[3]), match[4]
        if text.startswith('"'):
            text = re.sub(r"\\(.)", r"\1", text[1:-1])
        if number or is_extended:
            extended.setdefault(name, []).append((int(number[1:]) if number else 0, is_extended, text))
        else:
            plain.setdefault(name, text)
    for name, sections in extended.items():
        plain[name] = _join_sections(sorted(sections))
    return main, plain


def _join_sections(sections: list[tuple[int, bool, str]]) -> str:
    charset, content = "", b""
    for position, (_, is_extended, text) in enumerate(sections):
        if is_extended and position == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        content += _unescape(text) if is_extended else text.encode("utf-8", "replace")
    return decode(content, charset)


def _unescape(text: str) -> bytes:
    source = text.encode("utf-8", "replace")
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), source)
