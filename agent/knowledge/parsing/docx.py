"""DOCX: headings by their styles, lists, tables. Macros are never run; notes and headers of pages are left out."""

import io
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.oxml.ns import qn

from agent.knowledge.parsing.archive import check_archive
from agent.knowledge.parsing.blocks import Block, ParsedDocument, Place, one_line, tidy
from agent.knowledge.parsing.lines import heading_level, read_clause
from agent.knowledge.parsing.outline import Outline
from agent.knowledge.parsing.questions import pair_questions
from agent.knowledge.parsing.tables import Row, Value, read_table

_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_TEXT, _TAB, _BREAK, _SPAN = qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:gridSpan")
_WRAPPERS = frozenset((qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:smartTag"), qn("w:customXml")))
_WIDEST_SPAN = 50


def parse_docx(content: bytes) -> ParsedDocument:
    check_archive(content)
    document = Document(io.BytesIO(content))
    writer = _Writer(_heading_styles(document))
    for element in _parts(document.element.body):
        writer.take(element)
    properties = document.core_properties
    return ParsedDocument(
        one_line(properties.title or ""), (properties.language or "")[:2].lower(), tuple(pair_questions(writer.blocks))
    )


def _heading_styles(document: Any) -> dict[str, int]:
    """Their levels by id; a style that is based on one is one."""
    levels: dict[str, int] = {}
    for style in document.styles:
        base: Any = style
        for _ in range(8):  # no style is based on itself in the end, but a file may say so
            name = (getattr(base, "name", None) or "").lower()
            word, _, level = name.rpartition(" ")
            if name == "title" or (word in ("heading", "título", "titulo") and level.isdigit()):
                levels[style.style_id] = 0 if name == "title" else int(level)
                break
            base = getattr(base, "base_style", None)
            if base is None:
                break
    return levels


def _parts(body: Any) -> Iterator[Any]:
    """Paragraphs and tables in their order, those in content controls and tracked insertions too."""
    for element in body:
        if element.tag in (_PARAGRAPH, _TABLE):
            yield element
        elif element.tag in _WRAPPERS:
            yield from _parts(element)


def _text_of(element: Any) -> str:
    pieces: list[str] = []
    for part in element.iter(_TEXT, _TAB, _BREAK, _PARAGRAPH):
        if part.tag == _TEXT:
            pieces.append(part.text or "")
        else:
            pieces.append("\n" if part.tag in (_BREAK, _PARAGRAPH) else " ")
    return tidy("".join(pieces))


class _Writer:
    def __init__(self, styles: dict[str, int]) -> None:
        self.blocks: list[Block] = []
        self._styles = styles
        self._outline = Outline()
        self._clause: str | None = None

    def take(self, element: Any) -> None:
        if element.tag == _TABLE:
            self.blocks += read_table(_rows(element), self._outline.path)
            return
        text = _text_of(element)
        if not text:
            return
        level = self._styles.get(element.style or "", -1)
        if level < 0 and (guessed := heading_level(text, "Texto")):
            level = 10 + guessed  # below whatever is a heading by its style
        if level >= 0:
            self._clause = read_clause(f"{text} A")
            above = self._outline.enter(level, one_line(text))
            self.blocks.append(Block("heading", one_line(text), above, Place(clause=self._clause)))
            return
        self._clause = read_clause(text) or self._clause
        is_item = element.pPr is not None and element.pPr.numPr is not None
        place = Place(clause=self._clause)
        self.blocks.append(Block("text", f"- {text}" if is_item else text, self._outline.path, place))


def _rows(table: Any) -> Iterator[Row]:
    for number, row in enumerate(table.iterchildren(_ROW), 1):
        values: list[Value] = []
        for cell in row.iterchildren(_CELL):
            span = next((node.val for node in cell.iter(_SPAN)), 1)
            values += [Value(one_line(_text_of(cell))), *[Value("")] * (min(int(span), _WIDEST_SPAN) - 1)]
        yield Place(row=number), values
