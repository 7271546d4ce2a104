"""What is told of people and of customers, quoted: its label, its day and channel, and the lines a prompt has room for.
Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from agent.base import ChatMessage, Origin
from agent.tokens import estimate_prompt
from models.language import Language, Texts

_CHANNELS: Final = {"whatsapp": "WhatsApp", "email": "e-mail", "chat": "chat", "crm": "CRM"}


def label_among(labels: Mapping[str, Texts], predicate: str, language: Language) -> str:
    """A predicate that an LLM made up is its own label."""
    name, _, _ = predicate.partition(":")
    return labels[name][language] if name in labels else name.replace("_", " ")


def name_of_channel(channel: str) -> str:
    return _CHANNELS.get(channel, channel)


def spell_day(day: date, language: Language) -> str:
    return day.isoformat() if language == "en" else f"{day:%d/%m/%Y}"


def spell_day_of(when: datetime, language: Language, timezone: str) -> str:
    """Where she is."""
    return spell_day(when.astimezone(ZoneInfo(timezone)).date(), language)


def quote_newest(opening: str, newest_first: Iterable[str], token_budget: int, origin: Origin) -> list[ChatMessage]:
    """One line of the prompt with as many as fit, oldest first; none where none fits."""
    kept: list[str] = []
    message: list[ChatMessage] = []
    for line in newest_first:
        longer = [f"- {line}", *kept]
        candidate = [ChatMessage("user", "\n".join([opening, *longer]) + "]", is_context=True, origin=origin)]
        if estimate_prompt(candidate) > token_budget:
            break
        kept, message = longer, candidate
    return message
