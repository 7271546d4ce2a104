"""The lines above quoted history: "Em 2 de mar. de 2026 às 10:12, Fulano escreveu:", in the words of many clients."""

import re
from collections.abc import Sequence

from channels.email.reading.lines import Line

_LONGEST = 420  # characters of a whole attribution
_MOST_LINES = 6
_EMAIL = re.compile(r"[<(\[]\s?(?:mailto:)?[^\s<>()\[\]@]{1,64}@[^\s<>()\[\]@]{1,190}")
_ANY_EMAIL = re.compile(r"[^\s<>()@]{1,64}@[\w-]{1,60}\.[\w.-]{2,60}")
_TIME = re.compile(r"\b\d{1,2}\s?[:h.]\s?[0-5]\d\b")
_DATE = re.compile(
    r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{4}[/.-]\d{1,2}[/.-]\d{1,2}\b|"
    r"\b\d{1,2}\.? (?:de )?[^\W\d]{3,12}\.?,? (?:de )?\d{4}\b"
)
_VERB = (
    r"(?:escreveu|escreveram|respondeu|enviou|escribi[oó]|wrote|writes|sent|a écrit|schrieb|geschrieben|ha scritto|"
    r"het (?:volgende )?geschreven|schreef|skrev|napisał(?:\(a\)|a)?|написал(?:а)?|пише|kirjoitti|yazdı|írta|napsal)"
)
_NAME = re.compile(r"[^\W\d_a-zà-ÿ][\w'’.-]*(?: (?:d[aeo]s?|e|[^\W\d_a-zà-ÿ][\w'’.-]*)){0,5}")
_ENDS = re.compile(_VERB + r"\s?,?\s?(?P<colon>:?)[\s>*_]*$", re.IGNORECASE)
_VERB_INSIDE = re.compile(r"(?<!\w)" + _VERB + r"(?!\w)", re.IGNORECASE)
_DAY = (
    r"(?:seg|ter|qua|qui|sex|s[áa]b|dom|mon|tue|wed|thu|fri|sat|sun|lun|mar|mi[eé]|jue|vie|mer|jeu|ven|sam|dim|"
    r"mo|di|mi|do|fr|sa|so|gio|lör|ma|wo|vr|zo)"
)
_MONTH = r"(?:jan|fe[bv]|mar|abr|apr|ma[iy]|jun|jul|ago|aug|set|sep|out|oct|nov|de[cz]|ene|dic)"
_STARTS = re.compile(
    r"(?:(?:em|no dia|na|a|à|às|ativado|on|at|el|le|am|il|op|den|dnia|w dniu|ti|em data de|date:?)\s+)"
    rf"(?:(?:o )?dia\s+)?(?:{_DAY}[^\W\d]*(?:-feira)?[.,]*\s*(?:dia\s+)?)?(?:de\s+)?(?:{_MONTH}[^\W\d]*\.?\s*)?\d",
    re.IGNORECASE,
)
_STARTS_WITH_DATE = re.compile(
    rf"\d{{1,4}}[\s/.:-]|{_DAY}[^\W\d]*(?:-feira)?[.,]+\s*(?:{_MONTH}[^\W\d]*\.?\s*)?\d", re.IGNORECASE
)
_CITING = re.compile(r"(?:citando|quoting|mensagem citada de|citado por|zitat von)\s.{1,120}:$", re.IGNORECASE)


def find_attribution(lines: Sequence[Line], start: int) -> int:
    """The end (exclusive) of the attribution that begins at `start`, or 0. Looks at a handful of lines, no more."""
    first = lines[start].plain
    if not first or len(first) > _LONGEST or lines[start].is_quote:
        return 0
    text = _bare(first)
    can_run_on = _begins(text)
    if not can_run_on and not _EMAIL.search(text) and not _VERB_INSIDE.search(text) and text[-1:] != ":":
        return 0
    joined = ""
    for end in range(start, min(start + _MOST_LINES, len(lines))):
        line = lines[end]
        if line.is_blank:
            if not can_run_on or not _TIME.search(joined) or end + 1 >= len(lines) or not _goes_on(lines[end + 1]):
                return 0
            continue
        # A wrapped address keeps the mark of the quote around it: "On ... <a@b\n> > wrote:".
        joined = f"{joined} {line.plain}".strip()
        if len(joined) > _LONGEST:
            return 0
        if _may_end(line.plain) and _is_attribution(_bare(joined), lines, end + 1):
            return end + 1
        if not can_run_on and not _EMAIL.search(joined):
            return 0
    return 0


def _bare(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").strip("-*_~ \t|")


def _may_end(text: str) -> bool:
    """An attribution ends in a colon or an address, or at least has its verb on the last line."""
    return text.rstrip(" -_*>").endswith((":", ")")) or text.endswith(">") or _VERB_INSIDE.search(text) is not None


def _begins(text: str) -> bool:
    return _STARTS.match(text) is not None or (
        _STARTS_WITH_DATE.match(text) is not None and (_TIME.search(text) is not None or _DATE.search(text) is not None)
    )


def _goes_on(line: Line) -> bool:
    """After an empty line an attribution goes on with an address, or not at all."""
    return line.plain.startswith("<") or "mailto:" in line.plain


def _is_attribution(text: str, lines: Sequence[Line], below: int) -> bool:
    has_time, has_email = _TIME.search(text) is not None, _EMAIL.search(text) is not None
    if _CITING.fullmatch(text):
        return has_email or _ANY_EMAIL.search(text) is not None or _is_quoted_below(lines, below)
    ends = _ENDS.search(text)
    if ends and _STARTS.match(text):
        if ends["colon"]:
            return has_time or has_email or _is_dated(text, ends.start(), lines, below)
        return has_time and (has_email or _is_quoted_below(lines, below))
    if ends and ends["colon"]:
        return has_email or (_STARTS_WITH_DATE.match(text) is not None and has_time)
    verb = _VERB_INSIDE.search(text)
    if verb and has_email and _STARTS.match(text) and text[verb.end() :].lstrip(" ,").startswith(":"):
        return has_time  # some phones begin the quote on the very line
    if verb and text.endswith(":"):
        return _dates_after(text[verb.end() :]) or (has_email and has_time)
    return _is_dated_address(text, has_email, lines, below)


def _is_dated(text: str, verb: int, lines: Sequence[Line], below: int) -> bool:
    """Without a time: either a quote follows, or nothing but a name stands between the date and the verb."""
    date = _DATE.search(text)
    if date is None:
        return False
    return _is_quoted_below(lines, below) or _NAME.fullmatch(text[date.end() : verb].strip(" ,")) is not None


def _dates_after(text: str) -> bool:
    """Notes and Gmail in Portugal put the moment last: "Fulano escreveu no dia segunda, 2/03/2026 à(s) 10:12:"."""
    return _TIME.search(text) is not None and _DATE.search(text) is not None


def _is_dated_address(text: str, has_email: bool, lines: Sequence[Line], below: int) -> bool:
    """A date, a name and an address, without any verb: "02.03.2026, 10:12, "Fulano" <x@y>:"."""
    if not has_email or not _STARTS_WITH_DATE.match(text):
        return False
    if text.endswith(":"):
        return _TIME.search(text) is not None or _DATE.search(text) is not None
    return text.endswith((">", ")")) and _is_quoted_below(lines, below)


def _is_quoted_below(lines: Sequence[Line], start: int) -> bool:
    for line in lines[start : start + 3]:
        if not line.is_blank:
            return line.is_quote or line.text.lstrip().startswith("|")
    return False
