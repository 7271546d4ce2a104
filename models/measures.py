"""Quantities in the names of products, however they are written: `500g`, `500 g`, `500 gramas`."""

import re
from collections.abc import Sequence
from typing import Final

_SPELLINGS: Final = (
    "g gr grs grama gramas gramo gramos gram grams",
    "kg kgs kilo kilos quilo quilos",
    "ml mls",
    "l lt lts litro litros liter liters",
    "mm",
    "cm",
    "m mt mts metro metros",
    "un und unid unidade unidades unidad unidades",
    "pc pcs peca pecas",
    "v volt volts",
    "w watt watts",
    "gb",
    "tb",
    "pol polegada polegadas",
)
_ALL: Final = {unit: spellings.split() for spellings in _SPELLINGS for unit in spellings.split()}
_GLUED = re.compile(r"(\d+)([a-z]+)")


def part_measures(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Folded words without their measures; and for each measure a regular expression, as PostgreSQL reads it, of all
    its spellings in a folded text. Pure."""
    plain: list[str] = []
    measures: list[str] = []
    for word in words:
        glued = _GLUED.fullmatch(word)
        if glued and glued[2] in _ALL:
            measures.append(_spelled(glued[1], glued[2]))
        elif word in _ALL and plain and plain[-1].isdecimal():
            measures.append(_spelled(plain.pop(), word))
        else:
            plain.append(word)
    return plain, measures


def _spelled(number: str, unit: str) -> str:
    return rf"\m{number} ?(?:{'|'.join(_ALL[unit])})\M"
