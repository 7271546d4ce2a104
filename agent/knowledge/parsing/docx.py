"""DOCX: headings by their styles, lists, tables, text boxes, notes. No macro is run; headers of pages are left out."""

import io
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.oxml.ns import qn

from agent.knowledge.parsing.archive import check_archive
from agent.knowledge.parsing.blocks import Block, ParsedDocument, Place, one_line
from agent.knowledge.parsing.docx_aside import NoteKey, boxes_of, read_notes, references_of, tell_left_out, text_of
from agent.knowledge.parsing.lines import heading_level, read_clause
from agent.knowledge.parsing.outline import Outline
from agent.knowledge.parsing.questions import pair_questions
from agent.knowledge.parsing.tables import Row, Value, read_table

_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_SPAN = qn("w:gridSpan")
_WRAPPERS = frozenset((qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:smartTag"), qn("w:customXml")))
_WIDEST_SPAN = 50


def parse_docx(content: bytes) -> ParsedDocument:
    check_archive(content)
    document = Document(io.BytesIO(content))
    writer = _Writer(_heading_styles(document), read_notes(document))
    for element in _parts(document.element.body):
        writer.take(element)
    properties = document.core_properties
    title, language = one_line(properties.title or ""), (properties.language or "")[:2].lower()
    return ParsedDocument(title, language, tuple(pair_questions(writer.blocks)), tell_left_out(document))


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


class _Writer:
    def __init__(self, styles: dict[str, int], notes: dict[NoteKey, str]) -> None:
        self.blocks: list[Block] = []
        self._styles = styles
        self._notes = notes
        self._markers: dict[NoteKey, str] = {}
        self._outline = Outline()
        self._clause: str | None = None

    def take(self, element: Any) -> None:
        """A paragraph or a table; then the text boxes that hang on it, and the notes that it refers to."""
        referred = [note for note in references_of(element) if note in self._notes]
        for note in referred:
            self._markers.setdefault(note, f"[{len(self._markers) + 1}]")
        if element.tag == _TABLE:
            self.blocks += read_table(_rows(element), self._outline.path)
        elif text := text_of(element, self._markers):
            self._write(element, text)
        for box in boxes_of(element):
            for part in _parts(box):
                self.take(part)
        for note in dict.fromkeys(referred):
            text = f"{self._markers[note]} {self._notes[note]}"
            self.blocks.append(Block("text", text, self._outline.path, Place(clause=self._clause)))

    def _write(self, element: Any, text: str) -> None:
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
            values += [Value(one_line(text_of(cell))), *[Value("")] * (min(int(span), _WIDEST_SPAN) - 1)]
        yield Place(row=number), values
