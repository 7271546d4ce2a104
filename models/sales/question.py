"""A question about sales, as a value: what is measured, when, cut how, and through whose eyes."""

from dataclasses import dataclass, field, fields
from typing import Literal

from models.period import Period

Metric = Literal["revenue", "orders", "units", "average_ticket"]
GroupBy = Literal["none", "customer", "product", "category", "salesperson", "month", "day", "state"]
Status = Literal["open", "invoiced", "cancelled"]

MAX_GROUPS = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows may be seen, by names of the sales data; it is ANDed into every query. Both None means all rows."""

    salesperson: str | None
    customer: str | None


EVERYTHING = Scope(salesperson=None, customer=None)


@dataclass(frozen=True, slots=True)
class SalesFilters:
    """Names exactly as the catalogue spells them. Without a status, cancelled orders are left out."""

    customer: str | None = None
    product: str | None = None
    category: str | None = None
    salesperson: str | None = None
    status: Status | None = None

    def as_json(self) -> dict[str, str]:
        """Only what is set."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) is not None}


@dataclass(frozen=True, slots=True)
class SalesQuestion:
    """`limit` caps the groups; what lies beyond it still counts in the total."""

    period: Period
    metric: Metric
    group_by: GroupBy = "none"
    filters: SalesFilters = field(default_factory=SalesFilters)
    limit: int = MAX_GROUPS
