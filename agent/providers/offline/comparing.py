"""Questions that hold one period against another: which is judged, and which is the base."""

from agent.base import Situation
from agent.periods import FoundPeriod, current_month, days
from agent.providers.offline.plan import Step, View, iso, saying
from agent.providers.offline.slots import Slots
from agent.providers.offline.summing import metric_of, people_and_things
from models.period import Period

_AND = frozenset({"e", "y", "and", "&", ",", "com", "con", "with"})
_UNITS = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "HALF", "YEAR", "FORT", "WKND"})


def is_comparison(slots: Slots) -> bool:
    """Words of comparison, unless it is people or things that are held against each other."""
    of_all = bool(slots.dimensions) or bool(slots.cues & {"WHO", "WHAT", "BESTSELLER", "WORSTSELLER"})
    if slots.cues & {"TOP", "BOTTOM"} and "COMPARE" not in slots.cues:
        return len(slots.periods) == 2 and not of_all
    if not slots.cues & {"COMPARE", "BASE"} and not any(one.kind == "same_last_year" for one in slots.periods[1:]):
        return False
    kinds = [hit.candidates[0].kind for hit in slots.names] + (["salesperson"] if slots.me else [])
    return not (len(slots.periods) < 2 and any(kinds.count(kind) > 1 for kind in kinds))


def plan_comparison(slots: Slots, situation: Situation) -> list[Step]:
    """One call: `period_a` is the one being judged, `period_b` the base."""
    metric = metric_of(slots)
    pair = _pair(slots, situation)
    if metric is None or pair is None:
        return [saying("not_understood")]
    if slots.dimensions or "WHO" in slots.cues or slots.of_kind("state") or slots.excluded:
        return [saying("cannot_filter", limit="compare_groups")]
    scope = people_and_things(slots, situation)
    if isinstance(scope, Step):
        return [scope]
    judged, base, assumed = pair
    view = View(assumed_period=not slots.periods, assumed_base=assumed)
    arguments = {"period_a": iso(judged), "period_b": iso(base), "metric": metric}
    return [Step("compare_periods", arguments | ({"filters": filters} if filters else {}), view) for filters in scope]


def _pair(slots: Slots, situation: Situation) -> tuple[Period, Period, bool] | None:
    """Judged, base, and whether the base was our choice."""
    found = slots.periods
    if len(found) > 2:
        return None
    if len(found) == 2:
        base = slots.base if slots.base is not None else 1
        return found[1 - base].period, found[base].period, False
    if not found:
        month = current_month(situation.today)
        return month, days.unit_holding(month.start, "MONTH", -1), True
    if len(found[0].parts) == 2:
        first, second = found[0].parts
        named_in_turn = bool(_AND & set(found[0].period.label.lower().split()))
        return (first, second, False) if named_in_turn else (second, first, False)
    return _against_one(found[0], slots.base == 0, situation)


def _against_one(found: FoundPeriod, is_base: bool, situation: Situation) -> tuple[Period, Period, bool] | None:
    unit = found.unit if found.unit in _UNITS else "DAY" if found.kind == "day" else "MONTH"
    if is_base and found.kind == "named" and found.period.start.year < situation.today.year:
        judged = days.in_year(found.period, situation.today.year)  # "cresceu em relação a abril do ano passado?"
        if judged.start <= situation.today:
            return judged, found.period, False
    if is_base or found.kind in {"same_last_year", "previous"}:
        judged = days.unit_holding(situation.today, unit if found.kind != "same_last_year" else "MONTH")
        return (judged, found.period, False) if judged.start != found.period.start else None
    if found.kind in {"range", "rolling", "before"}:
        return found.period, days.days_before(found.period, found.period.days), True
    return found.period, days.unit_holding(found.period.start, unit, -1), True
