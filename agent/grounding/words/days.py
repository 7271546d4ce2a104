"""The days, months and years that a text names: dd/mm, ISO, "3 de março", "March 3rd", "de 10 a 20 de abril"."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from agent.grounding.claims import Claim, PartialDay
from agent.grounding.words.taken import Taken

_NAMES: Final = (
    "janeiro january enero|fevereiro february febrero|marco march marzo|abril april|maio may mayo|junho june junio|"
    "julho july julio|agosto august|setembro september septiembre setiembre|outubro october octubre|"
    "novembro november noviembre|dezembro december diciembre"
)
_SHORT: Final = "jan ene|fev feb|mar|abr apr|mai may|jun|jul|ago aug|set sep sept|out oct|nov|dez dec dic"
_MONTHS: Final = {name: at for at, names in enumerate(_NAMES.split("|"), 1) for name in names.split()}
_SHORTS: Final = {name: at for at, names in enumerate(_SHORT.split("|"), 1) for name in names.split()}
_NUMBERS: Final = _SHORTS | _MONTHS
_WEEKDAYS: Final = (
    "segunda monday lunes|terca tuesday martes|quarta wednesday miercoles|quinta thursday jueves|"
    "sexta friday viernes|sabado saturday|domingo sunday"
)
_WEEKDAY_NUMBERS: Final = {name: at for at, names in enumerate(_WEEKDAYS.split("|")) for name in names.split()}

_LONG = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b"
_ANY = "(?:" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")\b\.?"
_ENGLISH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = (
    "seg(?:unda)?|ter(?:ca)?|qua(?:rta)?|qui(?:nta)?|sex(?:ta)?|sab(?:ado)?|dom(?:ingo)?|lun(?:es)?|martes|mie(?:rcoles)?|jue(?:ves)?|vie(?:rnes)?"
    "|mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_ORDINAL = r"(?:\s?[ºª°]|st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d(?!\d|[.,]\d)"
_TO = r"\s*(?:a|ate|to|through|and|e|y|al|-|–|—)\s*(?:o dia |el )?"
_UNTIL = r"\s*(?:a|ate|to|through|al|-|–|—)\s*"
_OF = r"\s*(?:de |of |del |/|-)?\s*"
_TAIL = rf"(?:\s*(?:de|of|del|/|,|-)?\s*({_YEAR}))?"
_SLASHED = rf"({_DAY})/(0?[1-9]|1[0-2])(?:/((?:20)?\d\d))?"
_MASK = r"(?<![\w/.,-])(?<!top )"
_END = r"(?![\w]|[.,/]\d)"

_Make = Callable[[re.Match[str]], tuple[PartialDay, ...] | None]


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _month(text: str) -> int:
    return _NUMBERS[text.rstrip(".")]


def _full_year(text: str | None) -> int | None:
    if text is None:
        return None
    return int(text) + (2000 if len(text) == 2 else 0)


def _slashed_range(match: re.Match[str]) -> tuple[PartialDay, ...]:
    year = _full_year(match[4])
    return PartialDay(year, int(match[3]), int(match[1])), PartialDay(year, int(match[3]), int(match[2]))


def _named_range(match: re.Match[str]) -> tuple[PartialDay, ...]:
    month, year = _month(match[3]), _number(match[4])
    return PartialDay(year, month, int(match[1])), PartialDay(year, month, int(match[2]))


def _ends(first: PartialDay, last: PartialDay) -> tuple[PartialDay, ...]:
    """A year that one end leaves out is the other's."""
    return first._replace(year=first.year or last.year), last._replace(year=last.year or first.year)


def _bracketed_range(match: re.Match[str]) -> tuple[PartialDay, ...]:
    month = _month(match[1])
    return PartialDay(None, month, int(match[2])), PartialDay(None, month, int(match[3]))


def _english_range(match: re.Match[str]) -> tuple[PartialDay, ...]:
    month, year = _month(match[1]), _number(match[4])
    first = PartialDay(year, month, int(match[2]))
    return (first, PartialDay(year, month, int(match[3]))) if match[3] else (first,)


