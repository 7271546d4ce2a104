"""What a dollar cost in reais, one rate a day: the first that was stored is that day's, for all workers."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Column, Connection, Date, Numeric, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import moment, table_of


class DollarRateRow(SQLModel, table=True):
    """`quoted_on` is the day of the quotation: the last one with a market."""

    __tablename__ = "dollar_rate"
    __table_args__ = (CheckConstraint("brl_per_usd > 0", name="dollar_rate_positive"),)

    day: date = Field(sa_column=Column(Date, primary_key=True))
    brl_per_usd: Decimal = Field(sa_column=Column(Numeric(18, 9), nullable=False))
    quoted_on: date = Field(sa_column=Column(Date, nullable=False))
    created_at: datetime = Field(sa_column=moment(nullable=False))


dollar_rates = table_of(DollarRateRow)


@dataclass(frozen=True, slots=True)
class StoredRate:
    day: date
    brl_per_usd: Decimal


def find_rate(connection: Connection, day: date) -> StoredRate | None:
    """The rate of that day, or the last one known before it."""
    r = dollar_rates.c
    row = connection.execute(
        select(r.day, r.brl_per_usd).where(r.day <= day).order_by(r.day.desc()).limit(1)
    ).one_or_none()
    return None if row is None else StoredRate(row.day, row.brl_per_usd)


def store_rate(connection: Connection, day: date, brl_per_usd: Decimal, quoted_on: date) -> Decimal:
    """First writer wins: returns what stands."""
    values = {"day": day, "brl_per_usd": brl_per_usd, "quoted_on": quoted_on}
    connection.execute(insert(dollar_rates).values(values).on_conflict_do_nothing())
    r = dollar_rates.c
    standing: Decimal = connection.execute(select(r.brl_per_usd).where(r.day == day)).scalar_one()
    return standing
