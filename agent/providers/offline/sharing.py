"""Questions about the share that one name has of a total: "qual a participação do café no faturamento?"."""

from dataclasses import replace

from agent.base import Situation
from agent.providers.offline.names import NameKind
from agent.providers.offline.plan import Step, View, iso, saying
from agent.providers.offline.slots import Slots
from agent.providers.offline.summing import metric_of, periods_of

_OTHERWISE = frozenset({"GOAL", "PIPELINE", "STAGE", "RATE", "COMPARE", "BASE", "TOP", "BOTTOM", "WHO", "TREND"})
_ADDS_UP = frozenset({"revenue", "units"})  # an order holds several products, so shares of orders pass the whole


def is_share(slots: Slots) -> bool:
    """Whether a percentage of a total is asked for, and nothing but that stands in the way."""
    return set(slots.limits) == {"share"} and not slots.cues & _OTHERWISE and slots.currency is None


def plan_share(slots: Slots, situation: Situation) -> list[Step]:
    """The total laid out by the kind of the name; the percentage is worked out from the rows."""
    metric, named = _metric(slots), _named(slots, situation)
    if isinstance(named, Step):
        return [named]
    only_that = len(slots.names) + slots.me == 1 and not (slots.dimensions or slots.excluded or slots.status)
    if named is None or not only_that or metric not in _ADDS_UP:
        return [saying("cannot_filter", limit="share_of")]
    kind, name = named
    view = View(share=name, assumed_period=not slots.periods)
    return [
        Step("sales_summary", {"period": iso(period), "metric": metric, "group_by": kind, "filters": {}}, view)
        for period in periods_of(slots, situation)
    ]


def _metric(slots: Slots) -> str | None:
    """ "Quantos % das vendas": what is counted there is the percentage."""
    return metric_of(replace(slots, cues=slots.cues - {"COUNT"}))


def _named(slots: Slots, situation: Situation) -> tuple[NameKind, str] | Step | None:
    if slots.me:
        return ("salesperson", situation.salesperson) if situation.salesperson else saying("who_are_you")
    entry = slots.names[0].candidates[0] if slots.names else None
    return (entry.kind, entry.name) if entry is not None else None
