"""Questions about sold figures: totals, groupings and rankings."""

from dataclasses import replace

from agent.base import Situation
from agent.periods import current_month
from agent.providers.offline.plan import Step, View, iso, saying
from agent.providers.offline.slots import Slots
from models.period import Period

_MONTHLY_FROM_DAYS = 63  # longer periods are shown by month
_KINDS = ("customer", "product", "category", "salesperson")
_GROUPED_ONLY = frozenset({"none", "state", "month", "day"})  # by convention, though the tool ranks states
_DEFAULT_ROWS = 5
_RANKING_ROWS = 10
_MOST_ROWS = 50  # as many as the tool gives


def people_and_things(slots: Slots, situation: Situation) -> list[dict[str, str]] | Step:
    """The filters that names, "eu" and a status make; several names of one kind make several calls."""
    common: dict[str, str] = {}
    many: tuple[str, tuple[str, ...]] | None = None
    own = dict.fromkeys(hit.candidates[0].kind for hit in slots.names)
    for kind in dict.fromkeys((*_KINDS, *(kind for kind in own if kind != "state"))):
        names = tuple(dict.fromkeys(hit.candidates[0].name for hit in slots.of_kind(kind)))
        if kind == "salesperson" and slots.me:
            me = _sender(situation)
            if isinstance(me, Step):
                return me
            if me[0] != "salesperson":
                common[me[0]] = me[1]
            else:
                names = tuple(dict.fromkeys((me[1], *names)))
        if len(names) > 1 and many is not None:
            return saying("one_at_a_time")
        if len(names) > 1:
            many = (kind, names)
        elif names:
            common[kind] = names[0]
    if slots.status:
        common["status"] = slots.status
    if many is None:
        return [common]
    return [{**common, many[0]: name} for name in many[1]]


def _sender(situation: Situation) -> tuple[str, str] | Step:
    if situation.role == "customer" and situation.customer:
        return "customer", situation.customer
    return ("salesperson", situation.salesperson) if situation.salesperson else saying("who_are_you")


def metric_of(slots: Slots) -> str | None:
    """The measure asked for, or None when the words ask for a count that no tool makes."""
    if slots.metric:
        return slots.metric
    if "COUNT" in slots.cues:
        counted = slots.of_kind("product") or slots.of_kind("category") or "product" in slots.dimensions
        return "units" if counted and slots.cues & {"SALES", "BUY", "OUTFLOW", "HOWMUCH"} else None
    return "units" if "OUTFLOW" in slots.cues else "revenue"


def periods_of(slots: Slots, situation: Situation) -> list[Period]:
    """The periods asked about, one that is said in two ways only once; else the current month."""
    days = {(found.period.start, found.period.end): found.period for found in reversed(slots.periods)}
    return list(reversed(days.values())) or [current_month(situation.today)]


def plan_sales(slots: Slots, situation: Situation) -> list[Step]:
    """A total, a grouping or a ranking for every period and name asked about."""
    metric = metric_of(slots)
    of = _laid_out_by(slots, situation)
    if metric is None or of == "?":
        return [saying("not_understood")]
    if of == "two" and slots.separately and not _is_ranking(slots):
        each = (replace(slots, dimensions=(dimension,)) for dimension in slots.dimensions)
        return [step for one in each for step in plan_sales(one, situation)]
    if of == "two":
        return [saying("cannot_filter", limit="two_groups")]
    scope = people_and_things(slots, situation)
    if isinstance(scope, Step):
        return [scope]
    periods = periods_of(slots, situation)
    if len(periods) > 1 and len(scope) > 1:
        return [saying("one_at_a_time")]
    trouble = _trouble(slots, of, metric)
    if trouble is not None:
        return [trouble]
    return [_step(slots, situation, of, metric, period, filters) for filters in scope for period in periods]


def _is_ranking(slots: Slots) -> bool:
    return bool(slots.cues & {"TOP", "BOTTOM"})


def _laid_out_by(slots: Slots, situation: Situation) -> str:
    """The dimension of a grouping or ranking, "none" for a total, "?" when it is unclear, "two" for two at once."""
    dimensions = slots.dimensions
    ranking = _is_ranking(slots)
    if len(dimensions) > 1 and (slots.grouped or ranking):
        return "two"
    if ranking and not dimensions and _are_held_together(slots):
        return "none"
    if ranking or "WHO" in slots.cues:
        return _ranked_by(slots)
    if "TREND" in slots.cues and not dimensions:
        longest = max(period.days for period in periods_of(slots, situation))
        return "month" if longest >= _MONTHLY_FROM_DAYS else "day"
    if not dimensions:
        return "product" if _asks_what_was_bought(slots) else "none"
    if slots.grouped:
        return dimensions[0]
    if set(dimensions) == {"product"} and (slots.of_kind("category") or metric_of(slots) == "units"):
        return "none"
    if len(dimensions) == 1 and slots.plural and dimensions[0] not in {"day", "month"} and "COUNT" not in slots.cues:
        return dimensions[0]
    return "?"


