"""Rows of price lists: what costs how much, out of the cells of a row, by the words above its columns. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from agent.knowledge.columns import role_of
from agent.knowledge.decimals import Decimals, part_digits
from agent.knowledge.parsing.blocks import Block, Cell
from models.knowledge.price_row import PriceRow

_AMOUNT = re.compile(
    r"(R\$|US\$|U\$S|\$|€|BRL|USD|EUR)?\s*(\d[\d.,\s]{0,18}\d|\d)\s*(€|reais|BRL|USD|EUR|dólares|dollars)?", re.I
)
_CURRENCIES: Final = {
    "r$": "BRL",
    "brl": "BRL",
    "reais": "BRL",
    "us$": "USD",
    "u$s": "USD",
    "usd": "USD",
    "$": "USD",
    "dólares": "USD",
    "dollars": "USD",
    "€": "EUR",
    "eur": "EUR",
}
_MARK = re.compile(r"R\$|US\$|U\$S|€|\b(?:BRL|USD|EUR|reais)\b", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_LARGEST: Final = Decimal(10) ** 12
_LONGEST: Final = 300  # characters of a name


def read_prices(cells: Sequence[Cell], decimals: Decimals = "") -> tuple[PriceRow, ...]:
    """One for each column of prices that says something; none for a row that names no product."""
    texts: dict[str, str] = {}
    for cell in cells:
        texts.setdefault(role_of(cell.column), cell.text)
    code = texts.get("code", "")
    name = texts.get("name", "") or code
    if not name:
        return ()
    priced = [cell for cell in cells if role_of(cell.column) == "price"]
    rows = []
    for cell in priced:
        price = _price_of(cell, decimals)
        if price is None:
            continue
        rows.append(
            PriceRow(
                name=name[:_LONGEST],
                price=price,
                code=code[:_LONGEST],
                unit=texts.get("unit", "")[:_LONGEST],
                currency=_currency_of(cell, texts.get("currency", "")),
                label=cell.column[:_LONGEST] if len(priced) > 1 else "",
                valid_from=read_day(texts.get("valid_from", "")),
                valid_to=read_day(texts.get("valid_to", "")),
            )
        )
    return tuple(rows)


def printed_amounts(blocks: Iterable[Block]) -> Iterator[str]:
    """Of all rows, as they are spelled; not those that the file itself holds as numbers."""
    for block in blocks:
        for cell in block.cells:
            if cell.number is None and role_of(cell.column) == "price":
                yield cell.text


def _price_of(cell: Cell, decimals: Decimals) -> Decimal | None:
    price = cell.number if cell.number is not None else read_amount(cell.text, decimals)
    return price if price is not None and 0 <= price < _LARGEST else None


def read_amount(text: str, decimals: Decimals = "") -> Decimal | None:
    """`R$ 1.234,50`, `1,234.50`, `45`, `€ 3,2`; None for anything else, `a combinar` and `10 a 20` among it. A single
    mark before three digits parts thousands, but for the one that is known to part decimals."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        return None
    whole, cents = part_digits(re.sub(r"\s", "", found[2]), decimals)
    try:
        return Decimal(re.sub(r"[.,]", "", whole) + "." + (cents or "0")).normalize() + Decimal(0)
    except InvalidOperation:
        return None


def _currency_of(cell: Cell, told: str) -> str:
    if cell.currency:
        return cell.currency
    for words in (cell.text, cell.column, told):
        mark = _MARK.search(words)
        if mark:
            return _CURRENCIES[mark[0].lower()]
    return "USD" if "$" in cell.text or "$" in cell.column else ""


def read_day(text: str) -> date | None:
    """2026-03-12 and 12/03/2026, as it is written in Brazil."""
    found = _DAY.search(text)
    if found is None:
        return None
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
