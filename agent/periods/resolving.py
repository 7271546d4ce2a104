"""Period words in a tool's arguments, whoever wrote them: ISO dates and ranges, or the words people use."""

import re
from datetime import date
from typing import Final

from agent.periods import days
from agent.periods.finding import find_periods
from agent.periods.words import tokens_of
from models.errors import ToolError
from models.period import Period

DEFAULT_LABEL: Final = "mês atual"
_DATE = r"(\d{4}-\d{2}-\d{2})"
_DAY = re.compile(rf"{_DATE}")
_RANGE = re.compile(rf"{_DATE}\s*(?:/|\.\.+|to|a|até|ate|until|hasta|,|–|—)\s*{_DATE}")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = re.compile(r"\d{4}")
_SMALL_WORDS = frozenset(
    {
        "em",
        "no",
        "na",
        "nos",
        "nas",
        "de",
        "do",
        "da",
        "dos",
        "das",
        "o",
        "a",
        "os",
        "as",
        "pelos",
        "durante",
        "periodo",
    }
    | {"in", "on", "for", "the", "of", "from", "between", "during", "over", "period", "periodo"}
    | {"en", "el", "la", "los", "las", "del", "entre", "por"}
)
_FORMS: Final = (
    "use YYYY-MM-DD, YYYY-MM-DD/YYYY-MM-DD, YYYY-MM, YYYY, or words such as 'ontem', 'mês passado', "
    "'últimos 30 dias', 'de 10 a 20 de abril', 'last week', 'este trimestre'; empty means the current month"
)


def resolve_period(words: str, today: date) -> Period:
    """The period that the words name. Raises ToolError `period_not_understood` unless they name exactly one."""
    words = words.strip().strip("\"'").strip()
    if not words:
        return current_month(today)
    try:
        iso = _iso(words)
    except (ValueError, OverflowError):
        raise _not_understood(words) from None
    if iso is not None:
        return iso
    found = find_periods(words, today)
    if len(found) != 1 or not _is_all(words, found[0].span):
        raise _not_understood(words)
    return found[0].period


def current_month(today: date) -> Period:
    """The whole calendar month that holds today, labelled so that the answer says it was assumed."""
    month = days.unit_holding(today, "MONTH")
    return Period(month.start, month.end, DEFAULT_LABEL)


def _iso(words: str) -> Period | None:
    if match := _DAY.fullmatch(words):
        day = date.fromisoformat(match[1])
        return Period(day, day, words)
    if match := _RANGE.fullmatch(words):
        return Period(date.fromisoformat(match[1]), date.fromisoformat(match[2]), words)
    if match := _MONTH.fullmatch(words):
        month = days.month_of(int(match[1]), int(match[2]))
        return Period(month.start, month.end, words)
    if _YEAR.fullmatch(words):
        return Period(date(int(words), 1, 1), date(int(words), 12, 31), words)
    return None


def _is_all(words: str, span: tuple[int, int]) -> bool:
    """Nothing but small words beside the period: half-understood words would give the wrong days."""
    rest = words[: span[0]] + " " + words[span[1] :]
    return all(token.word in _SMALL_WORDS or not token.word.isalnum() for token in tokens_of(rest))


def _not_understood(words: str) -> ToolError:
    return ToolError(f"The period {words[:80]!r} was not understood; {_FORMS}.", code="period_not_understood")
