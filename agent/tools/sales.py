"""Tools over orders: a summary, a ranking, a comparison."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from agent.tools.decorator import tool
from agent.tools.desk import Answer, Desk, span
from agent.tools.figures import figure, percent, unit_of
from agent.tools.fitting import no_filters
from agent.tools.schema import Arguments
from models.sales.question import Metric, SalesFilters, SalesQuestion, Status

_PERIOD = (
    "Period, in the user's own words ('ontem', 'mês passado', 'últimos 30 dias', 'de 10 a 20 de abril', 'last week') "
    "or as YYYY-MM-DD, YYYY-MM-DD/YYYY-MM-DD, YYYY-MM or YYYY. Never work out dates yourself. "
)
PeriodWords = Annotated[str | None, Field(description=_PERIOD + "null: the current month.")]
NamedPeriod = Annotated[str, Field(description=_PERIOD)]


class Filters(Arguments):
    """A name may be a part of the full one, in any case, with or without accents; null: no such filter."""

    customer: str | None = None
    product: str | None = None
    category: str | None = None
    salesperson: str | None = Field(default=None, description="A name, or 'me' for the person who asks.")
    status: Status | None = Field(
        default=None,
        description="null leaves cancelled orders out. Set it only when a status is asked for: 'já foi faturado' is "
        "invoiced, 'em aberto' is open.",
    )


FilterSet = Annotated[Filters, BeforeValidator(no_filters)]


# What `metric`, `group_by`, `of` and `filters` may be is the source's to say: `agent.tools.fitting`.
class SalesSummaryArguments(Arguments):
    period: PeriodWords = None
    metric: Metric = "revenue"
    group_by: str = Field(default="none", description="What to cut the total by; none: the total alone.")
    filters: FilterSet = Filters()


class TopArguments(Arguments):
    of: str = Field(description="What to rank.")
    metric: Metric = "revenue"
    period: PeriodWords = None
    n: int = Field(default=5, ge=1, le=50, description="How many places, 1 to 50; 5 when the user names no number.")


class CompareArguments(Arguments):
    period_a: NamedPeriod = Field(description="The period being judged, or the one named first. " + _PERIOD)
    period_b: NamedPeriod = Field(description="The base it is held against. " + _PERIOD)
    metric: Metric = "revenue"
    filters: FilterSet = Filters()


@tool(effect="read", roles={"rep", "manager", "customer"}, reads_sales=True)
def sales_summary(desk: Desk, arguments: SalesSummaryArguments) -> Answer:
    """Revenue, orders, units or average ticket of a period, as a total or grouped.

    Use it for every question about how much was sold, also for the least sold, for exclusions and for figures by state
    (group, then read the groups; there is no state filter). "Eu, minha, meu, I, my" means the person who asks: filter
    by that salesperson. "A gente, nós, we" and neutral wording mean no salesperson filter. Cancelled orders are left
    out unless filters.status asks for them (excludes_cancelled says so); tell the user. With a product or category
    filter, revenue and units count those items only. Groups come largest first, months and days in time; "truncated"
    means that smaller groups were cut off, while the total still counts them. It tells the figures
    named under metric and no others: no stock, for one.
    """
    period = desk.period(arguments.period)
    filters = _resolve(desk, arguments.filters)
    desk.forbid_ranking_people(arguments.group_by)
    question = SalesQuestion(period, arguments.metric, arguments.group_by, filters)
    (figures,) = desk.sales.summarise(desk.scope, question)
    metric, unit = arguments.metric, unit_of(desk.sales.layer, arguments.metric)
    data: dict[str, Any] = {
        "metric": metric,
        "unit": unit,
        "total": figure(unit, figures.total),
        "orders": figures.orders,
        "group_by": arguments.group_by,
        "groups": [{"name": group.name, "value": figure(unit, group.value)} for group in figures.groups],
        "excludes_cancelled": desk.leaves_out_cancelled(filters),
    }
    if figures.truncated:
        data["truncated"] = True
    return Answer(
        {"period": span(period), "metric": metric, "group_by": arguments.group_by, "filters": filters.as_json()},
        desk.put_down_sales(
            data, relation=desk.relation("sale"), rows=figures.orders, period=period, filters=filters.as_json()
        ),
    )


@tool(effect="read", roles={"rep", "manager"}, reads_sales=True)
def top_n(desk: Desk, arguments: TopArguments) -> Answer:
    """The n best customers, products, categories, salespeople or states of a period, largest first.

    It has no filters, no ascending order and no exclusions: for those, use sales_summary with group_by and read its
    groups. "Mais vendido" without a measure may mean revenue or units: choose one and tell the user which. Cancelled
    orders are left out. "total" is that of all, not of the n shown.
    """
    period = desk.period(arguments.period)
    desk.forbid_ranking_people(arguments.of)
    metric, unit = arguments.metric, unit_of(desk.sales.layer, arguments.metric)
    (figures,) = desk.sales.summarise(desk.scope, SalesQuestion(period, metric, arguments.of, limit=arguments.n))
    data = {
        "of": arguments.of,
        "metric": metric,
        "unit": unit,
        "items": [
            {"rank": rank, "name": group.name, "value": figure(unit, group.value)}
            for rank, group in enumerate(figures.groups, 1)
        ],
        "total": figure(unit, figures.total),
        "excludes_cancelled": desk.leaves_out_cancelled(SalesFilters()),
    }
    return Answer(
        {"of": arguments.of, "metric": metric, "period": span(period), "n": arguments.n},
        desk.put_down_sales(data, relation=desk.relation("sale"), rows=figures.orders, period=period),
    )


@tool(effect="read", roles={"rep", "manager"}, reads_sales=True)
def compare_periods(desk: Desk, arguments: CompareArguments) -> Answer:
    """One figure in two periods, with the difference a - b and the change of a against b in per cent.

    "Cresceu de A pra B": B is judged, so period_a = B and period_b = A. "Este mês contra o mês passado": period_a is
    this month, period_b the whole last month. A period that is still running counts what was sold so far: say so.
    change_percent is null when the base is zero. Cancelled orders are left out unless filters.status asks for them.
    """
    first, base = desk.period(arguments.period_a), desk.period(arguments.period_b)
    filters = _resolve(desk, arguments.filters)
    metric, unit = arguments.metric, unit_of(desk.sales.layer, arguments.metric)
    questions = [SalesQuestion(period, metric, filters=filters) for period in (first, base)]
    figures_a, figures_b = desk.sales.summarise(desk.scope, *questions)
    data: dict[str, Any] = {
        "metric": metric,
        "unit": unit,
        "a": {"period": span(first), "value": figure(unit, figures_a.total)},
        "b": {"period": span(base), "value": figure(unit, figures_b.total)},
        "difference": None,
        "change_percent": None,
        "excludes_cancelled": desk.leaves_out_cancelled(filters),
    }
    if figures_a.total is not None and figures_b.total is not None:
        difference = figures_a.total - figures_b.total
        data |= {"difference": figure(unit, difference), "change_percent": percent(difference, figures_b.total)}
    content = desk.put_down_sales(
        data,
        relation=desk.relation("sale"),
        rows=figures_a.orders + figures_b.orders,
        period=first,
        filters=filters.as_json(),
        period_b=base.as_json(),
    )
    # `period` stands beside `period_a` so that whoever reads a record finds the period of any tool under one key.
    applied = {"period": span(first), "period_a": span(first), "period_b": span(base)}
    return Answer({**applied, "metric": metric, "filters": filters.as_json()}, content)


def _resolve(desk: Desk, filters: Arguments) -> SalesFilters:
    return desk.filters(**filters.model_dump(exclude_none=True))