def _asks_what_was_bought(slots: Slots) -> bool:
    """ "O que o Mercado X comprou em março?": the products, not their sum."""
    asked = {"WHAT", "BUY"} <= slots.cues and not slots.cues & {"HOWMUCH", "COUNT", "TREND"}
    return asked and slots.metric is None and bool(slots.of_kind("customer")) and not slots.of_kind("product")


def _are_held_together(slots: Slots) -> bool:
    """ "A Ana vendeu mais que o Bruno?": several of a kind, each with a figure of its own."""
    kinds = [hit.candidates[0].kind for hit in slots.names] + (["salesperson"] if slots.me else [])
    return len(kinds) > 1 and len(set(kinds)) == 1 and "WHO" not in slots.cues


def _ranked_by(slots: Slots) -> str:
    if slots.dimensions:
        return slots.dimensions[0]
    if "WHO" in slots.cues:
        return "customer" if "BUY" in slots.cues else "salesperson"
    if slots.cues & {"BESTSELLER", "WORSTSELLER", "OUTFLOW"} or (
        "WHAT" in slots.cues and slots.cues & {"SALES", "BUY"}
    ):
        return "product"
    return "?"


def _trouble(slots: Slots, of: str, metric: str) -> Step | None:
    """What the tools cannot combine."""
    states = slots.of_kind("state")
    if states and (of not in {"none", "state"} or len(states) > 1 or slots.excluded or _is_ranking(slots)):
        return saying("cannot_filter", limit="state")
    same_kind = [hit for hit in slots.names if hit.candidates[0].kind == of]
    if _is_ranking(slots) and len(same_kind) == 1:
        return saying("not_understood")
    excluded = {hit.candidates[0].kind for hit in slots.excluded} | ({"salesperson"} if slots.excludes_me else set())
    if len(excluded) > 1 or (excluded and of not in {"none", *excluded}) or (excluded and "state" in excluded):
        return saying("cannot_filter", limit="exclusion")
    if excluded and of == "none" and metric == "average_ticket":
        return saying("cannot_filter", limit="exclusion")
    if "EXCLUDE" in slots.cues and not excluded and slots.status != "cancelled":
        return saying("cannot_filter", limit="exclusion")
    return None


def _step(slots: Slots, situation: Situation, of: str, metric: str, period: Period, filters: dict[str, str]) -> Step:
    view = _view(slots, situation, of)
    if "EXCLUDE" in slots.cues and not view.excluded:
        filters = {key: value for key, value in filters.items() if key != "status"}
    group = of
    if view.excluded and of == "none":
        group = "salesperson" if slots.excludes_me else slots.excluded[0].candidates[0].kind
        view = replace(view, excluded_total=True)
    if view.state:
        group = "state"
    if of in filters and _is_ranking(slots):
        group, view = "none", replace(view, ranked=False, limit=None)
    plain = not filters and not view.excluded and "BOTTOM" not in slots.cues
    if view.ranked and view.limit is not None and plain and of not in _GROUPED_ONLY:
        return Step("top_n", {"of": of, "metric": metric, "period": iso(period), "n": view.limit}, view)
    return Step("sales_summary", {"period": iso(period), "metric": metric, "group_by": group, "filters": filters}, view)


def _view(slots: Slots, situation: Situation, of: str) -> View:
    ranked = _is_ranking(slots) or ("WHO" in slots.cues and of != "none")
    excluded = tuple(hit.candidates[0].name for hit in slots.excluded)
    if slots.excludes_me and situation.salesperson:
        excluded = (situation.salesperson,)
    states = slots.of_kind("state")
    open_reading = ranked and of in {"product", "category"} and slots.metric is None and "OUTFLOW" not in slots.cues
    return View(
        ascending=bool(slots.cues & {"BOTTOM", "ASCENDING"}),
        descending="DESCENDING" in slots.cues,
        ranked=ranked,
        limit=min(slots.count or _rows(slots), _MOST_ROWS) if _is_ranking(slots) else None,
        excluded=excluded,
        state=states[0].candidates[0].name if states else None,
        assumed_period=not slots.periods,
        assumed_metric=open_reading,
    )


def _rows(slots: Slots) -> int:
    if "RANKING" in slots.cues:
        return _RANKING_ROWS
    return _DEFAULT_ROWS if slots.plural else 1
