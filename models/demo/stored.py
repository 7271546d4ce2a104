"""The company that the demo's schema holds now, so that the next start goes on with the same cast."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from models.demo.company import Company


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What the demo's schema holds; both days belong to it."""

    company: str
    sender: str
    salespeople: int
    customers: int
    products: int
    orders: int
    first_day: date
    last_day: date


def find_stored_company(connection: Connection) -> Company | None:
    """None before the first load, and when an older version of Recado made the schema."""
    if connection.execute(text("SELECT to_regclass('demo.load_state')")).scalar_one() is None:
        return None
    statement = text("SELECT to_jsonb(state) ->> 'company' FROM demo.load_state AS state")
    stored: str | None = connection.execute(statement).scalar_one_or_none()
    return None if stored is None else Company.model_validate_json(stored)


def summarise_demo(connection: Connection) -> DemoSummary:
    """Counts of what was loaded. Call it after a load."""
    row = connection.execute(
        text(
            "SELECT company.name, company.sender,"
            " (SELECT count(*) FROM demo.salesperson) AS salespeople,"
            " (SELECT count(*) FROM demo.customer) AS customers,"
            " (SELECT count(*) FROM demo.product) AS products,"
            " (SELECT count(*) FROM demo.sales_order) AS orders,"
            " state.first_day, state.loaded_through"
            " FROM demo.company AS company, demo.load_state AS state"
        )
    ).one()
    return DemoSummary(*row)
