"""Numbers of a question in one spelling: "5 mil", "5.000" and "5000" are one, "5 a 10 mil" stays as it is. Pure."""

import re
from decimal import Decimal
from typing import Final

from models.language import Language

_TIMES: Final = {
    **dict.fromkeys(("mil", "thousand", "k"), Decimal(1000)),
    **dict.fromkeys(("milhao", "milhoes", "million", "millions", "millon", "millones"), Decimal(1_000_000)),
    **dict.fromkeys(("bilhao", "bilhoes", "billion"), Decimal(1_000_000_000)),
}
_JOINING: Final = frozenset({"e", "y", "and", "a", "o", "ou", "or", "to", "ate", "hasta", "u", "-", ",", "entre", "de"})
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")


def spell_numbers(tokens: list[str], language: Language) -> list[str]:
    """The tokens with each plain number as digits, and the multiplier beside it counted in."""
    spelled: list[str] = []
    index = 0
    while index < len(tokens):
        value = read_number(tokens[index], language)
        if value is None:
            spelled.append(tokens[index])
        elif _is_alone(tokens, index) and index + 1 < len(tokens) and tokens[index + 1] in _TIMES:
            spelled.append(_spell(value * _TIMES[tokens[index + 1]]))
            index += 1
        else:
            spelled.append(_spell(value))
        index += 1
    return spelled


def read_number(token: str, language: Language) -> Decimal | None:
    """None for what is no plain number: codes, dates, leading zeros, marks that fit no spelling of the language."""
    if not _NUMBER.fullmatch(token) or (token[0] == "0" and token[1:2].isdigit()):
        return None
    group, point = (",", ".") if language == "en" else (".", ",")
    if token.count(point) > 1:
        return None
    whole, _, decimals = token.partition(point)
    if group in decimals:
        return None
    if group in whole:
        if not _GROUPED.fullmatch(whole):
            # "1.5" in a language that groups by points
            return Decimal(whole.replace(group, ".")) if not decimals and whole.count(group) == 1 else None
        whole = whole.replace(group, "")
    return Decimal(f"{whole}.{decimals or 0}")


def _is_alone(tokens: list[str], index: int) -> bool:
    """ "De 5 a 10 mil" begins at five thousand for some, and "5 mil e 200" is one number: neither is put together."""
    before, after = tokens[max(0, index - 2) : index], tokens[index + 2 : index + 4]
    ranges = len(before) == 2 and before[1] in _JOINING and _NUMBER.match(before[0]) is not None
    goes_on = bool(after) and (
        _NUMBER.match(after[0]) is not None
        or (len(after) == 2 and after[0] in _JOINING and _NUMBER.match(after[1]) is not None)
    )
    return not ranges and not goes_on


def _spell(value: Decimal) -> str:
    return f"{value.normalize():f}"
