"""The few fixed texts that code, not an LLM, says to people: in Portuguese, English and Spanish."""

import re
import unicodedata
from typing import Literal

from agent.base import Language

Phrase = Literal["greeting_unknown", "reset_done", "only_text", "cannot_now", "limit_reached", "refused"]

_TEXTS: dict[Phrase, dict[Language, str]] = {
    "greeting_unknown": {
        "pt": "Olá! Sou o assistente de vendas da {company}. Ainda não conheço este contato, por isso não posso "
        "consultar dados por aqui. Posso pedir que uma pessoa da equipe fale com você: é só responder com seu nome.",
        "en": "Hello! I am the sales assistant of {company}. I do not know this contact yet, so I cannot look anything "
        "up here. I can ask a person of the team to get in touch: just reply with your name.",
        "es": "¡Hola! Soy el asistente de ventas de {company}. Todavía no conozco este contacto, así que no puedo "
        "consultar datos por aquí. Puedo pedir que una persona del equipo le hable: responda con su nombre.",
    },
    "reset_done": {
        "pt": "Pronto, começamos do zero: não levo em conta o que foi dito antes.",
        "en": "Done, we start afresh: I no longer take into account what was said before.",
        "es": "Listo, empezamos de cero: ya no tengo en cuenta lo dicho antes.",
    },
    "only_text": {
        "pt": "Por enquanto só leio texto. Pode escrever sua pergunta?",
        "en": "For now I only read text. Could you write your question?",
        "es": "Por ahora solo leo texto. ¿Puede escribir su pregunta?",
    },
    "cannot_now": {
        "pt": "Não consegui responder agora por um problema do nosso lado. A equipe foi avisada; tente de novo daqui a "
        "pouco.",
        "en": "I could not answer now because of a problem on our side. The team has been told; please try again in a "
        "while.",
        "es": "No pude responder ahora por un problema de nuestro lado. El equipo ya fue avisado; inténtelo de nuevo "
        "en un rato.",
    },
    "limit_reached": {
        "pt": "Essa pergunta passou do limite de trabalho de uma resposta. Pode dividir em partes menores?",
        "en": "This question went over the limit of work for one answer. Could you split it into smaller parts?",
        "es": "Esta pregunta superó el límite de trabajo de una respuesta. ¿Puede dividirla en partes más pequeñas?",
    },
    "refused": {
        "pt": "Não posso ajudar com isso. Posso responder sobre vendas, metas, clientes e negócios em andamento.",
        "en": "I cannot help with that. I can answer about sales, goals, customers and deals in progress.",
        "es": "No puedo ayudar con eso. Puedo responder sobre ventas, metas, clientes y negocios en curso.",
    },
}

_RESETS = frozenset(
    {
        "/reset",
        "esquece tudo",
        "esqueca tudo",
        "comecar de novo",
        "forget everything",
        "start over",
        "olvida todo",
        "empezar de nuevo",
    }
)
_ENGLISH = re.compile(r"\b(the|what|how|please|hello|hi|my|sales|forget|start)\b")
_SPANISH = re.compile(r"\b(cuanto|cuanta|cuantos|hola|que tal|ventas|por favor|el|los|las|olvida|ayer)\b|[¿¡]")


def phrase(name: Phrase, language: Language = "pt", **values: str) -> str:
    return _TEXTS[name][language].format(**values)


def is_reset(text: str) -> bool:
    """Whether the person asks to start afresh, and says nothing else."""
    return _fold(text).strip(" .!") in _RESETS


def guess_language(text: str) -> Language:
    """Portuguese unless the text plainly is English or Spanish."""
    folded = _fold(text)
    if _SPANISH.search(folded):
        return "es"
    return "en" if _ENGLISH.search(folded) else "pt"


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(kept.split())
