"""A worker under budgets opens their books when it starts."""

from decimal import Decimal

from sqlalchemy import Engine, text

from bot.settings import Settings
from bot.worker import installed_services
from jobs.queue import JobQueue


def test_a_worker_opens_the_books_of_what_was_spent_before(
    engine: Engine, fresh_database_url: str, redis_url: str
) -> None:
    settings = Settings(budget_day_usd=Decimal(5), sales_database_url=fresh_database_url)
    with installed_services(settings, fresh_database_url, JobQueue(redis_url)) as services:
        assert services.budgets is not None
        assert (services.budgets.day, services.budgets.month) == (Decimal(5), None)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT kind, spent FROM budget ORDER BY kind")).all() == [
            ("day", Decimal(0)),
            ("month", Decimal(0)),
        ]


def test_without_a_budget_there_are_no_books(engine: Engine, fresh_database_url: str, redis_url: str) -> None:
    with installed_services(Settings(), fresh_database_url, JobQueue(redis_url)) as services:
        assert services.budgets is None
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM budget")).scalar_one() == 0
