"""`read_file`: the files of every format as the chunks that are kept of them."""

from pathlib import PurePath

from agent.knowledge.chunking import indexed_text
from agent.knowledge.reading import read_document
from jobs.knowledge import ReadFile
from models.chunk import Chunk


def read_file(name: str, content_type: str, content: bytes) -> ReadFile:
    """In a process of its own. Raises UnreadableDocument."""
    found = read_document(name, content_type, content)
    title = found.title or PurePath(name).stem
    chunks = [
        Chunk(piece.text, indexed_text(title, piece), piece.path, piece.place.told(), prices=piece.prices)
        for piece in found.pieces
    ]
    return ReadFile(chunks, found.title, found.notes)
