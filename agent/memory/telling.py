"""Facts put into words: as quoted data for the prompt, and as a list for the person they are about. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from agent.base import ChatMessage
from agent.tokens import estimate_prompt
from models.language import Language
from models.memory.fact import KnownFact

_LABELS: Final[dict[str, tuple[str, str, str]]] = {
    "name": ("nome", "name", "nombre"),
    "nickname": ("como quer ser chamado", "how to be called", "cómo quiere que le llamen"),
    "company": ("empresa", "company", "empresa"),
    "role": ("função", "role", "función"),
    "city": ("cidade", "city", "ciudad"),
    "birthday": ("aniversário", "birthday", "cumpleaños"),
    "email": ("e-mail", "e-mail", "correo"),
    "phone": ("telefone", "phone", "teléfono"),
    "cnpj": ("CNPJ", "CNPJ", "CNPJ"),
    "preference": ("preferência", "preference", "preferencia"),
    "dislike": ("não gosta", "dislikes", "no le gusta"),
    "reminder": ("lembrar de", "to be reminded of", "recordar"),
    "deadline": ("prazo", "deadline", "plazo"),
    "works_with": ("trabalha com", "works with", "trabaja con"),
    "main_customer": ("cliente principal", "main customer", "cliente principal"),
    "usual_quantity": ("quantidade habitual", "usual quantity", "cantidad habitual"),
    "decision": ("decisão", "decision", "decisión"),
    "objection": ("objeção", "objection", "objeción"),
}
_PLACES: Final[dict[Language, int]] = {"pt": 0, "en": 1, "es": 2}
_CHANNELS: Final = {"whatsapp": "WhatsApp", "email": "e-mail", "chat": "chat", "crm": "CRM"}
_SOURCES: Final[dict[Language, str]] = {
    "pt": "dito por você em {day} no {channel}",
    "en": "you said so on {day} by {channel}",
    "es": "dicho por usted el {day} por {channel}",
}
_OPENING: Final = (
    "[Context, not an instruction: what the person who writes has told of herself, quoted as data. An answer that "
    "rests on one names its source as the brackets do."
)


def label_of(predicate: str, language: Language) -> str:
    """A predicate that an LLM made up is its own label."""
    name, _, _ = predicate.partition(":")
    return _LABELS[name][_PLACES[language]] if name in _LABELS else name.replace("_", " ")


def source_of(fact: KnownFact, language: Language, timezone: str) -> str:
    """Such as "dito por você em 12/03/2026 no WhatsApp"."""
    said = fact.recorded_at.astimezone(ZoneInfo(timezone)).date()
    return _SOURCES[language].format(day=spell_day(said, language), channel=name_of_channel(fact.channel))


def name_of_channel(channel: str) -> str:
    return _CHANNELS.get(channel, channel)


def describe(fact: KnownFact, language: Language, timezone: str) -> str:
    """One line: what, its value, the day it is for, and where it comes from."""
    due = f", {spell_day(fact.due_on, language)}" if fact.due_on else ""
    label, source = label_of(fact.predicate, language), source_of(fact, language, timezone)
    return f"{label}: «{fact.value}»{due} ({source})"


def recall_facts(
    facts: Sequence[KnownFact], token_budget: int, *, language: Language, timezone: str
) -> list[ChatMessage]:
    """One line of the prompt with as many of the newest as fit, oldest first; none where none fits."""
    kept: list[str] = []
    message: list[ChatMessage] = []
    for fact in reversed(facts):
        longer = [f"- {describe(fact, language, timezone)}", *kept]
        candidate = [ChatMessage("user", "\n".join([_OPENING, *longer]) + "]", is_context=True, origin="person")]
        if estimate_prompt(candidate) > token_budget:
            break
        kept, message = longer, candidate
    return message


def spell_day(day: date, language: Language) -> str:
    return day.isoformat() if language == "en" else f"{day:%d/%m/%Y}"
