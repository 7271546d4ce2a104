"""Digits as numbers: "1.234,56", "1,234.56", and both ways where "1.234" may be either."""

from decimal import Decimal
from typing import Final

_BLANKS: Final = str.maketrans("", "", "'\u00a0\u202f")


def read_digits(text: str) -> list[tuple[Decimal, Decimal]]:
    """Each reading with the worth of its last place."""
    text = text.translate(_BLANKS)
    marks = [char for char in text if char in ".,"]
    if not marks:
        return [(Decimal(text), Decimal(1))]
    last = text.rindex(marks[-1])
    decimals = len(text) - last - 1
    grouped = (Decimal(text.replace(".", "").replace(",", "")), Decimal(1))
    pointed = (_pointed(text, last), Decimal(1).scaleb(-decimals))
    if len(set(marks)) == 2:
        return [pointed]
    if len(marks) > 1:
        return [grouped]
    return [grouped, pointed] if decimals == 3 and not text.startswith("0") else [pointed]


def _pointed(text: str, mark: int) -> Decimal:
    whole = text[:mark].replace(".", "").replace(",", "")
    return Decimal(f"{whole}.{text[mark + 1 :]}")
