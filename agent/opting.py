"""Words by which a person wants no more messages, or wants them again: whole messages, read by code. Pure.

In the middle of a sentence they are for the assistant. WhatsApp's own stop words are among them.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from models.language import Language

Direction = Literal["out", "in"]

_WORDS: Final[dict[tuple[Direction, Language], frozenset[str]]] = {
    ("out", "pt"): frozenset(
        {
            "parar",
            "pare",
            "sair",
            "cancelar",
            "descadastrar",
            "descadastre",
            "parar mensagens",
            "nao quero mais mensagens",
        }
    ),
    ("out", "en"): frozenset(
        {"stop", "stopall", "stop all", "unsubscribe", "cancel", "quit", "end", "optout", "opt out", "revoke"}
    ),
    ("out", "es"): frozenset({"baja", "darme de baja", "salir", "detener", "parar ya", "no quiero mas mensajes"}),
    ("in", "pt"): frozenset({"voltar", "reativar", "quero voltar", "voltar a receber"}),
    ("in", "en"): frozenset({"start", "unstop", "resume", "subscribe", "opt in", "optin"}),
    ("in", "es"): frozenset({"volver", "reactivar", "quiero volver", "iniciar"}),
}
_LONGEST = 40  # characters
_EDGES = " .,;:!¡*_\"'“”«»()"


@dataclass(frozen=True, slots=True)
class Opting:
    """`is_refusal`: the same word turns down a change, for whoever was asked about one."""

    direction: Direction
    language: Language
    is_refusal: bool = False


_REFUSALS: Final = frozenset({"cancelar", "cancel"})


def read_opting(text: str) -> Opting | None:
    """None for whatever says more than that."""
    if len(text.strip()) > _LONGEST:
        return None
    decomposed = unicodedata.normalize("NFD", text.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    bare = " ".join(letters.strip().strip(_EDGES).split())
    for (direction, language), words in _WORDS.items():
        if bare in words:
            return Opting(direction, language, bare in _REFUSALS)
    return None


def first_line(text: str) -> str:
    """What a mail begins with; signatures and quoted history come below."""
    return next((line for line in text.splitlines() if line.strip()), "")
