"""Plain text as chunks: paragraphs put together up to a size that can be read at a glance."""

from collections.abc import Iterator

from jobs.knowledge import ReadFile
from models.chunk import Chunk
from models.errors import UnreadableDocument

_LARGEST = 900  # characters
_ENDINGS = frozenset({"txt", "md"})


def read_plain(name: str, content_type: str, content: bytes) -> ReadFile:
    """Raises UnreadableDocument."""
    if name.rpartition(".")[2].lower() not in _ENDINGS or b"\0" in content:
        raise UnreadableDocument("it is no plain text: only TXT and MD are read here")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return ReadFile([Chunk(piece, piece, place={"line": line}) for line, piece in _pieces(text)])


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Each with the line that it begins on."""
    held, begin = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        for start in range(0, len(line), _LARGEST):
            part = line[start : start + _LARGEST].strip()
            if held and len(held) + len(part) + 1 > _LARGEST:
                yield begin, held
                held = ""
            begin = begin if held else number
            held = f"{held}\n{part}".strip()
    if held:
        yield begin, held
