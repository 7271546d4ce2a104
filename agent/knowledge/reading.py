"""`read_document`: a foreign file is read in a process of its own, within bounds of time, memory and size."""

import json
from dataclasses import dataclass
from typing import Any

from agent.knowledge.bounds import MAX_FILE, MIB, Effort, effort_for
from agent.knowledge.chunking import Piece
from agent.knowledge.parsing.blocks import Place
from agent.knowledge.price_json import load_price
from models.errors import UnreadableDocument
from models.files.confined import ask_child

_CHILD = "agent.knowledge.child"
_TRIES = 2


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """`title` and `language` are empty unless the file itself says them; `notes` tell what could not be read."""

    title: str
    language: str
    pieces: tuple[Piece, ...]
    notes: tuple[str, ...]


def read_document(
    name: str, content_type: str, content: bytes, effort: Effort | None = None, *, language: str = ""
) -> ReadDocument:
    """`language` is what somebody said that it is written in. Raises UnreadableDocument, whose message says what is
    wrong with the file and what to do. Safe in threads."""
    if len(content) > MAX_FILE:
        raise UnreadableDocument(f"it is larger than {MAX_FILE // MIB} MB: divide it and add the parts")
    effort = effort or effort_for(len(content))
    head = {"name": name, "content_type": content_type, "language": language}
    task = json.dumps(head | {"cpu": effort.cpu, "memory": effort.memory}).encode() + b"\n" + content
    for _ in range(_TRIES):
        said = ask_child(_CHILD, task, effort.patience)
        if said is not None:
            break
    try:
        answer = json.loads(said or b"")
    except ValueError:
        raise UnreadableDocument(
            "reading it takes more time or memory than a document may: "
            "save it in a simpler form, or divide it, and add that"
        ) from None
    if "refused" in answer:
        raise UnreadableDocument(answer["refused"])
    return _load(answer)


def _load(answer: dict[str, Any]) -> ReadDocument:
    pieces = tuple(
        Piece(text, tuple(path), Place(**place), tuple(map(load_price, prices)))
        for text, path, place, prices in answer["pieces"]
    )
    return ReadDocument(answer["title"], answer["language"], pieces, tuple(answer["notes"]))
