"""Lines of plain text become headings, clauses, questions and paragraphs, as far as their looks tell."""

import re
from collections.abc import Iterable, Sequence

from agent.knowledge.parsing.blocks import Block, Place, one_line
from agent.knowledge.parsing.outline import Outline
from agent.knowledge.parsing.price_lines import PriceLine, find_price_lines
from agent.knowledge.parsing.questions import marks_question

_CHAPTER = re.compile(
    r"(?:(cap[íi]tulo|t[íi]tulo|anexo|parte|chapter|annex|appendix|part)|(se[çc][ãa]o|section|secci[óo]n))"
    r"\s+(?:[IVXLC]{1,8}|\d{1,3}|[A-Z])\b.{0,90}",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})[.)]?\s+[^\W\d_].{1,58}")
_CLAUSE = re.compile(
    r"(art(?:igo|[íi]culo|icle|\.)?\s{0,2}\d{1,4}(?:[º°ªo](?!\w))?(?:-[A-Z](?!\w))?"
    r"|cl[áa]usula\s+[^\W_]{1,20}(?:\s(?:primeira|segunda|terceira|quarta|quinta|sexta|s[ée]tima|oitava|nona))?"
    r"|clause\s+\d{1,3}(?:\.\d{1,3}){0,3}"
    r"|\d{1,2}(?:\.\d{1,2}){1,3})\.?\)?\s*[-–—:.]?\s+(?=[\"“'(]?[A-ZÀ-ÝÀ-Ý\"“])",
    re.IGNORECASE,
)
_CAPITAL_FOLLOWS = re.compile(r"\d{1,2}(?:\.\d{1,2})+\.?\)?\s*[-–—:.]?\s+[\"“'(]?[A-ZÀ-Ý]")
_BULLET = re.compile(r"[-–•*▪●◦]\s+")
_ENDS_SENTENCE = re.compile(r"[.!?:;][\"”')\]]?$")
_ENDS_IN_FIGURE = re.compile(r"\d[\d.,]*\s?(?:%|€|reais)?$")
_MOST_WORDS = 9  # of a heading
_LONGEST_HEADING = 90
_CHAPTER_LEVEL, _SECTION_LEVEL, _CAPITALS_LEVEL, _NUMBERED_LEVEL = 1, 2, 3, 3


def read_lines(lines: Iterable[tuple[str, Place]], path: tuple[str, ...] = ()) -> list[Block]:
    """Linear in the text. Lines of one paragraph are joined, words that were parted at its line ends too."""
    kept = [(one_line(text), place) for text, place in lines]
    rows = find_price_lines([text for text, _ in kept])
    reader = _Reader(path)
    following = ""
    after: list[str] = []
    for text, _ in reversed(kept):  # the line that follows each, blank ones left out
        after.append(following)
        following = text or following
    for number, ((text, place), next_text) in enumerate(zip(kept, reversed(after), strict=True)):
        if number in rows:
            reader.take_row(rows[number], place)
        else:
            reader.take(text, place, next_text)
    reader.end_paragraph()
    return reader.blocks


class _Reader:
    """The headings in force, and the paragraph under the eye."""

    def __init__(self, path: tuple[str, ...]) -> None:
        self.blocks: list[Block] = []
        self._outline = Outline(path)
        self._clause: str | None = None
        self._lines: list[str] = []
        self._place = Place()
        self._widest = 0

    def take(self, text: str, place: Place, next_text: str) -> None:
        if not text:
            self.end_paragraph()
            return
        clause = read_clause(text)
        level = heading_level(text, next_text)
        if clause or level:
            self.end_paragraph()
            self._clause = clause
        if level:
            self._head(level, text, place)
            return
        if self._lines and self._begins_anew(text):
            self.end_paragraph()
        if not self._lines:
            self._place = place
        self._lines.append(text)
        self._widest = max(self._widest, len(text))
        is_question = text.endswith("?") or marks_question(text)
        if _ENDS_IN_FIGURE.search(text) or (is_question and len(self._lines) == 1):
            self.end_paragraph()

    def take_row(self, row: PriceLine, place: Place) -> None:
        """Of a price list."""
        self.end_paragraph()
        self._clause = None
        self.blocks.append(Block("row", row.text, self._outline.path, place, row.cells))

    def _head(self, level: int, text: str, place: Place) -> None:
        above = self._outline.enter(level, text)
        self.blocks.append(Block("heading", text, above, _with_clause(place, self._clause)))

    def _begins_anew(self, text: str) -> bool:
        last = self._lines[-1]
        if _BULLET.match(text) or marks_question(text):
            return True
        return bool(_ENDS_SENTENCE.search(last)) and (len(last) < 0.75 * self._widest or text.endswith("?"))

    def end_paragraph(self) -> None:
        if self._lines:
            place = _with_clause(self._place, self._clause)
            self.blocks.append(Block("text", join_lines(self._lines), self._outline.path, place))
            self._lines = []


def _with_clause(place: Place, clause: str | None) -> Place:
    return Place(place.page, place.sheet, place.row, place.line, clause, place.file)


def join_lines(lines: Sequence[str]) -> str:
    """As one: a word parted by a hyphen at the end of a line is put together again."""
    joined: list[str] = []
    for line in lines:
        if joined and len(joined[-1]) > 1 and joined[-1][-1] == "-" and joined[-1][-2].isalpha() and line[0].islower():
            joined[-1] = joined[-1][:-1] + line
        else:
            joined.append(line)
    return " ".join(joined)


def read_clause(text: str) -> str | None:
    """`Art. 5º`, `Cláusula terceira`, `3.2`: what the line begins with, if it begins a clause."""
    found = _CLAUSE.match(text)
    if found is None or (text[0].isdigit() and not _CAPITAL_FOLLOWS.match(text)):
        return None
    return found[1].rstrip(".")


def heading_level(text: str, next_text: str) -> int:
    """How deep a heading the line is, by itself and by what follows; 0 for one that is none."""
    if len(text) > _LONGEST_HEADING or len(text.split()) > _MOST_WORDS + 3:
        return 0
    chapter = _CHAPTER.fullmatch(text)
    if chapter and not _ENDS_SENTENCE.search(text):
        return _CHAPTER_LEVEL if chapter[1] else _SECTION_LEVEL
    if _ENDS_SENTENCE.search(text) or _ENDS_IN_FIGURE.search(text) or not next_text:
        return 0
    if _is_capitals(text):
        return 0 if _is_capitals(next_text) else _CAPITALS_LEVEL
    numbered = _NUMBERED.fullmatch(text)
    follows_on = next_text[0].islower() or _NUMBERED.match(next_text) is not None
    if numbered and len(text.split()) <= _MOST_WORDS and not follows_on:
        return _NUMBERED_LEVEL + numbered[1].count(".")
    return 0


def _is_capitals(text: str) -> bool:
    return text == text.upper() and sum(map(str.isalpha, text)) >= 4
