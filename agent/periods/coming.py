"""A day still to come, as tasks need it: sales are asked about looking back, tasks are set looking ahead. Pure."""

import re
import unicodedata
from datetime import date, timedelta
from typing import Final

from agent.periods.resolving import resolve_period

_WEEKDAYS: Final = (
    ("segunda", "lunes", "monday"),
    ("terca", "martes", "tuesday"),
    ("quarta", "miercoles", "wednesday"),
    ("quinta", "jueves", "thursday"),
    ("sexta", "viernes", "friday"),
    ("sabado", "saturday"),
    ("domingo", "sunday"),
)
_NUMBER_OF: Final = {name: number for number, names in enumerate(_WEEKDAYS) for name in names}
_DAY: Final = re.compile(
    r"(?P<overmorrow>depois de amanha|pasado manana|(?:the )?day after tomorrow)"
    r"|(?P<tomorrow>amanha|tomorrow|(?<!la )manana)"
    r"|(?P<today>hoje|today|hoy)"
    r"|(?:na |no |nesta |neste |on |el |this )?(?:proxim[oa] |next )?"
    rf"(?P<weekday>{'|'.join(_NUMBER_OF)})(?:-feira| feira)?(?: que vem| que viene)?"
    r"|(?:em|daqui a|in|en|dentro de) (?P<count>\d{1,3}) (?P<unit>dias?|days?|semanas?|weeks?)"
    r"|(?:no |el |on )?(?:dia )?(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}))?"
    r"|(?:no |el )?dia (?P<monthday>\d{1,2})"
)
_AT_THE_END: Final = re.compile(rf"(?:^|(?<=[\s,;]))(?:{_DAY.pattern})[\s.!]*$")
_LOOKING_BACK: Final = re.compile(r"\b(passad[oa]|pasad[oa]|last|ultim[oa]|ontem|anteontem|yesterday|ayer)\b|\d{4}")
_MONTHS_AHEAD: Final = 12


def resolve_coming_day(words: str, today: date) -> date:
    """What "quinta", "dia 10" or "10/03" mean when it is still to come. Raises ToolError for words that name no period;
    what names a day that is over by itself stays so."""
    folded = _fold(words).strip(" .!")
    found = _DAY.fullmatch(folded)
    day = None if found is None else _read(found, today)
    if day is not None:
        return day
    start = resolve_period(words, today).start
    if start < today and not _LOOKING_BACK.search(folded):
        return _on(start.day, start.month, start.year + 1) or start
    return start


def find_coming_day(text: str, today: date) -> tuple[date, int] | None:
    """The day that a text ends in, and where its words begin."""
    found = _AT_THE_END.search(_fold(text))
    day = None if found is None else _read(found, today)
    return None if found is None or day is None else (day, found.start())


def _read(found: re.Match[str], today: date) -> date | None:
    """None for a day that no calendar has."""
    ahead = {"overmorrow": 2, "tomorrow": 1, "today": 0}
    for name, days in ahead.items():
        if found[name]:
            return today + timedelta(days=days)
    if found["weekday"]:
        return today + timedelta(days=(_NUMBER_OF[found["weekday"]] - today.weekday() - 1) % 7 + 1)
    if found["count"]:
        return today + timedelta(days=int(found["count"]) * (1 if found["unit"].startswith("d") else 7))
    if found["monthday"]:
        return _next_monthday(int(found["monthday"]), today)
    day, month = int(found["day"]), int(found["month"])
    if found["year"]:
        return _on(day, month, int(found["year"]))
    this_year = _on(day, month, today.year)
    return this_year if this_year is not None and this_year >= today else _on(day, month, today.year + 1)


def _next_monthday(day: int, today: date) -> date | None:
    for ahead in range(_MONTHS_AHEAD):
        month = today.month - 1 + ahead
        found = _on(day, month % 12 + 1, today.year + month // 12)
        if found is not None and found >= today:
            return found
    return None


def _on(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _fold(text: str) -> str:
    """Lower case without accents, character by character, so that places stay."""
    return "".join(unicodedata.normalize("NFD", character)[0].lower() for character in text)
