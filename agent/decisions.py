"""A bare yes, no or undo, read by code: nothing that decides over a change passes through an LLM. Pure."""

import re
import unicodedata
from typing import Final, Literal

from models.language import Language

Decision = Literal["yes", "no", "undo"]

_WORDS: Final[dict[Decision, frozenset[str]]] = {
    "yes": frozenset(
        {"sim", "s", "confirmo", "confirmado", "pode", "pode sim", "sim pode", "sim confirmo", "ok", "okay", "yes", "y"}
        | {"yes please", "confirm", "i confirm", "si", "confirmar", "sim por favor", "pode confirmar", "aprovo"}
    ),
    "no": frozenset(
        {"nao", "n", "cancela", "cancelar", "cancele", "nao confirmo", "deixa", "deixa pra la", "no", "nope", "cancel"}
        | {"nao obrigado", "nao obrigada", "no gracias", "no thanks", "cancelado"}
    ),
    "undo": frozenset({"desfazer", "desfaz", "desfaca", "desfaz isso", "undo", "undo that", "deshacer", "deshaz"}),
}
_SIGNS: Final[dict[str, Decision]] = {"👍": "yes", "✅": "yes", "👎": "no", "❌": "no"}
_ALONE: Final[dict[str, tuple[Decision, Language]]] = {
    "desfazer": ("undo", "pt"),
    "undo": ("undo", "en"),
    "deshacer": ("undo", "es"),
    "sim": ("yes", "pt"),
    "yes": ("yes", "en"),
    "sí": ("yes", "es"),
}
_LONGEST = 40  # characters; a decision is short


def read_decision(text: str) -> Decision | None:
    """None for whatever says more than that: it is for the assistant."""
    text = text.strip()
    if len(text) > _LONGEST or "\n" in text or "?" in text:
        return None
    sign = _SIGNS.get("".join(c for c in text if not unicodedata.combining(c) and c != "\ufe0f"))
    if sign is not None:
        return sign
    decomposed = unicodedata.normalize("NFD", text.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    bare = " ".join(re.sub(r"[.,!;:]+", " ", letters).split())
    return next((decision for decision, words in _WORDS.items() if bare in words), None)


def find_word_alone(text: str) -> tuple[Decision, Language] | None:
    """The one word that means nothing but a decision, and its language: where nothing is open it can be told so."""
    return _ALONE.get(text.strip().rstrip(".!").casefold())
