"""Address lists, read in one pass without recursion and without letting a display name pose as an address."""

import re
from dataclasses import dataclass

from channels.email.reading.bounds import MAX_ADDRESSES
from channels.email.reading.headers import decode_words
from channels.email.reading.mail import Mailbox
from models.errors import PayloadError

_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\]{1,64}@[^\s<>@,;:\"()\[\]\\]{1,253}")
_CLOSING = {'"': '"', "<": ">", "(": ")"}


def read_mailboxes(values: list[str]) -> tuple[Mailbox, ...]:
    """Every mailbox of the headers given, in order. What holds no address is skipped; PayloadError beyond the bound."""
    found = []
    for value in values:
        for entry in _ListReader().read(value):
            mailbox = _read_entry(entry)
            if mailbox:
                found.append(mailbox)
        if len(found) > MAX_ADDRESSES:
            raise PayloadError(f"mail: more than {MAX_ADDRESSES} addresses")
    return tuple(found)


@dataclass(slots=True)
class _Entry:
    """One element of the list; `bare` is the same with blanks where quoted text stands."""

    text: str
    bare: str


class _ListReader:
    """Splits at commas and semicolons outside of quotes, angle brackets and comments; comments are dropped."""

    def __init__(self) -> None:
        self.entries: list[_Entry] = []
        self._text: list[str] = []
        self._bare: list[str] = []
        self._closing = ""
        self._is_escaped = False

    def read(self, value: str) -> list[_Entry]:
        for c in value:
            self._take(c)
        self._finish()
        return self.entries

    def _take(self, c: str) -> None:
        if self._is_escaped:
            self._is_escaped = False
        elif c == "\\" and self._closing == '"':
            self._is_escaped = True
        elif self._closing:
            was, self._closing = self._closing, "" if c == self._closing else self._closing
            if was == ")":
                return
            self._text.append(c)
            self._bare.append(" " if was == '"' else c)
            return
        elif c in _CLOSING:
            self._closing = _CLOSING[c]
            if c == "(":
                return
            self._text.append(c)
            self._bare.append(" " if c == '"' else c)
            return
        elif c in ",;":
            self._finish()
            return
        if self._closing != ")":
            self._text.append(c)
            self._bare.append(" " if self._closing == '"' else c)

    def _finish(self) -> None:
        self.entries.append(_Entry("".join(self._text), "".join(self._bare)))
        self._text, self._bare = [], []


def _read_entry(entry: _Entry) -> Mailbox | None:
    """`Name <address>` or a bare address. Encoded words are decoded in the name alone, so none can forge an address."""
    opening = entry.bare.rfind("<")
    if opening >= 0:
        closing = entry.bare.find(">", opening)
        inside = entry.text[opening + 1 : closing if closing >= 0 else len(entry.text)].strip()
        name = entry.text[:opening]
    else:
        inside, name = entry.bare.strip().rpartition(":")[2].strip(), ""
    if not _ADDRESS.fullmatch(inside):
        return None
    name = re.sub(r"\\(.)", r"\1", name.strip().strip('"'))
    return Mailbox(inside.lower().rstrip("."), decode_words(name).strip().strip('"').strip("'"))


def count_claims(value: str) -> int:
    """How many mailboxes a From header holds, those counted that cannot be read."""
    return sum(1 for entry in _ListReader().read(value) if entry.text.strip())
