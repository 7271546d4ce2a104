"""What stands beside the running text of a DOCX: text boxes, footnotes and endnotes, and what is left out of it."""

from collections.abc import Iterator, Mapping
from textwrap import shorten
from typing import Any, Final

from docx.oxml import parse_xml
from docx.oxml.ns import qn

from agent.knowledge.parsing.blocks import one_line, tidy

_PARAGRAPH, _TEXT, _TAB, _BREAK = qn("w:p"), qn("w:t"), qn("w:tab"), qn("w:br")
_BOX, _MOVED = qn("w:txbxContent"), qn("w:moveFrom")
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same, for old programs
_REFERENCES: Final = {qn("w:footnoteReference"): "footnotes", qn("w:endnoteReference"): "endnotes"}
_ASIDE: Final = frozenset((_BOX, _MOVED, _FALLBACK))
_READ: Final = frozenset((_TEXT, _TAB, _BREAK, _PARAGRAPH, *_REFERENCES))
_QUOTED: Final = 80  # characters of a header that are told
_FEW_LETTERS: Final = 4  # a header with fewer holds the number of the page

NoteKey = tuple[str, str]  # its part, and its id there


def text_of(element: Any, markers: Mapping[NoteKey, str] | None = None) -> str:
    """Its own words: without text boxes, what was moved elsewhere, and what is said again for old programs. `markers`
    stand where notes are referred to."""
    pieces: list[str] = []
    for part in _own(element):
        if part.tag == _TEXT:
            pieces.append(part.text or "")
        elif part.tag in _REFERENCES:
            pieces.append((markers or {}).get(_note_key(part), ""))
        else:
            pieces.append("\n" if part.tag in (_BREAK, _PARAGRAPH) else " ")
    return tidy("".join(pieces))


def _own(element: Any) -> Iterator[Any]:
    if next(element.iter(*_ASIDE), None) is None:  # nearly always: and quick
        yield from element.iter(*_READ)
        return
    for child in element:
        if child.tag in _READ:
            yield child
        if child.tag not in _ASIDE:
            yield from _own(child)


def boxes_of(element: Any) -> Iterator[Any]:
    """The text boxes that hang on it, each once; those within them hang on their own paragraphs."""
    if next(element.iter(_BOX), None) is None:
        return
    for child in element:
        if child.tag == _BOX:
            yield child
        elif child.tag not in (_FALLBACK, _MOVED):
            yield from boxes_of(child)


def references_of(element: Any) -> Iterator[NoteKey]:
    """The notes that it refers to, in order."""
    if next(element.iter(*_REFERENCES), None) is not None:
        yield from (_note_key(part) for part in _own(element) if part.tag in _REFERENCES)


def _note_key(reference: Any) -> NoteKey:
    return _REFERENCES[reference.tag], reference.get(qn("w:id"), "")


def read_notes(document: Any) -> dict[NoteKey, str]:
    """The words of each footnote and endnote."""
    found: dict[NoteKey, str] = {}
    for kind in ("footnotes", "endnotes"):
        for part in _parts(document, kind):
            for note in part:
                words = one_line(text_of(note))
                if words and note.get(qn("w:type")) is None:  # a type have only the lines that part notes from text
                    found[kind, note.get(qn("w:id"), "")] = words
    return found


def tell_left_out(document: Any) -> tuple[str, ...]:
    """What of it is not read, for the person who gave the file."""
    told = []
    for kind, name in (("header", "headers"), ("footer", "footers")):
        words = dict.fromkeys(one_line(text_of(part)) for part in _parts(document, kind))
        said = [one for one in words if sum(map(str.isalpha, one)) >= _FEW_LETTERS]
        if said:
            quoted = shorten(" / ".join(said), _QUOTED, placeholder=" ...")
            told.append(f'the {name} of its pages were left out ("{quoted}")')
    if any(len(part) for part in _parts(document, "comments")):
        told.append("its comments were left out")
    return tuple(told)


def _parts(document: Any, kind: str) -> Iterator[Any]:
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(f"/{kind}"):
            yield parse_xml(relation.target_part.blob)
