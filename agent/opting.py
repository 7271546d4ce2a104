"""Words by which a person wants no more messages, or wants them again: whole messages, read by code. Pure.

In the middle of a sentence they are for the assistant. WhatsApp's own stop words are among them.
"""

import re
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
_SENTENCES: Final[dict[Language, re.Pattern[str]]] = {
    "pt": re.compile(
        r"(?:eu )?nao (?:quero|desejo)(?: mais)? receber(?: mais)?(?: (?:suas|essas|estas|as))? (?:mensagens|mensagem"
        r"|msgs?)(?: mais)?|(?:para|pare|parem|parar) de (?:me )?(?:mandar|enviar)(?: mais)? (?:mensage(?:ns|m)|msgs?)"
        r"|nao (?:me )?(?:mande|manda|envie|envia)m?(?: mais)? (?:mensagens|mensagem|msgs?)(?: mais)?"
        r"|(?:quero sair|me tir[ae]m?|me remov[ae]m?) d(?:a|esta|essa) lista|cancelar (?:a |minha )?inscricao"
        r"|me descadastr[ae]m?"
    ),
    "en": re.compile(
        r"stop (?:messaging|texting|contacting) me|(?:remove|take) me (?:from|off) (?:this|the|your) list"
        r"|(?:i )?(?:don't|do not|dont) (?:want (?:to (?:get|receive) )?(?:any )?(?:more )?(?:of these )?"
        r"(?:messages|texts)|(?:message|text|contact) me)(?: any ?more)?|no more (?:messages|texts)"
    ),
    "es": re.compile(
        r"no (?:quiero|deseo)(?: mas)? recibir(?: mas)?(?: (?:sus|estos|los))? mensajes(?: mas)?|(?:dejen?|deja) de"
        r" (?:enviarme|mandarme|escribirme)(?: mas)?(?: mensajes)?|(?:saquenme|sacame|quitenme|quitame|borrame) de"
        r" (?:la|esta) lista|cancelar (?:mi |la )?suscripcion"
    ),
}
_COURTESY = re.compile(r"^(?:por favor|please|pfv),? |,? (?:por favor|please|pfv|pls|obrigad[oa]|gracias|thanks)$")
_LONGEST = 60  # characters
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
    bare = _COURTESY.sub("", " ".join(letters.strip().strip(_EDGES).split()))
    for (direction, language), words in _WORDS.items():
        if bare in words:
            return Opting(direction, language, bare in _REFUSALS)
    for language, sentences in _SENTENCES.items():
        if sentences.fullmatch(bare):
            return Opting("out", language)
    return None


def first_line(text: str) -> str:
    """What a mail begins with; signatures and quoted history come below."""
    return next((line for line in text.splitlines() if line.strip()), "")
