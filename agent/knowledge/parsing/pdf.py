"""PDF, page by page. A page without text is said to be one: pictures of text are not read."""

import io
import logging
from collections.abc import Sequence

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from agent.knowledge.bounds import MAX_PAGES, MAX_TEXT
from agent.knowledge.parsing.blocks import Block, ParsedDocument, Place, tidy
from agent.knowledge.parsing.lines import read_lines
from agent.knowledge.parsing.questions import pair_questions
from models.errors import UnreadableDocument

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of each oddity of a foreign file
_FEW_LETTERS = 10  # a page with fewer holds no text: at most a stamp or its own number
_TOLD = 10  # pages that are named one by one


def parse_pdf(content: bytes) -> ParsedDocument:
    try:
        pages = _read_pages(_open(content))
    except (PyPdfError, KeyError, ValueError, TypeError, AttributeError, IndexError, AssertionError, OSError):
        raise UnreadableDocument(
            "the PDF is broken (cut short, or not saved to its end): save it again and add that"
        ) from None
    empty = [number for number, text in enumerate(pages, 1) if sum(map(str.isalnum, text)) < _FEW_LETTERS]
    if len(empty) == len(pages):
        raise UnreadableDocument(
            f"its {len(pages)} pages hold no text, only pictures of it (a scan?): "
            "let a program recognise the text (OCR) and add what that gives"
        )
    return ParsedDocument("", "", tuple(pair_questions(_blocks(pages))), _notes(empty))


def _open(content: bytes) -> PdfReader:
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableDocument("it is protected by a password: save it without one and add it again")
    return reader


def _read_pages(reader: PdfReader) -> list[str]:
    count = len(reader.pages)
    if count > MAX_PAGES:
        raise UnreadableDocument(f"it has more than {MAX_PAGES} pages: divide it and add the parts")
    if not count:
        raise UnreadableDocument("it has no pages")
    texts, left = [], MAX_TEXT
    for page in reader.pages:
        texts.append(tidy(page.extract_text() or ""))
        left -= len(texts[-1])
        if left < 0:
            raise UnreadableDocument(f"it holds more than {MAX_TEXT} characters: divide it and add the parts")
    return texts


def _blocks(pages: Sequence[str]) -> list[Block]:
    lines = [(line, Place(page=number)) for number, text in enumerate(pages, 1) for line in text.split("\n")]
    return read_lines(lines)


def _notes(empty: Sequence[int]) -> tuple[str, ...]:
    if not empty:
        return ()
    named = ", ".join(map(str, empty[:_TOLD])) + (" ..." if len(empty) > _TOLD else "")
    return (f"no text was found on {len(empty)} of its pages ({named}): pictures of text are not read",)
