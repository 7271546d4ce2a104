"""When vendors have said that they end an LLM, so that a start-up says it before the first person meets a 404."""

import re
from collections.abc import Mapping
from datetime import date

# A name with a date or "latest" behind it ends with the plain one. Reviewed with the defaults in `profiles`.
RETIREMENTS: Mapping[str, date] = {
    "gpt-3.5-turbo": date(2026, 9, 28),
    "gpt-4-turbo": date(2026, 10, 23),
    "o1": date(2026, 10, 23),
    "o4-mini": date(2026, 10, 23),
    "gpt-5": date(2026, 12, 11),
    "gpt-5-mini": date(2026, 12, 11),
    "gpt-5-nano": date(2026, 12, 11),
    "o3": date(2026, 12, 11),
    "gpt-4.1": date(2027, 1, 14),
    "gpt-4.1-mini": date(2027, 1, 14),
    "gpt-4o": date(2027, 1, 14),
    "gpt-4o-mini": date(2027, 1, 14),
    "gpt-5.1": date(2027, 4, 1),
    "gpt-5.4-nano": date(2027, 4, 1),
    "claude-3-opus": date(2026, 1, 5),
    "claude-3-5-haiku": date(2026, 2, 19),
    "claude-3-7-sonnet": date(2026, 2, 19),
    "claude-opus-4-0": date(2026, 6, 15),
    "claude-sonnet-4-0": date(2026, 6, 15),
    "claude-sonnet-4-5": date(2026, 11, 30),
}
_DATED = r"(-latest|-\d{8}|-\d{4}-\d{2}-\d{2}|-\d{4})?"


def find_retirement(llm: str) -> date | None:
    """The day on which the vendor ends this LLM; a company's name before it (`openai/`) does not matter."""
    name = llm.strip().lower().rpartition("/")[2]
    return next((day for known, day in RETIREMENTS.items() if re.fullmatch(re.escape(known) + _DATED, name)), None)


def retirement_warning(llm: str, today: date) -> str:
    """What an operator should know about the LLM's end, or ''."""
    day = find_retirement(llm)
    if day is None:
        return ""
    ends = "ended" if day <= today else "ends"
    return f"{llm} {ends} on {day.isoformat()} by its vendor's word; set LLM_MODEL to another"
