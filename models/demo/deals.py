"""The pipeline as it stands on a day: deals of the last half year, each as far as its own pace has brought it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from models.demo.company import Company
from models.demo.dice import Dice, Urn
from models.demo.orders import customer_size, owners

OPEN_STAGES = ("Prospecção", "Qualificação", "Proposta", "Negociação")
WON, LOST = "Ganho", "Perdido"
STAGES = (*OPEN_STAGES, WON, LOST)
_WEEKS_SHOWN = 26
_WON_SHARE = 0.45
_LOSES_AT = Urn((28, 28, 26, 18))  # how often each stage is where a deal is lost
_KINDS = ("Contrato anual", "Ampliação de linha", "Campanha promocional", "Primeiro pedido", "Reposição programada")


@dataclass(frozen=True, slots=True)
class Deal:
    """`customer` and `salesperson` count from 0 in the cast; `value` is in reais."""

    id: int
    title: str
    customer: int
    salesperson: int
    stage: str
    value: int
    opened_on: date
    closed_on: date | None
    moved_on: date  # into the stage where it stands


def deals_on(company: Company, today: date) -> Iterator[Deal]:
    """Pure: the same company and day give the same deals, oldest first."""
    monday = today - timedelta(days=today.weekday())
    customers = owners(company)
    for week in range(_WEEKS_SHOWN, -1, -1):
        start = monday - timedelta(weeks=week)
        dice = Dice(company.seed, "deals", start.isoformat())
        for number in range(dice.whole(3, 6)):
            deal = _follow(company, customers, dice, start, number, today)
            if deal.opened_on <= today:
                yield deal


def _follow(company: Company, owned_by: tuple[int, ...], dice: Dice, week: date, number: int, today: date) -> Deal:
    customer = dice.whole(0, len(company.customers) - 1)
    product = company.products[dice.whole(0, len(company.products) - 1)]
    opened_on = week + timedelta(days=dice.whole(0, 4))
    stage, closed_on, moved_on = _reach(dice, opened_on, today)
    size = customer_size(company.customers[customer].segment)
    return Deal(
        id=(week.year * 10_000 + week.month * 100 + week.day) * 100 + number,
        title=f"{_KINDS[dice.whole(0, len(_KINDS) - 1)]}: {product.category or product.name}",
        customer=customer,
        salesperson=owned_by[customer],
        stage=stage,
        value=max(1, int(size * dice.between(25, 180))) * 100,
        opened_on=opened_on,
        closed_on=closed_on,
        moved_on=moved_on,
    )


def _reach(dice: Dice, opened_on: date, today: date) -> tuple[str, date | None, date]:
    """The stage, when it was closed, and since when it stands there.

    Every throw is made whatever `today` is, so that a deal keeps its story from day to day."""
    won = dice.random() < _WON_SHARE
    last = len(OPEN_STAGES) - 1 if won else _LOSES_AT.draw(dice)
    days = [dice.whole(5, 32) for _ in OPEN_STAGES]
    moved_on = opened_on
    for position in range(last + 1):
        leaves_on = moved_on + timedelta(days=days[position])
        if today < leaves_on:
            return OPEN_STAGES[position], None, moved_on
        moved_on = leaves_on
    return (WON if won else LOST), moved_on, moved_on
