"""Numbers in words - "doze mil e quinhentos", "twenty-one", "veintiuno" - found in folded text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_WORDS: Final = """
zero:0 nought:0 cero:0
dois:2 duas:2 two:2 tres:3 three:3 quatro:4 four:4 cuatro:4 cinco:5 five:5 seis:6 six:6 sete:7 seven:7 siete:7
oito:8 eight:8 ocho:8 nove:9 nine:9 nueve:9 dez:10 ten:10 diez:10 onze:11 eleven:11 doze:12 twelve:12 doce:12
treze:13 thirteen:13 trece:13 catorze:14 quatorze:14 fourteen:14 catorce:14 quinze:15 fifteen:15 quince:15
dezesseis:16 sixteen:16 dieciseis:16 dezessete:17 seventeen:17 diecisiete:17 dezoito:18 eighteen:18 dieciocho:18
dezenove:19 nineteen:19 diecinueve:19 vinte:20 twenty:20 veinte:20 veintiun:21 veintiuno:21 veintiuna:21 veintidos:22
veintitres:23 veinticuatro:24 veinticinco:25 veintiseis:26 veintisiete:27 veintiocho:28 veintinueve:29
trinta:30 thirty:30 treinta:30 quarenta:40 forty:40 cuarenta:40 cinquenta:50 fifty:50 cincuenta:50
sessenta:60 sixty:60 sesenta:60 setenta:70 seventy:70 oitenta:80 eighty:80 ochenta:80 noventa:90 ninety:90
cem:100 cento:100 cien:100 ciento:100 duzentos:200 duzentas:200 doscientos:200 doscientas:200
trezentos:300 trezentas:300 trescientos:300 trescientas:300 quatrocentos:400 quatrocentas:400 cuatrocientos:400
cuatrocientas:400 quinhentos:500 quinhentas:500 quinientos:500 quinientas:500 seiscentos:600 seiscentas:600
seiscientos:600 seiscientas:600 setecentos:700 setecentas:700 setecientos:700 setecientas:700 oitocentos:800
oitocentas:800 ochocientos:800 ochocientas:800 novecentos:900 novecentas:900 novecientos:900 novecientas:900
"""
SCALES: Final[dict[str, int]] = {
    **dict.fromkeys(("mil", "thousand"), 1_000),
    **dict.fromkeys(("milhao", "milhoes", "million", "millions", "millon", "millones"), 1_000_000),
    **dict.fromkeys(("bilhao", "bilhoes", "billion", "billions"), 1_000_000_000),
}
_SIMPLE: Final = {name: int(value) for name, _, value in (pair.partition(":") for pair in _WORDS.split())}
_ONE: Final = frozenset({"um", "uma", "un", "una", "uno", "one"})  # articles too: a number only within a longer one
_ONLY_SPANISH: Final = {"dos": 2, "once": 11}
_JOINS: Final = frozenset({"e", "and", "y"})
_TOKEN: Final = re.compile(r"[a-z]+")
_GAP: Final = re.compile(r"[ -]+")
_WORD: Final = re.compile(r"\w+")
_FIRSTS: Final = frozenset({*_SIMPLE, *_ONLY_SPANISH, *_ONE, "mil"})
_HALVES: Final = ("meio", "half", "medio")
_HALF_OF: Final = re.compile(r"\b(?:meio|half an?|medio)\s+(" + "|".join(SCALES) + r")\b")
_AND_A_HALF: Final = re.compile(r"\s+(?:e meio|e meia|and a half|y medio)\b")


@dataclass(frozen=True, slots=True)
class Numeral:
    """`last_scale` is what its last word counts in: 1000 in "doze mil", 1 in "doze mil e dois"."""

    start: int
    end: int
    value: Decimal
    last_scale: int


def find_numerals(folded: str, *, is_spanish: bool = False) -> Iterator[Numeral]:
    """ "Meio milhão" first, the others from left to right; a lone "um" or "one" is an article and no number."""
    for half in _HALF_OF.finditer(folded) if any(cue in folded for cue in _HALVES) else ():
        scale = SCALES[half[1]]
        yield Numeral(half.start(), half.end(), Decimal(scale) / 2, scale // 10)
    place = 0
    for match in _WORD.finditer(folded):
        if match[0] in _FIRSTS and match.start() >= place:
            numeral = _read(folded, match.start(), is_spanish)
            if numeral is not None:
                yield numeral
                place = numeral.end


@dataclass(slots=True)
class _Sum:
    """A number as it grows, word by word."""

    total: int = 0
    group: int = 0
    words: int = 0
    last_scale: int = 1
    lowest: int = 10**12
    is_one: bool = False

    def take(self, value: int) -> bool:
        """Whether a word of that value may follow: hundreds, then tens, then ones."""
        room = 10 if value < 10 else 100 if value < 100 else 1000
        if self.group % room:
            return False
        self.group += value
        self.last_scale = 1
        return True

    def scale(self, by: int) -> bool:
        if by == 100:
            if not 0 < self.group < 100:  # "fifty-three hundred"
                return False
            self.group *= 100
            return True
        if by >= 1_000_000 and self.total and self.total < 1_000_000:
            self.group, self.total, self.lowest = self.total + self.group, 0, 10**12  # "mil millones"
        if by >= self.lowest:
            return False
        self.total += (self.group or 1) * by
        self.group, self.last_scale, self.lowest = 0, by, by
        return True


def _read(folded: str, start: int, is_spanish: bool) -> Numeral | None:
    number, place, end = _Sum(), start, start
    while (match := _TOKEN.match(folded, place)) is not None:
        if not _accept(number, match[0], is_spanish):
            if not (match[0] in _JOINS and number.words):
                break
        else:
            number.words += 1
            end = match.end()
        place = match.end()
        if (gap := _GAP.match(folded, place)) is None:
            break
        place = gap.end()
    if end == start or (number.is_one and number.words == 1):
        return None
    value = Decimal(number.total + number.group)
    if number.last_scale > 1 and (half := _AND_A_HALF.match(folded, end)):
        return Numeral(start, half.end(), value + Decimal(number.last_scale) / 2, number.last_scale // 10)
    return Numeral(start, end, value, number.last_scale)


def _accept(number: _Sum, word: str, is_spanish: bool) -> bool:
    if word in _ONE:
        number.is_one = number.is_one or not number.words
        return number.take(1)
    if word in _SIMPLE:
        return number.take(_SIMPLE[word])
    if is_spanish and word in _ONLY_SPANISH:
        return number.take(_ONLY_SPANISH[word])
    if word == "hundred":
        return number.scale(100)
    return word in SCALES and number.scale(SCALES[word])
