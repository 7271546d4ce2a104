"""A question about sales, as a value: what is measured, when, cut how, and through whose eyes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.period import Period

Metric = str  # "revenue", "orders", "units", "average_ticket", and what the source adds
GroupBy = str  # "none", a dimension of the source, "month" or "day"
Status = Literal["open", "invoiced", "cancelled"]

MAX_GROUPS = 200
_NAMED = ("customer", "product", "category", "salesperson")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows may be seen, by names of the sales data; it is ANDed into every query. All None means all rows.

    `manager` is set only where the source itself bounds what managers see.
    """

    salesperson: str | None
    customer: str | None
    manager: str | None = None

    @property
    def is_of_one(self) -> bool:
        """One salesperson's or one customer's eyes, to whom the others' figures are closed."""
        return self.salesperson is not None or self.customer is not None


EVERYTHING = Scope(salesperson=None, customer=None)


@dataclass(frozen=True, slots=True)
class SalesFilters:
    """Names exactly as the catalogue spells them. Without a status, cancelled orders are left out.

    `own` holds the company's own dimensions, as (name, value).
    """

    customer: str | None = None
    product: str | None = None
    category: str | None = None
    salesperson: str | None = None
    status: Status | None = None
    own: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> Mapping[str, str]:
        """Every dimension that is held to one value."""
        named = {name: value for name in _NAMED if (value := getattr(self, name)) is not None}
        return named | dict(self.own)

    def as_json(self) -> dict[str, str]:
        """Only what is set."""
        named = {name: value for name, value in self.names.items() if name in _NAMED}
        return named | ({"status": self.status} if self.status else {}) | dict(self.own)


@dataclass(frozen=True, slots=True)
class SalesQuestion:
    """`limit` caps the groups; what lies beyond it still counts in the total."""

    period: Period
    metric: Metric
    group_by: GroupBy = "none"
    filters: SalesFilters = field(default_factory=SalesFilters)
    limit: int = MAX_GROUPS
