"""The process that reads one file and can be killed: `python -m agent.knowledge.child`, a line of JSON and the file in,
JSON out. It limits itself before it looks at a single byte of the file."""

import gc
import json
import sys
from typing import Any

from models.errors import UnreadableDocument
from models.files.confined import limit_resources


def read(name: str, content_type: str, content: bytes, language: str = "") -> dict[str, Any]:
    """What is said to the parent: what the file holds, or why it was refused."""
    from agent.knowledge.chunking import cut
    from agent.knowledge.parsing.reader import parse
    from agent.knowledge.price_json import dump_price

    try:
        found = parse(name, content_type, content)
        pieces = [
            [piece.text, piece.path, piece.place.told(), [dump_price(price) for price in piece.prices]]
            for piece in cut(found.blocks, language)
        ]
    except UnreadableDocument as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "reading it takes more memory than a document may: divide it and add the parts"}
    return {"title": found.title, "language": found.language, "notes": found.notes, "pieces": pieces}


def main() -> int:
    """0 whenever there is an answer, a refusal too."""
    task = json.loads(sys.stdin.buffer.readline())
    limit_resources(task["memory"], task["cpu"])
    content = sys.stdin.buffer.read()
    gc.disable()  # one file and out: its blocks are many, and none of them rubbish
    answer = read(task["name"], task["content_type"], content, task["language"])
    sys.stdout.buffer.write(json.dumps(answer).encode())
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
