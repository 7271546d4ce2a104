"""Which mark parts decimals in a document's amounts: `1,250` is a thousand and more to some, little more than one to
others. Pure."""

import re
from collections.abc import Iterable
from typing import Final, Literal

Decimals = Literal["", ",", "."]

# In Spanish it depends on the country.
_USUAL: Final[dict[str, Decimals]] = {"pt": ",", "en": "."}
_OTHER: Final[dict[str, Decimals]] = {",": ".", ".": ","}
_DIGITS: Final = re.compile(r"\d[\d.,\s]{0,18}\d")


def find_decimals(told: str, amounts: Iterable[str], guessed: str) -> Decimals:
    """By the language that somebody said; else by those amounts that can be read in one way alone, where they agree;
    else by the language that the words are written in. Empty where nobody can know."""
    if told:
        return _USUAL.get(told, "")
    seen = {mark for text in amounts if (mark := _surely(text))}
    if seen:
        return seen.pop() if len(seen) == 1 else ""
    return _USUAL.get(guessed, "")


def part_digits(digits: str, decimals: Decimals) -> tuple[str, str]:
    """What stands before the decimal mark and behind it. A single mark before three digits parts thousands, unless it
    is known for the decimal mark."""
    mark = max(",.", key=digits.rfind)
    whole, found, cents = digits.rpartition(mark)
    if not found:
        return digits, ""
    is_decimal = digits.count(mark) == 1 and (not _is_ambiguous(digits, whole, cents) or mark == decimals)
    return (whole, cents) if is_decimal else (digits, "")


def _is_ambiguous(digits: str, whole: str, cents: str) -> bool:
    """`1.250`: one mark, and it could part thousands. `0.250` and `1234,500` could not."""
    is_single = digits.count(",") + digits.count(".") == 1
    return is_single and len(cents) == 3 and 0 < len(whole) <= 3 and not whole.startswith("0")


def _surely(text: str) -> Decimals:
    """The decimal mark, where an amount gives it away."""
    found = _DIGITS.search(text)
    if found is None:
        return ""
    digits = re.sub(r"\s", "", found[0])
    mark = max(",.", key=digits.rfind)
    whole, _, cents = digits.rpartition(mark)
    if mark not in digits or _is_ambiguous(digits, whole, cents):
        return ""
    other = _OTHER[mark]
    return other if digits.count(mark) > 1 else _OTHER[other]
