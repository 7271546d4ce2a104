"""Figures as text: exact to the cent, never a float."""

from decimal import ROUND_HALF_UP, Decimal

from models.sales.question import Metric

_CENT = Decimal("0.01")
_TENTH = Decimal("0.1")


def money(value: Decimal) -> str:
    """BRL with two places."""
    return str(value.quantize(_CENT, ROUND_HALF_UP))


def unit_of(metric: Metric) -> str:
    return "BRL" if metric in ("revenue", "average_ticket") else "count"


def figure(metric: Metric, value: Decimal | None) -> str | int | None:
    """Money as text, counts as whole numbers; None stays None (an average over no orders)."""
    if value is None:
        return None
    return money(value) if unit_of(metric) == "BRL" else int(value)


def percent(part: Decimal, whole: Decimal | None) -> str | None:
    """One place, halves away from zero; None where there is nothing to compare with."""
    if not whole:
        return None
    return str((part / whole * 100).quantize(_TENTH, ROUND_HALF_UP))
