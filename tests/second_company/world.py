"""What happened at Ferragens Ipê, as plain rows: the figures that tests expect are summed from these alone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

TODAY = date(2026, 3, 4)
ZONE = ZoneInfo("America/Sao_Paulo")
CENT = Decimal("0.01")
SELLERS = [
    (11, "Helena Duarte", "Sul"),
    (12, "Igor Matos", "Sul"),
    (13, "Paulo Siqueira", "Norte"),
    (14, "Renata Vilela", "Norte"),
    (15, "Téo Camargo", "Centro-Oeste"),
]
CUSTOMERS = [
    (1, "Construtora Alvorada", "Curitiba", "PR", "Construtora", 11, False),
    (2, "Depósito Primavera", "Londrina", "PR", "Revenda", 11, False),
    (3, "Casa do Pedreiro", "Joinville", "SC", "Revenda", 12, False),
    (4, "Reformas Bandeirante", "Porto Alegre", "RS", "Prestador", 12, False),
    (5, "Madeireira Araucária", "Belém", "PA", "Revenda", 13, False),
    (6, "Hotel Igarapé", "Manaus", "AM", "Hotel", 13, False),
    (7, "Condomínio Jardins", "Belém", "PA", "Condomínio", 14, False),
    (8, "Escola Saber Vivo", "Palmas", "TO", "Escola", 14, False),
    (9, "Oficina Pantanal", "Cuiabá", "MT", "Prestador", 15, False),
    (10, "Fazenda Buriti", "Goiânia", "GO", "Fazenda", 15, False),
    (11, "Obras Extintas", "Curitiba", "PR", "Construtora", 11, True),
]
BRANDS = [(1, "Tramontano"), (2, "Vonderlux"), (3, "Corallis")]
PRODUCTS = [  # sku, name, line, brand, cost
    ("FUR650", "Furadeira Impacto 650W", "Ferramentas", 2, "161.2500"),
    ("MAR500", "Martelo Unha 25mm", "Ferramentas", 1, "21.4000"),
    ("CHV10", "Chave Inglesa 10", "Ferramentas", 1, "32.1500"),
    ("TAB18", "Tinta Acrílica Branca 18L", "Tintas", 3, "198.0000"),
    ("ESM36", "Esmalte Sintético 3,6L", "Tintas", 3, "71.3300"),
    ("CIM50", "Cimento CP II 50kg", "Básicos", 1, "27.0500"),
    ("ARG20", "Argamassa Colante 20kg", "Básicos", 1, "11.8000"),
    ("TUB100", "Tubo Esgoto 100mm", "Hidráulica", 2, "39.9000"),
    ("TOR12", "Torneira Jardim", "Hidráulica", 2, "14.2000"),
]
STAGES = [(1, "Contato", 10, 0), (2, "Orçamento", 20, 0), (3, "Fechamento", 30, 0), (4, "Ganha", 40, 1)]
CHANNELS = ["LOJA", "LOJA", "SITE", "TEL"]


@dataclass(frozen=True)
class Line:
    sku: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    is_deleted: bool

    @property
    def amount(self) -> Decimal:
        return (self.quantity * self.price * (1 - self.discount / 100)).quantize(CENT, ROUND_HALF_UP)

    @property
    def full(self) -> Decimal:
        return (self.quantity * self.price).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Order:
    number: int
    at: datetime  # UTC
    customer: int
    seller: int | None
    status: str
    channel: str
    is_deleted: bool
    lines: tuple[Line, ...]

    @property
    def day(self) -> date:
        return self.at.astimezone(ZONE).date()


class World:
    """All rows, the same at every run."""

    def __init__(self) -> None:
        dice = Random(20260304)
        self.orders = [self._order(dice, number) for number in range(1, 1201)]
        self.goals = [
            (code, year, month, Decimal(dice.randrange(8000, 30000)))
            for code, _, _ in SELLERS[:4]
            for year, month in ((2025, 12), (2026, 1), (2026, 2), (2026, 3))
        ]
        self.deals = [
            (
                n,
                f"Obra {n}",
                dice.randrange(1, 5),
                dice.randrange(1, 11),
                Decimal(dice.randrange(500, 9000)),
                n % 9 == 0,
            )
            for n in range(1, 41)
        ]
        self.moved = {n: self._moved(n) for n, *_ in self.deals}

    def _moved(self, deal: int) -> datetime | None:
        """In UTC, late in the evening in São Paulo; some never did."""
        if deal % 11 == 0:
            return None
        day = TODAY - timedelta(days=deal * 7 % 100)
        return datetime(day.year, day.month, day.day, 22, deal % 60, tzinfo=ZONE).astimezone(UTC)

    def _order(self, dice: Random, number: int) -> Order:
        # Hours of the evening, so that the day in São Paulo is often not the day in UTC.
        day = date(2025, 1, 1) + timedelta(days=dice.randrange((TODAY - date(2025, 1, 1)).days + 1))
        at = datetime(day.year, day.month, day.day, dice.randrange(8, 24), dice.randrange(60), tzinfo=ZONE)
        customer = dice.randrange(1, 12)
        owner = CUSTOMERS[customer - 1][5]
        channel = dice.choice(CHANNELS)
        seller = None if channel == "SITE" and dice.random() < 0.3 else owner
        lines = tuple(self._line(dice, sku) for sku in dice.sample([p[0] for p in PRODUCTS], dice.randrange(1, 4)))
        status = dice.choice("DAFFFFEEEEXO")
        return Order(number, at.astimezone(UTC), customer, seller, status, channel, dice.random() < 0.05, lines)

    def _line(self, dice: Random, sku: str) -> Line:
        cost = next(Decimal(product[4]) for product in PRODUCTS if product[0] == sku)
        price = (cost * Decimal(dice.randrange(110, 190)) / 100).quantize(Decimal("0.0001"))
        quantity = Decimal(dice.randrange(1, 40))
        return Line(sku, quantity, price, Decimal(dice.choice(["0", "0", "2.5", "7.75"])), dice.random() < 0.05)

    @cached_property
    def names(self) -> dict[str, dict[Any, str]]:
        """What each key is called, dimension by dimension."""
        brands = dict(BRANDS)
        return {
            "salesperson": {code: name for code, name, _ in SELLERS},
            "regional": {code: region for code, _, region in SELLERS},
            "customer": {row[0]: row[1] for row in CUSTOMERS if not row[6]},
            "state": {row[0]: row[3] for row in CUSTOMERS if not row[6]},
            "product": {row[0]: row[1] for row in PRODUCTS},
            "category": {row[0]: row[2] for row in PRODUCTS},
            "marca": {row[0]: brands[row[3]] for row in PRODUCTS},
        }

    def told(self, by: str, order: Order, line: Line | None = None) -> str:
        """The value of a dimension; "—" for what belongs to nobody."""
        if by in ("product", "category", "marca"):
            assert line is not None
            return self.names[by][line.sku]
        if by in ("customer", "state"):
            return self.names[by].get(order.customer, "—")
        if by in ("salesperson", "regional"):
            return self.names[by].get(order.seller, "—")
        return {"canal": order.channel, "month": f"{order.day:%Y-%m}", "day": f"{order.day:%Y-%m-%d}"}[by]

    def sold(self, start: str, end: str, status: str = "DAFE", **held: str) -> list[tuple[Order, list[Line]]]:
        """Orders of these days with the lines that the filters leave."""
        found = []
        of_lines = {by: value for by, value in held.items() if by in ("product", "category", "marca")}
        for order in self.orders:
            inside = date.fromisoformat(start) <= order.day <= date.fromisoformat(end)
            if order.is_deleted or order.status not in status or not inside:
                continue
            if any(self.told(by, order) != value for by, value in held.items() if by not in of_lines):
                continue
            lines = [line for line in order.lines if not line.is_deleted]
            lines = [ln for ln in lines if all(self.told(by, order, ln) == value for by, value in of_lines.items())]
            if lines or not of_lines:
                found.append((order, lines))
        return found
