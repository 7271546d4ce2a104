"""Styled text cut into parts: what the channels with marks of their own and short messages render with.

Text is a list of atoms (a word, a run of blanks, a line break, one letter of a word too long for any part), each with
the marks it stands under. Cutting between atoms can tear neither a mark nor an emoji; marks are closed at the end of a
part and opened again in the next.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

_PIECES = re.compile(r"\n+|[^\S\n]+|[^\s]+")
_LONGEST_CLUSTER = 32  # code points; longer heaps of combining marks are no writing
_JOINER = "\u200d"
# How far into a part a break must lie to be taken, so that a heading is not sent as a part of its own.
_EARLIEST_BREAK = 0.4


@dataclass(frozen=True, slots=True)
class Atom:
    """`marks` from the outermost to the innermost."""

    text: str
    marks: tuple[str, ...] = ()

    @property
    def is_blank(self) -> bool:
        return self.text.isspace()


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: an emoji outside the basic plane counts two."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def sanitize(text: str) -> str:
    """Without what no platform can carry: lone surrogates, control characters; line ends become `\\n`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def clusters(text: str) -> Iterator[str]:
    """The letters as people see them: base with its accents, emoji with its modifiers and joiners, flags."""
    current = ""
    for character in text:
        if current and _continues(current, character) and len(current) < _LONGEST_CLUSTER:
            current += character
        else:
            if current:
                yield current
            current = character
    if current:
        yield current


def atoms_of(text: str, marks: tuple[str, ...], longest: int) -> Iterator[Atom]:
    """The text under these marks as atoms; words over `longest` UTF-16 units fall apart into letters."""
    for piece in _PIECES.findall(text):
        if utf16_length(piece) <= longest:
            yield Atom(piece, marks)
        else:
            yield from (Atom(cluster, marks) for cluster in clusters(piece))


def write(atoms: Iterable[Atom]) -> str:
    """The text with its marks, every opened mark closed again, blanks at both ends cut off."""
    written: list[str] = []
    opened: tuple[str, ...] = ()
    for atom in [*trim(list(atoms)), Atom("")]:
        kept = _shared(opened, atom.marks)
        written.extend(reversed(opened[kept:]))
        written.extend(atom.marks[kept:])
        written.append(atom.text)
        opened = atom.marks
    return "".join(written)


def split(atoms: Sequence[Atom], limit: int) -> list[str]:
    """Written parts of at most `limit` UTF-16 units, cut at a paragraph, else a line, else a blank, else a letter."""
    parts: list[str] = []
    rest = list(atoms)
    while rest := trim(rest):
        end = _cut(rest, limit)
        parts.append(write(rest[:end]))
        rest = rest[end:]
    return parts


def trim(atoms: list[Atom]) -> list[Atom]:
    """Without the blanks at both ends, marked or not: a mark that touches a blank is shown as a character."""
    start, end = 0, len(atoms)
    while start < end and atoms[start].is_blank:
        start += 1
    while end > start and atoms[end - 1].is_blank:
        end -= 1
    return atoms[start:end]


def settle_blanks(atoms: Sequence[Atom], block: str) -> list[Atom]:
    """Blanks keep only the marks that their neighbours share, line breaks keep none: platforms ignore a mark that
    touches a blank or spans lines. `block` is the mark of code blocks, which may do both."""
    settled = list(atoms)
    before: tuple[str, ...] = ()
    for index, atom in enumerate(settled):
        if atom.is_blank and block not in atom.marks:
            after = settled[index + 1].marks if index + 1 < len(settled) else ()
            keep = 0 if "\n" in atom.text else _shared(before, after)
            settled[index] = replace(atom, marks=before[:keep])
        before = settled[index].marks
    return settled


def _cut(atoms: list[Atom], limit: int) -> int:
    """How many atoms the next part takes; at least one."""
    used = 0
    opened: tuple[str, ...] = ()
    breaks: dict[int, int] = {}  # rank of the break -> atoms before it
    for index, atom in enumerate(atoms):
        new = atom.marks[_shared(opened, atom.marks) :]
        used += utf16_length(atom.text) + 2 * sum(map(len, new))
        if used > limit:
            return _best_break(breaks, index)
        if atom.is_blank and used > limit * _EARLIEST_BREAK:
            breaks[min(atom.text.count("\n"), 2)] = index + 1
        opened = atom.marks
    return len(atoms)


def _best_break(breaks: dict[int, int], reached: int) -> int:
    """After the last paragraph, else line, else blank; `reached` is the atom that did not fit any more."""
    return breaks[max(breaks)] if breaks else max(reached, 1)


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many outer marks two stacks have in common."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _continues(current: str, character: str) -> bool:
    last = current[-1]
    if character == _JOINER or last == _JOINER:
        return True
    if unicodedata.category(character).startswith("M") or "\U0001f3fb" <= character <= "\U0001f3ff":
        return True
    if "\U000e0020" <= character <= "\U000e007f":  # tags of regional flags
        return True
    return _is_regional(character) and _is_regional(last) and len(current) % 2 == 1 and all(map(_is_regional, current))


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
