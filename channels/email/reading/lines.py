"""A body as lines, each knowing whether it is quoted: the form in which plain text and HTML meet."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Hint = Literal["", "cut", "head", "signature"]

_QUOTE = re.compile(r"\s{0,4}(?:[A-Z][A-Za-z]{0,2})?>")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u00ad\u034f"))
_SPACES = re.compile(r"[ \t\u00a0\u2007\u202f\u3000]+")
_LONGEST_COMPARED = 600  # characters; a marker is never longer


@dataclass(frozen=True)  # without slots: what is derived from the text is asked often and kept
class Line:
    """`hint` is what the HTML said: from a "cut" on everything is quoted, a "head" introduces a quote."""

    text: str
    hint: Hint = ""
    is_flowing: bool = False  # a quote's line that lost its mark when somebody's server wrapped it

    @property
    def is_blank(self) -> bool:
        return not self.plain

    @cached_property
    def is_quote(self) -> bool:
        return self.is_flowing or _QUOTE.match(self.text) is not None

    @cached_property
    def plain(self) -> str:
        """For comparing: one space where there were several, nothing invisible, no emphasis round the whole line."""
        text = self.text[:_LONGEST_COMPARED].translate(_INVISIBLE)
        return _SPACES.sub(" ", text).strip()


def split_lines(text: str) -> list[Line]:
    """The lines of a plain text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\f", "\n")
    return mark_flowing([Line(line.rstrip()) for line in text.split("\n")])


def mark_flowing(lines: Sequence[Line]) -> list[Line]:
    """A long quoted line that was wrapped on its way leaves an unmarked rest, which is no answer of anybody's."""
    marked = list(lines)
    for n in range(1, len(lines) - 1):
        before, line, after = lines[n - 1], lines[n], lines[n + 1]
        is_rest = len(before.text) >= 66 and before.is_quote and after.is_quote and not line.is_quote
        if is_rest and line.plain[:1].islower() and len(line.text) < 40:
            marked[n] = Line(line.text, line.hint, is_flowing=True)
    return marked


def join_lines(lines: Sequence[Line]) -> str:
    """As text, without empty lines at its ends and with no more than two in a row."""
    text = "\n".join(line.text.translate(_INVISIBLE) for line in lines)
    return re.sub(r"\n{4,}", "\n\n\n", re.sub(r"[ \t\u00a0]+\n", "\n", text)).strip("\n").rstrip()


def unflow(text: str, deletes_spaces: bool) -> str:
    """RFC 3676: lines that end in a space go on in the next one of the same depth; "-- " never does."""
    joined: list[list[str]] = []
    depth, is_open = 0, False
    for line in text.replace("\r\n", "\n").split("\n"):
        body = line.lstrip(">")
        level = len(line) - len(body)
        body = body.removeprefix(" ")
        if is_open and level == depth and body != "-- ":
            joined[-1].append(body)
        else:
            joined.append([">" * level + " " if level else "", body])
        depth, is_open = level, body.endswith(" ") and body != "-- "
        if is_open and deletes_spaces:
            joined[-1][-1] = body[:-1]
    return "\n".join("".join(pieces) for pieces in joined)
