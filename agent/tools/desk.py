"""What a tool works with in one call: the sources, whose eyes it looks through, and how it puts an answer down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from agent.base import Situation, ToolContext
from agent.periods import resolve_period
from agent.tools.exchange_rates import ExchangeRates
from agent.tools.eyes import scope_of
from agent.tools.names import fold, match_names, resolve_name
from models.clock import Clock
from models.errors import ToolError
from models.period import Period
from models.sales.question import SalesFilters, Scope, Status
from models.sales.source import SalesSource

_MYSELF = frozenset({"eu", "mim", "me", "meu", "minha", "i", "my", "myself", "mi", "yo"})


@dataclass(frozen=True, slots=True)
class Bench:
    """What all calls of a process share."""

    sales: SalesSource
    exchange: ExchangeRates
    clock: Clock

    def version(self, tenant_id: UUID | None) -> str | None:
        """Of the sales data, which are one company's."""
        return self.sales.version()


@dataclass(frozen=True, slots=True)
class Answer:
    """`arguments` are those that were applied; `content` becomes the result's, beside `ok`."""

    arguments: Mapping[str, Any]
    content: Mapping[str, Any]


class Desk:
    """One call's. Names and periods are resolved here and nowhere else, always within the person's scope."""

    def __init__(self, bench: Bench, context: ToolContext) -> None:
        self.sales = bench.sales
        self.exchange = bench.exchange
        self._clock = bench.clock
        self._zone = ZoneInfo(context.timezone)
        self.situation: Situation = context.situation

    @property
    def today(self) -> date:
        return self.situation.today

    @property
    def scope(self) -> Scope:
        """Whose rows this person may see. Raises ToolError `not_allowed` for somebody the sales data does not know."""
        return scope_of(self.situation, self.sales)

    def period(self, words: str | None) -> Period:
        """Null and empty words mean the current month. Raises ToolError for words that name no period."""
        return resolve_period(words or "", self.today)

    def filters(
        self,
        *,
        customer: str | None = None,
        product: str | None = None,
        category: str | None = None,
        salesperson: str | None = None,
        status: Status | None = None,
        **own: str,
    ) -> SalesFilters:
        """Words made into names of the catalogue; raises ToolError for unknown, ambiguous and forbidden ones."""
        return SalesFilters(
            customer=None if customer is None else self.customer(customer),
            product=None if product is None else self.product(product),
            category=None if category is None else self.category(category),
            salesperson=None if salesperson is None else self.salesperson(salesperson),
            status=status,
            own=tuple((name, self.own(name, words)) for name, words in sorted(own.items())),
        )

    def product(self, words: str) -> str:
        return resolve_name("product", words, self.sales.catalogue().products)

    def category(self, words: str) -> str:
        return resolve_name("category", words, self.sales.catalogue().categories)

    def stage(self, words: str) -> str:
        return resolve_name("stage", words, self.sales.catalogue().stages)

    def customer(self, words: str) -> str:
        """To a customer every other name is forbidden, known or not, so that nobody can fish for names."""
        scope = self.scope
        visible = self.sales.catalogue(scope).customers
        if not match_names(words, visible):
            if scope.customer is not None:
                raise ToolError("This person may see the own orders only.", code="not_allowed")
            if scope.salesperson is not None and len(match_names(words, self.sales.catalogue().customers)) == 1:
                raise ToolError("That customer belongs to another salesperson.", code="not_allowed")
        return resolve_name("customer", words, visible)

    def salesperson(self, words: str) -> str:
        """Reps are one another's colleagues: the names are no secret, the figures are."""
        scope = self.scope
        if scope.customer is not None:
            raise ToolError("This person may see the own orders only.", code="not_allowed")
        if fold(words) in _MYSELF and self.situation.salesperson:
            words = self.situation.salesperson
        visible = self.sales.catalogue(scope).salespeople
        if not match_names(words, visible) and len(match_names(words, self.sales.catalogue().salespeople)) == 1:
            raise ToolError("That salesperson is not one of this manager's.", code="not_allowed")
        name = resolve_name("salesperson", words, visible)
        if scope.salesperson not in (None, name):
            raise ToolError("A salesperson may see the own figures only.", code="not_allowed")
        return name

    def own(self, dimension: str, words: str) -> str:
        """A value of one of the company's own dimensions, within what the person may see."""
        terms = self.sales.catalogue(self.scope).dimensions
        term = next((term for term in terms if term.name == dimension), None)
        if term is None:
            raise ToolError(f"There is no filter by {dimension}.", code="cannot_combine")
        called = {fold(word): value for value, spoken in term.values for word in spoken}
        return called.get(fold(words)) or resolve_name(dimension, words, [value for value, _ in term.values])

    def relation(self, *parts: str) -> str:
        """The company's own tables behind these parts, as answers name them."""
        return ", ".join(self.sales.layer.told_relation(part) for part in parts if part in self.sales.layer.relations)

    def leaves_out_cancelled(self, filters: SalesFilters) -> bool:
        return filters.status is None and bool(self.sales.layer.status)

    def forbid_ranking_people(self, dimension: str) -> None:
        """Raises ToolError where cutting by `dimension` would show other people's figures."""
        if self.scope.is_of_one and dimension == "salesperson":
            raise ToolError("Figures by salesperson are for managers only.", code="not_allowed")

    def put_down(
        self,
        data: Mapping[str, Any],
        *,
        source: str,
        rows: int,
        period: Period | None = None,
        filters: Mapping[str, Any] | None = None,
        **beside: Any,
    ) -> dict[str, Any]:
        """The content of an answer: what was applied, where it comes from, and the figures."""
        applied = dict(filters or {})
        content: dict[str, Any] = {}
        if period is not None:
            content["period"] = period.as_json()
            content["running"] = period.start <= self.today < period.end
        return content | {
            **beside,
            "filters": applied,
            "source": source,
            "rows": rows,
            "as_of": self._clock.now().astimezone(self._zone).isoformat(timespec="seconds"),
            "data": dict(data),
        }

    def put_down_sales(self, data: Mapping[str, Any], *, relation: str, rows: int, **applied: Any) -> dict[str, Any]:
        """Like `put_down`, for figures of the sales data: the scope is named among the filters, for it is one."""
        scope = self.scope
        seen = {"salesperson": scope.salesperson, "customer": scope.customer}
        filters = {name: value for name, value in seen.items() if value is not None} | dict(applied.pop("filters", {}))
        source = f"{self.sales.directory().company}: {relation}"
        return self.put_down(data, source=source, rows=rows, filters=filters, **applied)


def span(period: Period) -> dict[str, str]:
    """The days alone, as records keep them."""
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}
