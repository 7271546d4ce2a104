"""Other marks of history: "De: / Enviado: / Para: / Assunto:" blocks, and ruled titles like "Mensagem original"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from channels.email.reading.lines import Line

_KEYS = {
    "from": "de from von fra van från da od remetente expéditeur desde",
    "sent": "enviado|enviada|enviadas|enviados|enviado em|enviada em|enviado el|enviado a|sent|gesendet|verzonden|"
    "envoyé|envoyé le|inviato|skickat|sendt|wysłano|date sent|data de envio",
    "date": "data date fecha datum dato quando when",
    "to": "para to an aan à a til till do destinatário destinatario pour",
    "cc": "cc|cco|bcc|com cópia|c/c|kopie|cópia|copia",
    "subject": "assunto subject asunto betreff objet onderwerp emne ämne oggetto temat título",
    "other": "reply-to|responder a|responder para|responder até|reply to|importance|importância|prioridade|priority|"
    "anexos|anexo|attachments|sensitivity|x-mailer|organização",
}
_KIND = {word: kind for kind, words in _KEYS.items() for word in (words.split("|") if "|" in words else words.split())}
_FIELD = re.compile(r"[*_\s]*([^\W\d_](?:[\w /-]{0,18}[^\W\d_])?)\s?[*_]*\s?:[*_]*\s?(.*)")
_MOST_LINES = 24
_TIME = re.compile(r"\b\d{4}\b|\b\d{1,2}[:h]\d{2}\b")
_RULE = re.compile(r"[-_=*~]{5,}|(?:[-_=*] ){4,}[-_=*]?")
_STROKES = "-_=*>• "
_ORIGINAL = re.compile(
    r"(?:mensagem original|original message|mensaje original|e-?mail original|correo original|message d'origine|"
    r"message original|ursprüngliche nachricht|originalnachricht|oprindelig besked|oorspronkelijk bericht|"
    r"messaggio originale|mensagem de .{3,80}|message from .{3,80}|mensaje de .{3,80}|"
    r"em resposta [àa] mensagem .{0,60})",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"(?:mensagem (?:encaminhada|reenviada)(?: por .{1,80})?|forwarded (?:message|by)(?: .{1,80})?|"
    r"mensaje (?:reenviado|remitido)|e-?mail encaminhado|message transféré|weitergeleitete nachricht|"
    r"início da mensagem (?:encaminhada|reenviada)|begin forwarded message|inicio del mensaje reenviado|"
    r"encaminhad[ao] por .{3,80}|fwd message|conteúdo encaminhado)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """A block of header lines or a ruled title: where it ends (exclusive), and what it announces."""

    end: int
    announces: Literal["quote", "forward"]


def find_title(lines: Sequence[Line], start: int) -> Letterhead | None:
    """A line such as "-----Mensagem original-----" or "Início da mensagem encaminhada:"."""
    text = lines[start].plain
    if not 8 <= len(text) <= 140:
        return None
    inner = text.strip(_STROKES)
    is_ruled = bool(inner) and not text.startswith(inner) and not text.endswith(inner)
    bare = inner.rstrip(":").strip(_STROKES)
    if _FORWARD.fullmatch(bare) and (is_ruled or inner.endswith(":") or _has_block_below(lines, start)):
        return Letterhead(start + 1, "forward")
    if _ORIGINAL.fullmatch(bare) and (is_ruled or _has_block_below(lines, start)):
        return Letterhead(start + 1, "quote")
    return None


def _has_block_below(lines: Sequence[Line], start: int) -> bool:
    for position in range(start + 1, min(start + 4, len(lines))):
        if not lines[position].is_blank:
            return _kind_of(lines[position]) in ("from", "sent", "date", "to", "subject")
    return False


def find_block(lines: Sequence[Line], start: int) -> Letterhead | None:
    """A run of header lines. "De: São Paulo / Para: Rio" alone is freight, not history: see `_convinces`."""
    first = _kind_of(lines[start])
    if first not in ("from", "sent", "date", "to", "subject"):
        return _find_one_liner(lines[start], start)
    kinds: dict[str, str] = {}
    end, blanks, folds = start, 0, 0
    for position in range(start, min(start + _MOST_LINES, len(lines))):
        line = lines[position]
        kind = _kind_of(line)
        if kind:
            kinds.setdefault(kind, line.plain)
            end, blanks, folds = position + 1, 0, 0
            continue
        blanks, folds = (blanks + 1, 0) if line.is_blank else (blanks, folds + 1)
        ends_here = line.is_blank and (first != "from" or blanks > 1)
        if ends_here or folds > 3 or (folds and blanks):
            break
    return Letterhead(end, "quote") if _convinces(kinds) else _find_one_liner(lines[start], start)


def _convinces(kinds: dict[str, str]) -> bool:
    """Freight has a "De:", a "Para:", even an "Enviado: 40": a letterhead has a time or an address, and company."""
    if "from" not in kinds:
        return "sent" in kinds and "subject" in kinds
    has_address = any("@" in kinds.get(kind, "") for kind in ("from", "to"))
    if "sent" in kinds:
        return has_address or "subject" in kinds or _TIME.search(kinds["sent"]) is not None
    named = [kind for kind in ("from", "date", "to", "subject") if kind in kinds]
    return len(named) >= 3 and (has_address or {"date", "subject"} <= kinds.keys())


def _find_one_liner(line: Line, start: int) -> Letterhead | None:
    """Some phones put the whole block on one line."""
    text = line.plain.lower()
    if not text.lstrip("*_ ").startswith(("de:", "de :", "from:", "from :")):
        return None
    sent = max(
        text.find(f"{word}:") for word in ("enviado", "enviada em", "enviado em", "sent", "data", "date", "fecha")
    )
    subject = max(text.find(f"{word}:") for word in ("assunto", "subject", "asunto"))
    return Letterhead(start + 1, "quote") if 0 < sent < subject else None


def _kind_of(line: Line) -> str:
    text = line.plain
    match = _FIELD.match(text) if ":" in text[:30] else None
    return _KIND.get(match[1].strip().lower(), "") if match else ""


def is_rule(line: Line) -> bool:
    """A drawn line and nothing else."""
    return _RULE.fullmatch(line.plain) is not None
