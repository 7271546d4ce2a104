"""`read_file`: the files of every format as the chunks that are kept of them."""

from pathlib import PurePath

from agent.knowledge.chunking import indexed_text
from agent.knowledge.reading import read_document
from jobs.knowledge.reading import ReadFile
from models.knowledge.chunk import Chunk
from models.retrieval.languages import read_language
from models.retrieval.lexicon import LANGUAGES


def read_file(name: str, content_type: str, content: bytes, language: str = "") -> ReadFile:
    """In a process of its own. Raises UnreadableDocument."""
    found = read_document(name, content_type, content, language=language)
    title = found.title or PurePath(name).stem
    chunks = [
        Chunk(piece.text, indexed_text(title, piece), piece.path, piece.place.told(), prices=piece.prices)
        for piece in found.pieces
    ]
    # What a file says of itself is what a program was set to by default: only where its words do not tell.
    guessed = read_language(piece.text for piece in found.pieces) or found.language
    return ReadFile(chunks, found.title, found.notes, guessed if guessed in LANGUAGES else "")
