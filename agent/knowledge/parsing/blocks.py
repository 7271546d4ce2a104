"""What a file is once it is read: blocks in their order, each with the headings above it and its place. Pure values."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Kind = Literal["heading", "text", "row", "pair"]

_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\xad": None, "\u200b": None}
)
# What no database or JSON holds, and what prints nothing.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, as a person would look it up; what does not apply is None."""

    page: int | None = None
    sheet: str | None = None
    row: int | None = None
    line: int | None = None
    clause: str | None = None
    file: str | None = None  # the attachment of a mail

    def told(self) -> dict[str, int | str]:
        """What is known of it, by name."""
        told = {"file": self.file, "page": self.page, "sheet": self.sheet, "row": self.row, "line": self.line}
        return {name: value for name, value in (told | {"clause": self.clause}).items() if value is not None}


NOWHERE: Final = Place()


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row. `number` is set when the file itself says that it is one; `currency` likewise."""

    column: str
    text: str
    number: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """`path` are the headings above, outermost first. A pair is a question, a line end, and its answer; a row has its
    `cells` beside its text."""

    kind: Kind
    text: str
    path: tuple[str, ...] = ()
    place: Place = NOWHERE
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """`title` and `language` are what the file says of itself, empty if it says nothing; `notes` is what could not be
    read, for the person who gave the file."""

    title: str
    language: str
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()


def tidy(text: str) -> str:
    """Without what prints nothing, runs of blanks as one; line ends stay. Linear."""
    text = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").translate(_LIGATURES))
    return _SPACES.sub(" ", text).strip()


def one_line(text: str) -> str:
    return " ".join(tidy(text).split())
