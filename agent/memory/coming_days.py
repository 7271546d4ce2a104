"""The day that a promise is for: "até sexta", "by March 15", "en dos semanas". Pure.

The period words of sales look back ("sexta" is the last one); those of a promise look ahead.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

_WEEKDAYS: Final = (
    r"segunda(?:-feira)?|monday|lunes",
    r"terca(?:-feira)?|tuesday|martes",
    r"quarta(?:-feira)?|wednesday|miercoles",
    r"quinta(?:-feira)?|thursday|jueves",
    r"sexta(?:-feira)?|friday|viernes",
    r"sabado|saturday",
    r"domingo|sunday",
)
_MONTHS: Final = (
    r"jan(?:eiro|uary)?|enero",
    r"fev(?:ereiro)?|feb(?:ruary|rero)?",
    r"mar(?:co|ch|zo)?",
    r"abr(?:il)?|apr(?:il)?",
    r"maio|may|mayo",
    r"jun(?:ho|e|io)?",
    r"jul(?:ho|y|io)?",
    r"ago(?:sto)?|aug(?:ust)?",
    r"set(?:embro)?|sep(?:tember|tiembre)?|septiembre",
    r"out(?:ubro)?|oct(?:ober|ubre)?",
    r"nov(?:embro|ember|iembre)?",
    r"dez(?:embro)?|dec(?:ember)?|dic(?:iembre)?",
)
_NUMBERS: Final = {
    "um": 1,
    "uma": 1,
    "dois": 2,
    "duas": 2,
    "tres": 3,
    "one": 1,
    "two": 2,
    "three": 3,
    "a": 1,
    "un": 1,
} | {
    "una": 1,
    "dos": 2,
    "quatro": 4,
    "four": 4,
    "cuatro": 4,
    "cinco": 5,
    "five": 5,
    "dez": 10,
    "ten": 10,
    "diez": 10,
    "quinze": 15,
    "quince": 15,
}
_ANY_MONTH: Final = "|".join(f"(?:{month})" for month in _MONTHS)
_COUNT: Final = rf"(?P<n>\d{{1,3}}|{'|'.join(_NUMBERS)})"

Resolve = Callable[[re.Match[str], date], date | None]


def _in_month(match: re.Match[str], today: date) -> date | None:
    month = next(number for number, names in enumerate(_MONTHS, 1) if re.fullmatch(names, match["month"]))
    return _ahead(today, int(match["day"]), month, match["year"])


def _in_figures(match: re.Match[str], today: date) -> date | None:
    return _ahead(today, int(match["day"]), int(match["month"]), match["year"])


def _ahead(today: date, day: int, month: int, year: str | None) -> date | None:
    """Without a year the next one that comes."""
    try:
        if year:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
        this_year = date(today.year, month, day)
        return this_year if this_year >= today else date(today.year + 1, month, day)
    except ValueError:
        return None


def _day_of_month(match: re.Match[str], today: date) -> date | None:
    day = int(match["day"])
    for ahead in range(3):
        month = (today.month - 1 + ahead) % 12 + 1
        year = today.year + (today.month - 1 + ahead) // 12
        if 1 <= day <= monthrange(year, month)[1] and date(year, month, day) >= today:
            return date(year, month, day)
    return None


def _on_weekday(match: re.Match[str], today: date) -> date:
    """Today's own name means the one of next week."""
    wanted = next(number for number, names in enumerate(_WEEKDAYS) if re.fullmatch(names, match["weekday"]))
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _after(match: re.Match[str], today: date) -> date:
    count = _NUMBERS.get(match["n"]) or int(match["n"])
    unit = match["unit"][0]
    return today + timedelta(days=count * {"d": 1, "s": 7, "w": 7, "m": 30}[unit])


def _end_of_month(match: re.Match[str], today: date) -> date:
    return today.replace(day=monthrange(today.year, today.month)[1])


def _end_of_next_month(match: re.Match[str], today: date) -> date:
    return _end_of_month(match, _end_of_month(match, today) + timedelta(days=1))


def _end_of_week(match: re.Match[str], today: date) -> date:
    return today + timedelta(days=6 - today.weekday())


_RULES: Final[tuple[tuple[re.Pattern[str], Resolve], ...]] = tuple(
    (re.compile(rf"\b(?:{pattern})(?!\w)"), resolve)
    for pattern, resolve in (
        (r"depois de amanha|day after tomorrow|pasado manana", lambda match, today: today + timedelta(days=2)),
        (r"amanha|tomorrow|(?<!la )(?<!de )manana", lambda match, today: today + timedelta(days=1)),
        (r"hoje|today|tonight|hoy", lambda match, today: today),
        (
            rf"(?:(?:dia|el|the) )?(?P<day>\d{{1,2}})[ºo]? (?:de |of )?(?P<month>{_ANY_MONTH})"
            r"(?:,? (?:de |del )?(?P<year>20\d\d))?",
            _in_month,
        ),
        (rf"(?P<month>{_ANY_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>20\d\d))?", _in_month),
        (r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>(?:20)?\d\d))?", _in_figures),
        (
            rf"(?:daqui a|dentro de|em|in|within|en) {_COUNT} (?P<unit>dias?|days?|semanas?|weeks?|mes(?:es)?|months?)",
            _after,
        ),
        (r"fim do mes|end of (?:the )?month|fin(?:al)? de mes|este mes|this month", _end_of_month),
        (r"mes que vem|proximo mes|next month|mes que viene", _end_of_next_month),
        (r"fim da semana|end of (?:the )?week|fin de semana|esta semana|this week", _end_of_week),
        (
            r"semana que vem|proxima semana|next week|semana que viene",
            lambda match, today: _end_of_week(match, today) + timedelta(days=7),
        ),
        (rf"(?P<weekday>{'|'.join(_WEEKDAYS)})", _on_weekday),
        (r"(?:dia|el|the|on the) (?P<day>\d{1,2})(?:st|nd|rd|th)?", _day_of_month),
    )
)


def find_coming_day(folded: str, today: date) -> date | None:
    """The first day named in a folded text that is still to come; the last one of a span. Pure."""
    found = []
    for pattern, resolve in _RULES:
        for match in pattern.finditer(folded):
            if (day := resolve(match, today)) is not None and day >= today:
                found.append((match.start(), -match.end(), day))
    return min(found)[2] if found else None