# Where forms can begin; whether one does there is for it to say.
_STARTS: Final = {
    "digit": re.compile(r"\d(?<!\w\d)"),
    "month": re.compile(_ANY),
    "the day": re.compile(r"(?=[nadoe])\b(?=(?:no dia|ao dia|do dia|o dia|dia|el dia|el|day)\s)"),
    "weekday": re.compile(rf"(?=[stqdlmjvwf])\b(?=(?:{_WEEKDAY})(?:-feira)?\.?,? )"),
}

# In this order: the longer form before those it holds.
_FORMS: Final[tuple[tuple[str, re.Pattern[str], _Make], ...]] = tuple(
    (start, re.compile(pattern), make)
    for start, pattern, make in (
        (
            "digit",
            rf"(?<![\w-])({_YEAR})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)",
            lambda m: (PartialDay(int(m[1]), int(m[2]), int(m[3])),),
        ),
        (
            "digit",
            r"(?<![\w-])((?:19|20)\d\d)-(0[1-9]|1[0-2])(?![\d-])",
            lambda m: (PartialDay(int(m[1]), int(m[2])),),
        ),
        ("digit", rf"{_MASK}({_DAY}){_TO}({_DAY})/(0?[1-9]|1[0-2])(?:/((?:20)?\d\d))?{_END}", _slashed_range),
        (
            "digit",
            rf"{_MASK}{_SLASHED}{_UNTIL}{_SLASHED}{_END}",
            lambda m: _ends(
                PartialDay(_full_year(m[3]), int(m[2]), int(m[1])), PartialDay(_full_year(m[6]), int(m[5]), int(m[4]))
            ),
        ),
        (
            "digit",
            rf"{_MASK}{_SLASHED}{_END}",
            lambda m: (PartialDay(_full_year(m[3]), int(m[2]), int(m[1])),),
        ),
        ("month", rf"\b({_ANY})\s*\((?:dias? |de )?({_DAY}){_TO}({_DAY})\)", _bracketed_range),
        ("digit", rf"{_MASK}(0?[1-9]|1[0-2])/({_YEAR}){_END}", lambda m: (PartialDay(int(m[2]), int(m[1])),)),
        ("digit", rf"{_MASK}({_DAY}){_ORDINAL}{_TO}({_DAY}){_ORDINAL}{_OF}({_ANY}){_TAIL}", _named_range),
        (
            "digit",
            rf"{_MASK}({_DAY}){_ORDINAL}{_OF}({_ANY}){_TAIL}",
            lambda m: (PartialDay(_number(m[3]), _month(m[2]), int(m[1])),),
        ),
        (
            "month",
            rf"\b({_ENGLISH})\s+(?:the )?({_DAY}){_ORDINAL}(?![\d%]|[.,:/]\d|\s*%)"
            rf"(?:{_TO}({_DAY}){_ORDINAL}(?![\d%]|[.,:/]\d))?(?:,?\s*({_YEAR}))?",
            _english_range,
        ),
        (
            "month",
            rf"\b({_LONG}){_UNTIL}({_LONG}){_TAIL}",
            lambda m: (PartialDay(_number(m[3]), _month(m[1])), PartialDay(_number(m[3]), _month(m[2]))),
        ),
        (
            "month",
            rf"\b({_ANY})(?:{_OF}({_YEAR}))?{_UNTIL}({_ANY}){_TAIL}",
            lambda m: (PartialDay(_number(m[2] or m[4]), _month(m[1])), PartialDay(_number(m[4]), _month(m[3]))),
        ),
        ("month", rf"\b({_ANY}){_OF}({_YEAR})", lambda m: (PartialDay(int(m[2]), _month(m[1])),)),
        ("month", rf"\b({_ANY})/(\d\d)(?![\d/])", lambda m: (PartialDay(2000 + int(m[2]), _month(m[1])),)),
        ("month", rf"\b(?<!rio de )({_LONG})", lambda m: (PartialDay(None, _month(m[1])),)),
        (
            "the day",
            rf"\b(?:no dia|ao dia|do dia|o dia|dia|el dia|el|day)\s+({_DAY}){_ORDINAL}(?![\w%]|[.,:/]\d|\s*%)",
            lambda m: (PartialDay(None, None, int(m[1])),),
        ),
        (
            "weekday",
            rf"\b(?:{_WEEKDAY})(?:-feira)?\.?,? (?:the |el |dia )?({_DAY})(?:st|nd|rd|th)?"
            r"(?![\w%]|[.,/:]\d|\s*%| mil\b| k\b)",
            lambda m: (PartialDay(None, None, int(m[1])),),
        ),
    )
)
_MAY = re.compile(r"\b(?:in|for|of|since|from|to|and|until|vs|this|last|between)\s+$|^\W*$")
_ASKS = re.compile(r" (?:i|we|you|he|she|it|they|the|this|that|these|your|our)\b")
_ALONE = re.compile(rf"\b({_WEEKDAY})s?(?:-feira)?\b")
_FROM_TO = re.compile(rf"{_ALONE.pattern}{_UNTIL}{_ALONE.pattern}")
RELATIVE_DAYS = {  # how many ago
    **dict.fromkeys(("hoje", "today", "hoy"), 0),
    **dict.fromkeys(("ontem", "yesterday", "ayer"), 1),
    **dict.fromkeys(("anteontem", "anteayer"), 2),
}
RELATIVE_DAY = re.compile(rf"\b(?:{'|'.join(RELATIVE_DAYS)})\b")
_IN = re.compile(r"\ben $")
_WEEKDAY_BEFORE = re.compile(r"\b(" + "|".join(_WEEKDAY_NUMBERS) + r")(?:-feira)?,?\s+(?:the |el |dia )?$")


