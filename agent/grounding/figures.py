"""What a number in a text is of: its unit, whether it goes up or down, and whether it is said to be exact."""

import re
from decimal import Decimal
from typing import Final, Literal

from agent.grounding.claims import Claim, Kind, PartialDay
from agent.grounding.words.lexicon import (
    ABOUT,
    COUNTED,
    COUNTED_AFTER,
    CURRENCIES,
    DOWN,
    HOURS,
    LESS_THAN,
    MONEY_AFTER,
    MONEY_BEFORE,
    MORE_THAN,
    MULTIPLE,
    NOUN_AFTER,
    OVER,
    PERCENT,
    TIME_SPANS,
    UNDER,
    UP,
    WHOLE_HOURS,
)

# A dash with blanks around it parts a name from its figure, and is no sign.
_SIGN: Final = re.compile(
    r"(?:^|[\s(*_:~≈|])(?:([+▲▼↑↓⬆⬇🔺🔻])\ufe0f?\s?|([-−]))(?:[a-z]{0,3}\$\s?)?$|(?<=\()([-−])\s?(?:[a-z]{0,3}\$\s?)?$"
    r"|[$]\s?([-+−])$"
)
_MONEY_SIGN: Final = re.compile(
    r"(?:(?<![a-z])(us\$|u\$s|r\$|usd|brl|eur|gbp|mxn|ars|clp|cop|uyu|pen)|([€£$]))\s?[-+−]?\s?$"
)
_CLAUSE_ENDS: Final = re.compile(r"[,;:.!?\n()]| e | and | y ")
_AND_A_HALF: Final = re.compile(r" (?:y media|y medio|e meia|and a half)\b")
_PART_OF_DAYS: Final = re.compile(  # "11 of the 19 working days"
    r"[*_]* (?:d[eo]s?|of(?: the)?|de los) [*_]*\d{1,3}(?=[*_]* (?:[a-z]+ )?(?:dias?|days?)\b)"
)
_RISING: Final = frozenset("+▲↑⬆🔺")
_HALF: Final = Decimal("0.5")
_A_DAY: Final = 24
HOURS_UNIT: Final = "hours"


def build_figure(
    folded: str, place: tuple[int, int], values: tuple[Decimal, ...], slack: tuple[Decimal, ...], *, is_year: bool
) -> Claim | None:
    """The claim of a number that stands at `place`; None for hours and minutes."""
    start, end = place
    if HOURS.match(folded, end):
        return _hours(folded, place, values)
    kind, unit, first, stop = _unit(folded, start, end)
    if kind == "count":
        if is_year and (not unit or unit in TIME_SPANS):  # "o faturamento de 2026 mês a mês"
            return Claim("", start, end, "date", days=(PartialDay(year=int(values[0])),))
        slack = tuple(Decimal(0) if one == _HALF else one for one in slack)  # things are whole
    if kind == "multiple" and (half := _AND_A_HALF.match(folded, stop)):
        values, stop = tuple(value + _HALF for value in values), half.end()
        slack = (_HALF / 2,) * len(values)
    elif kind == "multiple":
        slack = tuple(one or _HALF for one in slack)
    noun = NOUN_AFTER.match(folded, end) if kind == "count" else None
    compared = bool(MORE_THAN.match(folded, stop)) - bool(LESS_THAN.match(folded, stop)) if kind == "percent" else 0
    return Claim(
        "",
        first,
        stop,
        kind,
        values,
        slack,
        unit,
        compared or _direction(folded, start, stop),
        find_bound(folded, first),
        noun=noun[1] if noun else "",
    )


def _hours(folded: str, place: tuple[int, int], values: tuple[Decimal, ...]) -> Claim | None:
    """ "Within 48 hours" may be held against what is known of hours; "24 horas" and times of day are none."""
    if not (found := WHOLE_HOURS.match(folded, place[1])) or values[0] == _A_DAY:
        return None
    return Claim("", *place, "count", values, (Decimal(0),) * len(values), HOURS_UNIT, noun=found[0].strip(" *_-"))


def _unit(folded: str, start: int, end: int) -> tuple[Kind, str, int, int]:
    """What the figure is of, and where it begins and ends with its unit."""
    if sign := _MONEY_SIGN.search(folded, max(0, start - 8), start):
        return "money", MONEY_BEFORE[sign[1] or sign[2]], sign.start(), end
    if found := PERCENT.match(folded, end):
        return "percent", "", start, found.end()
    if found := MULTIPLE.match(folded, end):
        return "multiple", "", start, found.end()
    if found := MONEY_AFTER.match(folded, end):
        currency = next(code for code, word in zip(CURRENCIES, found.groups(), strict=True) if word)
        return "money", currency, start, found.end()
    part = _PART_OF_DAYS.match(folded, end)
    counted = COUNTED_AFTER.match(folded, part.end() if part else end)
    words = counted[0].split() if counted else []
    return "count", next((COUNTED[word] for word in words if word in COUNTED), ""), start, end


def _direction(folded: str, start: int, end: int) -> int:
    """By its sign, else by the words of the same clause."""
    if sign := _SIGN.search(folded, max(0, start - 8), start):
        return 1 if next(filter(None, sign.groups())) in _RISING else -1
    before = _CLAUSE_ENDS.split(folded[max(0, start - 40) : start])[-1]
    after = _CLAUSE_ENDS.split(folded[end : end + 14])[0]
    clause = f"{before} | {after}"
    return bool(UP.search(clause)) - bool(DOWN.search(clause))


def find_bound(folded: str, start: int) -> Literal["", "over", "under", "about"]:
    """What the words before say of how exact it is."""
    before = folded[max(0, start - 28) : start]
    if OVER.search(before):
        return "over"
    if UNDER.search(before):
        return "under"
    return "about" if ABOUT.search(before) else ""
