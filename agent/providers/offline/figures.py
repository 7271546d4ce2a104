"""Numbers and dates as people write them in each language."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from models.language import Language

_ENGLISH_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905


def decimal_of(value: Any) -> Decimal | None:
    """The value as an exact number, or None if it is none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def number(value: Decimal, language: Language, places: int) -> str:
    written = f"{value:,.{places}f}"
    return written if language == "en" else written.translate(str.maketrans(",.", ".,"))


def money(value: Decimal, currency: str = "BRL", language: Language = "pt") -> str:
    """Brazilian reais as they are written in Brazil, in every language: R$ 1.234,56; others as the language does."""
    sign = "-" if value < 0 else ""
    if currency == "BRL":
        return f"{sign}R$ {number(abs(value), 'pt', 2)}"
    return f"{sign}{currency} {number(abs(value), language, 2)}"


def amount(value: Any, unit: str, language: Language) -> str:
    """A figure of a tool's result in its unit; a dash where the tool gave none."""
    exact = decimal_of(value)
    if exact is None:
        return "—"
    if unit == "percent":
        return percent(exact, language)
    if len(unit) == 3 and unit.isupper():
        return money(exact, unit, language)
    return number(exact, language, 0 if exact == exact.to_integral_value() else 2)


def percent(value: Any, language: Language) -> str:
    exact = decimal_of(value)
    return "—" if exact is None else f"{number(exact, language, 1)}%"


def month(value: str, language: Language) -> str:
    """The month of a "2026-02" as 02/2026, in English Feb 2026."""
    year, number_of = value.split("-")
    return f"{_ENGLISH_MONTHS[int(number_of) - 1]} {year}" if language == "en" else f"{number_of}/{year}"


def day(value: Any, language: Language) -> str:
    """dd/mm/yyyy, in English 03 Feb 2026; a dash for none."""
    if value is None:
        return "—"
    try:
        when = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except ValueError:
        return str(value)
    if language == "en":
        return f"{when.day:02d} {_ENGLISH_MONTHS[when.month - 1]} {when.year}"
    return when.strftime("%d/%m/%Y")
