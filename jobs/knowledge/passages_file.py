"""Ready passages in a file of JSON lines: read as liberally as can be, with a word about every line that was not."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from models.knowledge.chunk import Chunk

_IDS = ("id", "_id", "passage_id", "doc_id")
_TEXTS = ("text", "passage", "content", "contents", "body")
_KINDS = frozenset({"passage", "document", "doc", "chunk"})
_LONGEST = 100_000  # characters of one passage
_LONGEST_ID = 500  # characters, or digits
_UNKEPT = re.compile("[\0\ud800-\udfff]")  # neither PostgreSQL nor UTF-8 has them: NUL, and halves of a character
_TOLD = 10  # lines that are complained of one by one


@dataclass(slots=True)
class PassagesFile:
    """What was found in a file. `mistakes` holds the first few lines that could not be read, and why."""

    passages: list[Chunk] = field(default_factory=list)
    other_kinds: Counter[str] = field(default_factory=Counter)
    mistakes: list[str] = field(default_factory=list)
    unreadable: int = 0

    def notes(self) -> list[str]:
        """What a person should know, one line each."""
        notes = [f"{count} lines of the kind {kind} were left out" for kind, count in self.other_kinds.items()]
        if more := self.unreadable - len(self.mistakes):
            return [*notes, *self.mistakes, f"{more} more lines could not be read"]
        return [*notes, *self.mistakes]


def read_passages(lines: Iterable[bytes]) -> PassagesFile:
    """Lines `{"id", "text"}`, a `title` or a `kind` beside; a passage without an id gets the number of its line."""
    found = PassagesFile()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            fields = _fields(line)
            kind = fields.get("kind", "passage")
            if isinstance(kind, str) and kind not in _KINDS:
                found.other_kinds[_UNKEPT.sub("", kind)[:40]] += 1
            else:
                found.passages.append(_passage(fields, number))
        except ValueError as error:
            found.unreadable += 1
            if len(found.mistakes) < _TOLD:
                found.mistakes.append(f"line {number}: {error}")
    return found


def _fields(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except (UnicodeDecodeError, RecursionError, json.JSONDecodeError) as error:
        raise ValueError(f"no JSON: {error}") from None
    if not isinstance(fields, dict):
        raise ValueError('no object {"id", "text"}')
    return fields


def _passage(fields: dict[str, Any], number: int) -> Chunk:
    text = next((fields[name] for name in _TEXTS if isinstance(fields.get(name), str)), "")
    text = _UNKEPT.sub("", text).strip()
    if not text:
        raise ValueError("text: there is none")
    if len(text) > _LONGEST:
        raise ValueError(f"text: longer than {_LONGEST} characters")
    given_id = next((fields[name] for name in _IDS if fields.get(name) is not None), number)
    if isinstance(given_id, bool) or not isinstance(given_id, (str, int)):
        raise ValueError("id: neither a string nor a whole number")
    if len(str(given_id)) > _LONGEST_ID or _UNKEPT.search(str(given_id)):
        raise ValueError(f"id: longer than {_LONGEST_ID} characters, or with some that cannot be kept")
    title = fields.get("title")
    cleaned = _UNKEPT.sub("", title).strip() if isinstance(title, str) else ""
    path = (cleaned,) if cleaned else ()
    return Chunk(text, "\n".join([*path, text]), path, {"line": number}, given_id)
