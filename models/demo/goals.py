"""What each salesperson is to sell in a month: near what the season promises, so that some make it and some miss."""

from collections.abc import Iterator
from datetime import date, timedelta

from models.demo.company import Company
from models.demo.dice import share
from models.demo.orders import OrderBook
from models.demo.season import expected_orders, price_index

Goal = tuple[int, date, int]  # position of the salesperson, first day of the month, reais


def goals_for(company: Company, book: OrderBook, months: list[date]) -> Iterator[Goal]:
    """Pure: a month's goals depend on the company and the month alone."""
    for month in months:
        orders = sum(expected_orders(day) for day in _days_of(month))
        for person, cents in enumerate(book.expected_revenue(month.month)):
            ambition = 0.92 + 0.26 * share(company.seed, "goal", company.salespeople[person].name, month)
            yield person, month, _round_goal(cents * orders * price_index(month.year) / 100_000 * ambition)


def months_between(start: date, end: date) -> list[date]:
    """The first day of each month from the one of `start` to the one of `end`."""
    count = (end.year - start.year) * 12 + end.month - start.month
    return [month_after(start, n) for n in range(count + 1)]


def month_after(day: date, count: int) -> date:
    """The first day of the month `count` months after that of `day`."""
    years, month = divmod(day.month - 1 + count, 12)
    return date(day.year + years, month + 1, 1)


def _days_of(month: date) -> list[date]:
    return [month + timedelta(days=n) for n in range((month_after(month, 1) - month).days)]


def _round_goal(reais: float) -> int:
    step = 1000 if reais >= 20_000 else 100
    return max(step, int(reais / step + 0.5) * step)
