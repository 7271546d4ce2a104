"""Which of Markdown's emphases survive in WhatsApp, whose marks have rules of their own.

A mark of WhatsApp works only on one line, between blanks or punctuation, around text that does not hold it. And
Markdown calls `5*2 e 3*4` emphasis: there the asterisks are part of what was said and must stay.
"""

from collections.abc import Sequence
from dataclasses import replace

from markdown_it.token import Token

from channels.rendering import Atom

BOLD, ITALIC, STRIKE, MONO, BLOCK = "*", "_", "~", "`", "```"
EMPHASES = {"strong": BOLD, "em": ITALIC, "s": STRIKE}
_MAY_STAND_BEFORE = "([{\"'“‘«¿¡-–—/:,.;>*_~|"
_MAY_STAND_AFTER = ")]}\"'”’»-–—/:,.;!?…<*_~|"


def literal_emphases(tokens: Sequence[Token]) -> set[int]:
    """Positions of the opening and closing tokens that are text, not emphasis."""
    literal: set[int] = set()
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.type.removesuffix("_open") in EMPHASES and token.nesting == 1:
            opened.append(index)
        elif token.type.removesuffix("_close") in EMPHASES and token.nesting == -1 and opened:
            start = opened.pop()
            if _is_literal(tokens, start, index):
                literal |= {start, index}
    return literal


def settle_marks(atoms: Sequence[Atom]) -> list[Atom]:
    """The atoms without the marks that WhatsApp would show as characters, and each mark once."""
    settled = [replace(atom, marks=tuple(dict.fromkeys(atom.marks))) for atom in atoms]
    for mark in (BLOCK, MONO, BOLD, ITALIC, STRIKE):
        start = 0
        while start < len(settled):
            end = _end_of_run(settled, start, mark)
            if mark in settled[start].marks and not _works(settled, start, end, mark):
                for index in range(start, end):
                    marks = tuple(m for m in settled[index].marks if m != mark)
                    settled[index] = replace(settled[index], marks=marks)
            start = end
    return settled


def _is_literal(tokens: Sequence[Token], start: int, end: int) -> bool:
    markup = tokens[start].markup
    if markup == "__":  # __init__ and its like; for bold, everybody writes **
        return True
    before, first = _last(tokens[:start]), _first(tokens[start + 1 :])
    last, after = _last(tokens[:end]), _first(tokens[end + 1 :])
    if (before.isalnum() and first.isalnum()) or (last.isalnum() and after.isalnum()):
        return True
    stands_free = (_is_edge(before) or before in _MAY_STAND_BEFORE) and (_is_edge(after) or after in _MAY_STAND_AFTER)
    return markup == "*" and not stands_free


def _is_edge(character: str) -> bool:
    return character == "" or character.isspace()


def _last(tokens: Sequence[Token]) -> str:
    return next((_visible(token)[-1] for token in reversed(tokens) if _visible(token)), "")


def _first(tokens: Sequence[Token]) -> str:
    return next((_visible(token)[0] for token in tokens if _visible(token)), "")


def _visible(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    return token.content


def _end_of_run(atoms: Sequence[Atom], start: int, mark: str) -> int:
    marked = mark in atoms[start].marks
    return next((i for i in range(start + 1, len(atoms)) if (mark in atoms[i].marks) != marked), len(atoms))


def _works(atoms: Sequence[Atom], start: int, end: int, mark: str) -> bool:
    text = "".join(atom.text for atom in atoms[start:end])
    if not text.strip() or mark in text or (mark != BLOCK and "\n" in text):
        return False
    before = atoms[start - 1].text[-1] if start else ""
    after = atoms[end].text[0] if end < len(atoms) else ""
    return not before.isalnum() and not after.isalnum()
