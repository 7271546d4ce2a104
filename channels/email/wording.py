"""The few words that frame a reply - who wrote what when, a subject of last resort - in the question's language."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.language import guess_language
from models.reply import Question

_ATTRIBUTION = {
    "pt": "Em {day:%d/%m/%Y} às {day:%H:%M}, {who} escreveu:",
    "en": "On {day:%b} {day.day}, {day.year} at {day:%H:%M}, {who} wrote:",
    "es": "El {day:%d/%m/%Y} a las {day:%H:%M}, {who} escribió:",
}
_UNDATED = {"pt": "{who} escreveu:", "en": "{who} wrote:", "es": "{who} escribió:"}
_ANSWERED = re.compile(r"\s*(?:re|res|resp|rv|aw|sv)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_SUBJECT = {"pt": "Sua pergunta", "en": "Your question", "es": "Su pregunta"}


def attribution(question: Question, timezone: str) -> str:
    """The line above the quoted question. `timezone` is an IANA name; an unknown one means UTC."""
    language = guess_language(question.text)
    who = " ".join((question.sender_name or question.sender or "?").split())
    if question.asked_at is None:
        return _UNDATED[language].format(who=who)
    return _ATTRIBUTION[language].format(day=_local(question.asked_at, timezone), who=who)


def reply_subject(question: Question | None, sender_name: str) -> str:
    """`Re:` and the subject, once; one line."""
    if question is None:
        return flat(sender_name) or "Recado"
    subject = flat(question.subject)
    if _ANSWERED.match(subject):
        return subject
    return f"Re: {subject or _SUBJECT[guess_language(question.text)]}"


def flat(text: str) -> str:
    """One line without control characters, as a header wants it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _local(moment: datetime, timezone: str) -> datetime:
    try:
        return moment.astimezone(ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError):
        return moment