def find_days(text: str, folded: str, taken: Taken) -> Iterator[Claim]:
    """Claims of days whose places are then taken: neither they nor what they hold is read again as something else."""
    starts = {name: [found.start() for found in start.finditer(folded)] for name, start in _STARTS.items()}
    for start, pattern, make in _FORMS:
        for match in _find_at(starts[start], pattern, folded):
            if not taken.is_free(match.span()):
                continue
            days = make(match)
            if days is None or _is_no_month(text, folded, match):
                continue
            taken.add(match.span())
            before = _WEEKDAY_BEFORE.search(folded, max(0, match.start() - 24), match.start())
            weekday = _WEEKDAY_NUMBERS[before[1]] if before and len(days) == 1 and days[0].day else None
            yield Claim(match[0], match.start(), match.end(), "date", days=days, weekday=weekday)


def _find_at(starts: Iterable[int], pattern: re.Pattern[str], folded: str) -> Iterator[re.Match[str]]:
    """What `finditer` finds, for a pattern that matches nowhere else."""
    end = 0
    for at in starts:
        if at >= end and (match := pattern.match(folded, at)) is not None:
            end = match.end()
            yield match


def _is_no_month(text: str, folded: str, match: re.Match[str]) -> bool:
    """ "You may ask", "Júlio", "Marco" name no month."""
    written = text[match.start() : match.end()]
    if match[0] == "may":
        is_month = written == "May" and not _ASKS.match(folded, match.end())
        return not is_month and not _MAY.search(folded, max(0, match.start() - 10), match.start())
    return written in {"Júlio", "Julio", "Marco"} and not _IN.search(folded, max(0, match.start() - 4), match.start())


def find_weekdays(folded: str, taken: Taken) -> Iterator[Claim]:
    """ "Na quarta", "Qua 21,0 mil"; "de terça a sexta" is of no single day."""
    ranges = (match for match in _FROM_TO.finditer(folded) if _number_of(match[2]) - _number_of(match[1]) > 1)
    taken.update(match.span() for match in ranges)
    for match in _ALONE.finditer(folded):
        if taken.is_free(match.span()):
            number = _number_of(match[1])
            yield Claim(match[0], match.start(), match.end(), "date", weekday=number, is_weekday=True)


def _number_of(weekday: str) -> int:
    return next(at for name, at in _WEEKDAY_NUMBERS.items() if name.startswith(weekday[:3]))
