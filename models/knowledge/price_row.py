"""A price as a row of a document names it, and where: values, without SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class PriceRow:
    """`label` is the head of the column, where a row has several prices; `currency` an ISO code, empty if none is said.
    `valid_from` and `valid_to` are days of the row's own."""

    name: str
    price: Decimal
    code: str = ""
    unit: str = ""
    currency: str = ""
    label: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class CatalogItem:
    """A price with the key and title of its document, and its place there. `is_guess`: it was found by other words than
    those asked for, taken for mistyped."""

    row: PriceRow
    document: str
    title: str
    place: Mapping[str, Any]
    is_guess: bool = False
