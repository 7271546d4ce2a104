"""HTML: headings, paragraphs, lists and tables. Scripts are never run, nothing is fetched."""

import re
from html import unescape
from itertools import islice

from agent.knowledge.parsing.blocks import Block, ParsedDocument, Place, one_line
from agent.knowledge.parsing.decoding import decode
from agent.knowledge.parsing.lines import read_clause
from agent.knowledge.parsing.outline import Outline
from agent.knowledge.parsing.questions import pair_questions
from agent.knowledge.parsing.tables import Row, Value, read_table
from models.markup import Tag, read_markup


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MAX_PIECES = 2_000_000  # tags and texts
_UNSHOWN = _names("head script style template object applet select noscript svg nav iframe button")
_BLOCKS = _names(
    "address article aside blockquote body br center dd details div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr html li main ol p pre section summary table tbody tfoot thead tr ul"
)
_HEADING = re.compile("h[1-6]")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,500})", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html[^>]{0,300}?\blang\s*=\s*[\"']?([a-zA-Z]{2})", re.IGNORECASE)
_WESTERN = frozenset((b"iso-8859-1", b"latin1", b"windows-1252", b"iso-8859-15"))


def parse_html(content: bytes) -> ParsedDocument:
    declared = _CHARSET.search(content[:4_000])
    source = content.decode("cp1252", "replace") if declared and declared[1].lower() in _WESTERN else decode(content)
    writer = _Writer()
    for piece in islice(read_markup(source), _MAX_PIECES):
        writer.take(piece)
    writer.end()
    title, language = _TITLE.search(source[:50_000]), _LANGUAGE.search(source[:50_000])
    return ParsedDocument(
        one_line(unescape(title[1])) if title else "",
        language[1].lower() if language else "",
        tuple(pair_questions(writer.blocks)),
    )


def plain_text(source: str) -> str:
    """The words of a piece of HTML, in one line."""
    return one_line(" ".join(piece for piece in read_markup(source) if isinstance(piece, str)))


class _Writer:
    """Words go into the cell, the heading or the paragraph that is open."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._outline = Outline()
        self._pieces: list[str] = []
        self._unshown: list[str] = []  # open elements that are not shown
        self._level = 0  # of the heading that is open
        self._is_item = False
        self._rows: list[Row] | None = None  # of the outermost table that is open
        self._depth = 0  # of tables

    def take(self, piece: Tag | str) -> None:
        if isinstance(piece, str):
            if not self._unshown:
                self._pieces.append(piece)
        elif piece.name in _UNSHOWN:
            self._hide(piece)
        elif piece.name == "body":
            self._unshown = []
        elif not self._unshown:
            self._mark(piece)

    def _hide(self, tag: Tag) -> None:
        if not tag.is_closing:
            self._unshown.append(tag.name)
        elif tag.name in self._unshown[-20:]:
            while self._unshown.pop() != tag.name:
                pass

    def _mark(self, tag: Tag) -> None:
        if tag.name == "table":
            self._table(tag)
        elif self._rows is not None:
            self._cell(tag)
        elif tag.name in _BLOCKS:
            self.end()
            self._level = int(tag.name[1]) if _HEADING.fullmatch(tag.name) and not tag.is_closing else 0
            self._is_item = tag.name == "li" and not tag.is_closing

    def _table(self, tag: Tag) -> None:
        if not tag.is_closing:
            if not self._depth:
                self.end()
                self._rows = []
            self._depth += 1
        elif self._depth:
            self._depth -= 1
            if not self._depth:
                self.end()

    def _cell(self, tag: Tag) -> None:
        assert self._rows is not None
        if self._depth > 1 or tag.name not in ("tr", "td", "th"):
            if tag.name in _BLOCKS or tag.name in ("td", "th"):
                self._pieces.append(" ")
            return
        self._end_cell()
        if tag.name == "tr" and not tag.is_closing:
            self._rows.append((Place(row=len(self._rows) + 1), []))
        elif not tag.is_closing:
            self._pieces = [" "]  # an empty cell counts

    def _end_cell(self) -> None:
        if not self._pieces or self._rows is None:
            return
        text = one_line("".join(self._pieces))
        is_cell = text or self._pieces[0] == " "
        self._pieces = []
        if not is_cell:
            return
        if not self._rows:
            self._rows.append((Place(row=1), []))
        place, values = self._rows[-1]
        self._rows[-1] = (place, [*values, Value(text)])

    def end(self) -> None:
        """The open paragraph, heading or table is over."""
        if self._rows is not None:
            self._end_cell()
            rows, self._rows, self._depth = self._rows, None, 0
            self.blocks += _without_layout(rows, self._outline.path)
            return
        text, self._pieces = one_line("".join(self._pieces)), []
        if not text:
            return
        if self._level:
            self.blocks.append(Block("heading", text, self._outline.enter(self._level, text)))
        else:
            place = Place(clause=read_clause(text))
            self.blocks.append(Block("text", f"- {text}" if self._is_item else text, self._outline.path, place))


def _without_layout(rows: list[Row], path: tuple[str, ...]) -> list[Block]:
    """Tables of one column only hold a page together."""
    if all(len(values) <= 1 for _, values in rows):
        return [Block("text", value.text, path) for _, values in rows for value in values if value.text]
    return read_table(rows, path)
