"""The few words that frame a reply - who wrote what when, a subject of last resort - in the question's language."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.reply import Question

_ATTRIBUTION = {
    "pt": "Em {day:%d/%m/%Y} às {day:%H:%M}, {who} escreveu:",
    "en": "On {day:%b} {day.day}, {day.year} at {day:%H:%M}, {who} wrote:",
    "es": "El {day:%d/%m/%Y} a las {day:%H:%M}, {who} escribió:",
}
_UNDATED = {"pt": "{who} escreveu:", "en": "{who} wrote:", "es": "{who} escribió:"}
_SUBJECT = {"pt": "Sua pergunta", "en": "Your question", "es": "Su pregunta"}
# Words that betray a language by themselves. What the languages share is left out.
_TELLING = {
    "pt": "não são foi você quanto vendi vendeu vendas mês semana em no na do da dos das os as com qual quais meu "
    "minha um uma por favor bom dia boa tarde hoje ontem obrigado obrigada",
    "en": "the what how much many did we our my of and is are was were sales month week last this please hello thanks "
    "today yesterday who which sold sell",
    "es": "cuánto cuanto vendí vendió ventas mes semana el los las del qué cuál cuáles mi un una en por favor buenos "
    "días buenas tardes hoy ayer gracias y fue usted",
}
_WORDS = {language: frozenset(words.split()) for language, words in _TELLING.items()}
_WORD = re.compile(r"[^\W\d_]+")
_ANSWERED = re.compile(r"\s*(?:re|res|resp|rv|aw|sv)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_READ_UP_TO = 2000  # characters


def guess_language(text: str) -> str:
    """pt, en or es, by the small words; Portuguese where nothing tells."""
    words = [word.lower() for word in _WORD.findall(text[:_READ_UP_TO])]
    scores = {language: sum(word in known for word in words) for language, known in _WORDS.items()}
    best = max(scores.values())
    return next(language for language in ("pt", "en", "es") if scores[language] == best)


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
