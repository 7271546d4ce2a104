"""The figures that Ferragens Ipê's answers must hold, summed from its plain rows."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.second_company.world import CENT, CUSTOMERS, PRODUCTS, SELLERS, STAGES, Line, Order, World

Sold = list[tuple[Order, list[Line]]]
_COST = {row[0]: Decimal(row[4]) for row in PRODUCTS}


def revenue(sold: Sold) -> Decimal:
    return sum((line.amount for _, lines in sold for line in lines), Decimal(0))


def orders(sold: Sold) -> Decimal:
    return Decimal(len(sold))


def units(sold: Sold) -> Decimal:
    return sum((line.quantity for _, lines in sold for line in lines), Decimal(0))


def average_ticket(sold: Sold) -> Decimal | None:
    return (revenue(sold) / len(sold)).quantize(CENT, ROUND_HALF_UP) if sold else None


def lucro(sold: Sold) -> Decimal:
    costs = ((line.quantity * _COST[line.sku]).quantize(CENT, ROUND_HALF_UP) for _, lines in sold for line in lines)
    return revenue(sold) - sum(costs, Decimal(0))


def margem(sold: Sold) -> Decimal | None:
    taken = revenue(sold)
    return (lucro(sold) / taken * 100).quantize(Decimal("0.1"), ROUND_HALF_UP) if taken else None


def desconto(sold: Sold) -> Decimal:
    return sum((line.full - line.amount for _, lines in sold for line in lines), Decimal(0))


def clientes_ativos(sold: Sold) -> Decimal:
    return Decimal(len({order.customer for order, _ in sold}))


METRICS: dict[str, Callable[[Sold], Decimal | None]] = {
    measure.__name__: measure
    for measure in (revenue, orders, units, average_ticket, lucro, margem, desconto, clientes_ativos)
}
OF_LINES = ("product", "category", "marca")


def total(world: World, metric: str, period: str, status: str = "DAFE", **held: str) -> Decimal | None:
    """`period` is start/end, both included."""
    start, end = period.split("/")
    return METRICS[metric](world.sold(start, end, status, **held))


def groups(world: World, metric: str, period: str, by: str, status: str = "DAFE", **held: str) -> dict[str, Any]:
    """By name; whatever nobody's is goes under a dash."""
    start, end = period.split("/")
    sold = world.sold(start, end, status, **held)
    names = {world.told(by, order, line) for order, lines in sold for line in (lines if by in OF_LINES else [None])}
    found = {}
    for name in names:
        if by in OF_LINES:
            parts = [(order, [line for line in lines if world.told(by, order, line) == name]) for order, lines in sold]
            found[name] = METRICS[metric]([(order, lines) for order, lines in parts if lines])
        else:
            found[name] = METRICS[metric]([(order, lines) for order, lines in sold if world.told(by, order) == name])
    return found


def goal(world: World, year: int, month: int, seller: str | None = None) -> Decimal:
    codes = {code for code, name, _ in SELLERS if seller in (None, name)}
    return sum((v for code, y, m, v in world.goals if code in codes and (y, m) == (year, month)), Decimal(0))


def pipeline(world: World) -> dict[str, tuple[int, Decimal]]:
    names = {number: name for number, name, _, _ in STAGES}
    found: dict[str, tuple[int, Decimal]] = {}
    for _, _, stage, _, value, is_deleted in world.deals:
        if not is_deleted:
            count, worth = found.get(names[stage], (0, Decimal(0)))
            found[names[stage]] = (count + 1, worth + value)
    return found


def owner_of(customer: str) -> str:
    code = next(row[5] for row in CUSTOMERS if row[1] == customer)
    return next(name for number, name, _ in SELLERS if number == code)
