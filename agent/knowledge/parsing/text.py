"""Plain text."""

from agent.knowledge.parsing.blocks import ParsedDocument, Place, tidy
from agent.knowledge.parsing.decoding import decode
from agent.knowledge.parsing.lines import read_lines
from agent.knowledge.parsing.questions import pair_questions


def parse_text(content: bytes) -> ParsedDocument:
    return ParsedDocument("", "", tuple(pair_questions(read_lines(_numbered(decode(content))))))


def _numbered(text: str) -> list[tuple[str, Place]]:
    return [(line, Place(line=number)) for number, line in enumerate(tidy(text).split("\n"), 1)]
