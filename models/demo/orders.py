"""The orders of a day, as a pure function of (seed, cast, day); their status also depends on the day of looking.

An order is born with its fate (invoiced, or cancelled for one in twenty-five) and the number of days, 1 to 10, until
that fate shows; before that it is open. So whatever is older than ten days is settled for ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from models.demo.company import Company
from models.demo.dice import Dice, Urn, fingerprint, share
from models.demo.season import category_weight, expected_orders, price_index

SETTLED_AFTER_DAYS = 10
_CANCELLED_SHARE = 0.04
_LINE_VALUE_CENTS = 42_000  # what a customer of ordinary size spends on one product, on average
_LINES = Urn((18, 24, 22, 16, 11, 6, 3))
_MEAN_LINES = 2.65  # different products on an order, less what whole packs and discounts take away
_SIZES = {
    "supermercado": 1.9,
    "atacado": 2.6,
    "hotel": 1.3,
    "restaurante": 1.0,
    "mercearia": 0.8,
    "padaria": 0.75,
    "bar": 0.65,
    "lanchonete": 0.55,
    "farmácia": 0.6,
}
_OTHER_SIZES = (0.7, 1.0, 1.4)


@dataclass(frozen=True, slots=True)
class Line:
    """`product` counts from 0 in the cast; money is in cents."""

    product: int
    quantity: int
    unit_price: int

    @property
    def total(self) -> int:
        return self.quantity * self.unit_price


@dataclass(frozen=True, slots=True)
class Order:
    """`customer` and `salesperson` count from 0 in the cast; `id` is the date and a number within it."""

    id: int
    ordered_on: date
    customer: int
    salesperson: int
    cancelled: bool
    settles_on: date
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        """In cents."""
        return sum(line.total for line in self.lines)

    def status(self, today: date) -> str:
        if today < self.settles_on:
            return "open"
        return "cancelled" if self.cancelled else "invoiced"


def owners(company: Company) -> tuple[int, ...]:
    """For each customer the position of the salesperson she belongs to; everybody gets a fair number of them."""
    positions = {person.name: n for n, person in enumerate(company.salespeople)}
    shuffled = sorted(range(len(company.customers)), key=lambda n: fingerprint(company.seed, company.customers[n].name))
    dealt = {customer: turn % len(company.salespeople) for turn, customer in enumerate(shuffled)}
    return tuple(positions.get(c.salesperson, dealt[n]) for n, c in enumerate(company.customers))


def customer_size(segment: str) -> float:
    """How much a customer of that segment buys, 1 being ordinary."""
    known = _SIZES.get(segment.casefold())
    return known if known else _OTHER_SIZES[fingerprint("size", segment) % len(_OTHER_SIZES)]


class OrderBook:
    """Writes the orders of one company, day by day, in any order of days."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._owners = owners(company)
        self._sizes = [customer_size(c.segment) for c in company.customers]
        self._prices = [int(product.price * 100) for product in company.products]
        seed = company.seed
        self._visits = [0.4 + 1.6 * share(seed, "visits", c.name) for c in company.customers]
        self._customers = Urn(self._visits)
        self._appeal = [0.3 + 1.4 * share(seed, "appeal", p.name) for p in company.products]
        self._weights = {month: self._weigh(month) for month in range(1, 13)}
        self._urns = {month: Urn(weights) for month, weights in self._weights.items()}

    def _weigh(self, month: int) -> list[float]:
        products = self._company.products
        return [a * category_weight(p.category, month) for a, p in zip(self._appeal, products, strict=True)]

    def orders_on(self, day: date) -> Iterator[Order]:
        """Always the same orders for the same company and day."""
        expected = expected_orders(day)
        if not expected:
            return
        dice = Dice(self._company.seed, "orders", day.isoformat())
        first = (day.year * 10_000 + day.month * 100 + day.day) * 1000
        for number in range(1, max(1, round(expected * dice.between(0.82, 1.18))) + 1):
            customer = self._customers.draw(dice)
            yield Order(
                id=first + number,
                ordered_on=day,
                customer=customer,
                salesperson=self._owners[customer],
                cancelled=dice.random() < _CANCELLED_SHARE,
                settles_on=day + timedelta(days=dice.whole(1, SETTLED_AFTER_DAYS)),
                lines=self._lines(dice, day, self._sizes[customer]),
            )

    def expected_revenue(self, month: int) -> list[float]:
        """For each salesperson the cents an average order of that month (1 to 12) brings her, at list price."""
        values = {size: self._line_value(size, month) for size in set(self._sizes)}
        shares = [0.0] * len(self._company.salespeople)
        visits = sum(self._visits)
        for customer, owner in enumerate(self._owners):
            shares[owner] += self._visits[customer] / visits * values[self._sizes[customer]] * _MEAN_LINES
        return shares

    def _line_value(self, size: float, month: int) -> float:
        weights = self._weights[month]
        values = (max(price, _LINE_VALUE_CENTS * size) for price in self._prices)
        return sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)

    def _lines(self, dice: Dice, day: date, size: float) -> tuple[Line, ...]:
        urn, index = self._urns[day.month], price_index(day.year)
        chosen = dict.fromkeys(urn.draw(dice) for _ in range(_LINES.draw(dice) + 1))
        discount = dice.whole(0, 8) * 10 if size > 1 else dice.whole(0, 3) * 10  # per mille: large buyers haggle
        return tuple(self._line(dice, product, size, index * (1000 - discount)) for product in chosen)

    def _line(self, dice: Dice, product: int, size: float, millionths: int) -> Line:
        list_price = self._prices[product]
        quantity = max(1, int(_LINE_VALUE_CENTS * size * dice.between(0.35, 1.65) / list_price + 0.5))
        if quantity > 12:
            quantity -= quantity % 6  # distributors sell whole packs
        return Line(product, quantity, max(1, (list_price * millionths + 500_000) // 1_000_000))
