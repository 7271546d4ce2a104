"""`parse`: any file that can be read becomes blocks. Runs in a process of its own: see `agent.knowledge.reading`."""

from collections.abc import Callable
from importlib import import_module
from typing import Final

from agent.knowledge.bounds import MAX_BLOCKS, MAX_FILE, MAX_TEXT, MIB
from agent.knowledge.parsing.blocks import ParsedDocument
from agent.knowledge.parsing.kinds import find_kind
from models.errors import UnreadableDocument

# Each is a function of the bytes; a library is loaded only by who needs it.
PARSERS: Final[dict[str, str]] = {
    "pdf": "agent.knowledge.parsing.pdf:parse_pdf",
    "docx": "agent.knowledge.parsing.docx:parse_docx",
    "xlsx": "agent.knowledge.parsing.xlsx:parse_xlsx",
    "csv": "agent.knowledge.parsing.delimited:parse_delimited",
    "markdown": "agent.knowledge.parsing.markdown:parse_markdown",
    "html": "agent.knowledge.parsing.html:parse_html",
    "text": "agent.knowledge.parsing.text:parse_text",
    "mail": "agent.knowledge.parsing.mail:parse_mail",
}


def find_parser(kind: str) -> Callable[[bytes], ParsedDocument]:
    module, _, name = PARSERS[kind].partition(":")
    parser: Callable[[bytes], ParsedDocument] = getattr(import_module(module), name)
    return parser


def parse(name: str, content_type: str, content: bytes) -> ParsedDocument:
    """Raises UnreadableDocument with what to do, MemoryError, and nothing else: whatever a library trips over is a
    broken file."""
    if len(content) > MAX_FILE:
        raise UnreadableDocument(f"it is larger than {MAX_FILE // MIB} MB: divide it and add the parts")
    kind = find_kind(name, content_type, content)
    try:
        found = find_parser(kind)(content)
    except (UnreadableDocument, MemoryError):
        raise
    except RecursionError:
        raise UnreadableDocument("it is nested too deeply: save it again in a simpler form") from None
    except Exception as error:
        broken = f"it cannot be read as {kind.upper()} ({type(error).__name__}): open it, save it again, and add that"
        raise UnreadableDocument(broken) from None
    return _check(found)


def _check(found: ParsedDocument) -> ParsedDocument:
    if not any(block.text for block in found.blocks):
        raise UnreadableDocument("it holds no text")
    if len(found.blocks) > MAX_BLOCKS or sum(len(block.text) for block in found.blocks) > MAX_TEXT:
        raise UnreadableDocument(f"it holds more than {MAX_TEXT} characters: divide it and add the parts")
    return found
