"""A price on its way between two processes, as JSON."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from models.knowledge.price_row import PriceRow

_DAYS = ("valid_from", "valid_to")


def dump_price(row: PriceRow) -> dict[str, Any]:
    days = {name: day.isoformat() if (day := getattr(row, name)) else None for name in _DAYS}
    return asdict(row) | days | {"price": str(row.price)}


def load_price(told: dict[str, Any]) -> PriceRow:
    days = {name: date.fromisoformat(told[name]) if told[name] else None for name in _DAYS}
    return PriceRow(**told | days | {"price": Decimal(told["price"])})
