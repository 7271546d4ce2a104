"""Passages as JSON shows them, at the door and on the terminal."""

from typing import Any

from models.knowledge.passage import Passage


def describe_passage(passage: Passage) -> dict[str, Any]:
    """Everything but who may read it."""
    return {
        "id": passage.id,
        "document": passage.document,
        "title": passage.title,
        "place": dict(passage.place),
        "path": list(passage.path),
        "text": passage.text,
        "score": round(passage.score, 4),
        "coverage": round(passage.coverage, 4),
    }


def spell_place(passage: Passage) -> str:
    """`tabela.xlsx, sheet Preços, row 7`: where to look it up."""
    return ", ".join([passage.document, *(f"{name} {value}" for name, value in passage.place.items())])
