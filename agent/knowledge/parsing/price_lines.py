"""Lines of plain text that are rows of a price list, as a PDF gives them: `CX-200 Caixa 200 un R$ 45,90`.

What separated the columns is gone, so a line counts only where nothing can be meant but one thing: below a line that
heads columns, its price the last of them; or by itself, where it begins with a code and ends in an amount of money.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agent.knowledge.columns import Role, fold, names_no_price, role_of
from agent.knowledge.parsing.blocks import Cell

_MARK: Final = r"(?:R\$|US\$|U\$S|\$|€|BRL|USD|EUR)"
_AMOUNT: Final = rf"{_MARK}?\s?\d{{1,3}}(?:[.,]?\d{{3}})*[.,]\d{{2}}|{_MARK}\s?\d{{1,3}}(?:[.,]?\d{{3}})*"
_ROW = re.compile(rf"(?P<product>\S.{{0,200}}?)\s+(?P<amount>{_AMOUNT})", re.IGNORECASE)
_ENDS_IN_AMOUNT = re.compile(rf"(?:^|\s)(?:{_AMOUNT})$", re.IGNORECASE)
_HAS_MARK = re.compile(_MARK, re.IGNORECASE)
_CODE = re.compile(r"(?=\S*\d)[A-Z0-9][\w./-]{0,30}")  # below a head that says so
_SURE_CODE = re.compile(r"[A-Z]{1,8}[-./]?\d[\w./-]{0,30}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UNITS: Final = _words(
    "un und unid unidade cx caixa pc pct pacote kg g l lt litro ml m mt metro m2 m3 par dz duzia rl rolo sc saco gl fd "
    "fardo jg jogo kit cento mil mes hora h box ea each pack bag set dozen unit u caja pieza docena bolsa"
)
_BESIDE: Final = _words("do da de dos das of the del unit unitario unitaria venda lista tabela r brl usd eur us")
# Before an amount they make a sentence of the line, and a condition of the amount.
_LEADS_ON: Final = _words(
    "a as o os e ou de do da dos das em no na por ate para com sem acima abaixo mais menos custa custam vale sao sai "
    "so apenas of at from to up over under for and or is are costs only el la los las y hasta desde cuesta"
)
_MOST_HEADS: Final = 10  # words of a line that heads columns
_LONGEST_ASIDE: Final = 60  # characters of a line between rows: a section, the number of a page
_LEAST_ALONE: Final = 2  # lines that must look alike where nothing heads them


@dataclass(frozen=True, slots=True)
class _Heads:
    """The columns, by their roles. `price` is all that its head says, its currency above all."""

    price: str
    code: str = ""
    unit: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A row: its cells, and its text with the columns named as far as the heads say how."""

    text: str
    cells: tuple[Cell, ...]


def find_price_lines(lines: Sequence[str]) -> Mapping[int, PriceLine]:
    """Those that are rows, by their number among the lines. Pure, linear."""
    found: dict[int, PriceLine] = {}
    alone: dict[int, PriceLine] = {}
    heads: _Heads | None = None
    for number, line in enumerate(lines):
        if len(line) < 4:
            continue
        if (above := _read_heads(line)) is not None:
            heads = above
        elif heads is not None and (cells := _read_row(line, heads)) is not None:
            found[number] = PriceLine("; ".join(f"{cell.column}: {cell.text}" for cell in cells), cells)
        elif (cells := _read_row(line, None)) is not None:
            alone[number] = PriceLine(line, cells)
        elif _is_prose(line):
            heads = None
    return found | alone if found or len(alone) >= _LEAST_ALONE else {}


def _is_prose(line: str) -> bool:
    return len(line) > _LONGEST_ASIDE or line.endswith((".", ":", ";"))


def _read_heads(line: str) -> _Heads | None:
    """None unless every word heads a column or stands beside one that does, a code first and the price last."""
    words = line.split()
    if not 2 <= len(words) <= _MOST_HEADS or any(word[0].isdigit() for word in words):
        return None
    columns: list[tuple[Role, list[str]]] = []
    for word in words:
        role = role_of(word)
        of_price = bool(columns) and columns[-1][0] == "price" and role == "unit"  # "Preço un."
        if role and not of_price and (not columns or columns[-1][0] != role):
            columns.append((role, [word]))
        elif columns and (role or fold(word) in _BESIDE or not fold(word)):
            columns[-1][1].append(word)
        else:
            return None
    roles = [role for role, _ in columns]
    is_plain = len(set(roles)) == len(roles) and set(roles) <= {"code", "name", "unit", "price"}
    if not is_plain or roles[-1] != "price" or "name" not in roles or "code" in roles[1:] or names_no_price(line):
        return None
    return _Heads(**{role: " ".join(words) for role, words in columns})


def _read_row(line: str, heads: _Heads | None) -> tuple[Cell, ...] | None:
    row = _ROW.fullmatch(line)
    if row is None or (heads is None and not _HAS_MARK.search(row["amount"])):
        return None
    words, unit, code = row["product"].split(), "", ""
    if heads is None or heads.code:
        if len(words) < 2 or not (_SURE_CODE if heads is None else _CODE).fullmatch(words[0]):
            return None
        code = words.pop(0)
    # "Caixa 200 un" is a name to its end.
    if (heads is None or heads.unit) and len(words) > 1 and fold(words[-1]) in _UNITS and not words[-2].isdecimal():
        unit = words.pop()
    name = " ".join(words)
    if not _is_name(name):
        return None
    named = heads or _Heads("price", "code", "unit", "name")
    told = ((named.code, code), (named.name, name), (named.unit, unit), (named.price, row["amount"]))
    return tuple(Cell(column, text) for column, text in told if text)


def _is_name(text: str) -> bool:
    """No second amount, no total, and no sentence that goes on with the amount."""
    words = fold(text).split()
    if not any(map(str.isalpha, text)) or _HAS_MARK.search(text) or _ENDS_IN_AMOUNT.search(text):
        return False
    return bool(words) and words[-1] not in _LEADS_ON and not names_no_price(text)
