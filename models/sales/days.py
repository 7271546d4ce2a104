"""Whether what a database gives for a day is one, and what to write where it is not. Pure."""

import re
from datetime import date
from typing import Any, Final

from models.sales.moments import DIGITS

_CURES: Final = (  # what the value looks like, and what makes a date of it in each database
    (r"\d{8}", "to_date(CAST({0} AS text), 'YYYYMMDD')", "STR_TO_DATE({0}, '%Y%m%d')"),
    (
        r"(19|20)\d\d(0[1-9]|1[0-2])",
        "to_date(concat({0}, '01'), 'YYYYMMDD')",
        "STR_TO_DATE(concat({0}, '01'), '%Y%m%d')",
    ),
    (r"\d{9,10}", "to_timestamp({0})", "FROM_UNIXTIME({0})"),
    (r"\d{12,13}", "to_timestamp({0} / 1000)", "FROM_UNIXTIME({0} / 1000)"),
    (r"[1-9]|0[1-9]|1[0-2]", "make_date(year, {0}, 1)", "STR_TO_DATE(concat(year, '-', {0}, '-01'), '%Y-%m-%d')"),
    (r"\d\d/\d\d/\d{4}.*", "to_date({0}, 'DD/MM/YYYY')", "STR_TO_DATE({0}, '%d/%m/%Y')"),
    (r"\d\d\.\d\d\.\d{4}.*", "to_date({0}, 'DD.MM.YYYY')", "STR_TO_DATE({0}, '%d.%m.%Y')"),
    (r"\d{4}-\d\d-\d\d.*", "CAST({0} AS timestamp)", "CAST({0} AS datetime)"),
)


def why_no_day(value: Any, written: str, dialect: str, stored_in: str | None = None) -> str | None:
    """What is wrong with a value that should be a day, in words for whoever wrote the file; None where it is one.

    `stored_in` is None where the file cannot say it: there no days of digits are understood.
    """
    told = "" if value is None else str(value).strip()
    if is_blank(value):
        return None
    if stored_in == DIGITS:
        if re.fullmatch(r"\d{8}", told) is None:
            return f"{told!r} has not the eight digits that stored_in: {DIGITS} means"
        return None if _is_iso(f"{told[:4]}-{told[4:6]}-{told[6:]}") else f"{told!r} is in no calendar"
    if isinstance(value, date) or (dialect == "mysql" and _is_iso(told)):
        return None
    if stored_in is not None and re.fullmatch(r"\d{8}", told):
        return f"{told!r} is no date: write stored_in: {DIGITS} below it, and an index on it serves"
    cure = next((found for found in _CURES if re.fullmatch(found[0], told)), None)
    if cure is None:
        return f"{told!r} is no date: write an expression that makes one"
    return f"{told!r} is no date: write " + cure[2 if dialect == "mysql" else 1].format(written)


def is_blank(value: Any) -> bool:
    """Whether it stands for no day at all, as programs write it: nothing, spaces, 0, "  /  /    ", 0000-00-00."""
    return value is None or not str(value).strip(" 0-/.:")


def _is_iso(told: str) -> bool:
    try:
        date.fromisoformat(told[:10])
    except ValueError:
        return False
    return "-" in told[:10]
