"""Three documents of a dealer in pumps, and what is asked of them: nothing was chosen by these answers.

60 questions that they answer, 30 about what they tell of without answering (near), 30 about other things (far).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.agent.knowledge.files import docx

_HERE: Final = Path(__file__).parent
_ROWS: Final[Sequence[Mapping[str, str]]] = [
    json.loads(line) for line in (_HERE / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
# Each with words that stand in the passage that answers it.
ASKED: Final = [(row["text"], row["answer"]) for row in _ROWS if "answer" in row]
NEAR: Final = [row["text"] for row in _ROWS if row.get("unanswerable") == "near"]
FAR: Final = [row["text"] for row in _ROWS if row.get("unanswerable") == "far"]


def make_documents() -> Mapping[str, bytes]:
    """By the names of their files."""

    def write(document: Any) -> None:
        document.core_properties.title = "Condições gerais de venda"
        for line in (_HERE / "condicoes.txt").read_text(encoding="utf-8").splitlines():
            if line.startswith("# "):
                document.add_heading(line.removeprefix("# "), 1)
            else:
                document.add_paragraph(line)

    files = {name: (_HERE / name).read_bytes() for name in ("politica.md", "manual.html")}
    return files | {"condicoes.docx": docx(write)}
