"""Figures as text: exact to the cent, never a float."""

from decimal import ROUND_HALF_UP, Decimal

from models.sales.layer import Layer

_CENT = Decimal("0.01")
_TENTH = Decimal("0.1")


def money(value: Decimal) -> str:
    """Two places, whatever the currency."""
    return str(value.quantize(_CENT, ROUND_HALF_UP))


def unit_of(layer: Layer, metric: str) -> str:
    """The currency's code, "percent", "quantity" or "count"."""
    unit = layer.metrics[metric].unit if metric in layer.metrics else "count"
    return layer.spec.currency if unit == "currency" else unit


def figure(unit: str, value: Decimal | None) -> str | int | None:
    """Money as text, counts as whole numbers where they are whole; None stays None (an average over no orders)."""
    if value is None:
        return None
    if unit == "percent":
        return str(value.quantize(_TENTH, ROUND_HALF_UP))
    if unit not in ("count", "quantity"):
        return money(value)
    return int(value) if value == value.to_integral_value() else f"{value.normalize():f}"


def percent(part: Decimal, whole: Decimal | None) -> str | None:
    """One place, halves away from zero; None where there is nothing to compare with."""
    if not whole:
        return None
    return str((part / whole * 100).quantize(_TENTH, ROUND_HALF_UP))
