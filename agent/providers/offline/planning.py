"""From slots to steps: which tool answers a question, or why none may."""

from collections.abc import Callable
from dataclasses import replace

from agent.base import Situation
from agent.periods import FoundPeriod
from agent.providers.offline.comparing import is_comparison, plan_comparison
from agent.providers.offline.names import NameHit, NameKind
from agent.providers.offline.plan import Step, View, iso, saying
from agent.providers.offline.sharing import is_share, plan_share
from agent.providers.offline.slots import Slots
from agent.providers.offline.summing import periods_of, plan_sales
from agent.providers.offline.terms import stages_of
from models.catalogue import Catalogue

_MEASURES = frozenset({"REVENUE", "SALES", "BUY", "ORDERS", "UNITS", "OUTFLOW", "TICKET", "METRIC"})
_LIMITS_OF_GOALS = frozenset({"share", "amount", "negation"})
_Rule = Callable[[Slots, Situation, Catalogue], list[Step] | None]


def plan_question(slots: Slots, situation: Situation, catalogue: Catalogue) -> list[Step]:
    """The steps for one question; the first rule that has an opinion decides."""
    slots = _for_the_tool(slots)
    for rule in _RULES:
        steps = rule(slots, situation, catalogue)
        if steps is not None:
            return steps
    return [saying("not_understood")]


def _for_the_tool(slots: Slots) -> Slots:
    """Goals are salespeople's and summaries customers': a name that others bear too is theirs there."""
    is_brief = "BRIEF" in slots.cues and not slots.cues & _MEASURES
    kind: NameKind | None = "salesperson" if "GOAL" in slots.cues else "customer" if is_brief else None
    if kind is None:
        return slots
    return replace(slots, names=tuple(_of_kind(hit, kind) for hit in slots.names))


def _of_kind(hit: NameHit, kind: NameKind) -> NameHit:
    of_kind = tuple(entry for entry in hit.candidates if entry.kind == kind)
    return replace(hit, candidates=of_kind or hit.candidates)


def _out_of_reach(slots: Slots, situation: Situation, catalogue: Catalogue) -> list[Step] | None:
    if not slots.topics or (slots.currency and set(slots.topics) <= {"documents"} and not slots.cues & _MEASURES):
        return None
    return [saying("out_of_reach", topic=slots.topics[0])]


def _social(slots: Slots, situation: Situation, catalogue: Catalogue) -> list[Step] | None:
    if slots.cues & (_MEASURES | {"GOAL", "PIPELINE", "RATE", "CURRENCY", "COMPARE", "STAGE"}) or slots.names:
        return None
    if "HELP" in slots.cues and not slots.unknown and not slots.periods:
        return [saying("help")]
    if slots.has_core or slots.unknown or slots.periods or slots.limits or slots.owners or slots.dimensions:
        return None
    for cue, phrase in (("THANKS", "thanks"), ("GREETING", "greeting")):
        if cue in slots.cues:
            return [saying(phrase)]
    return None


def _unclear(slots: Slots, situation: Situation, catalogue: Catalogue) -> list[Step] | None:
    """Whatever would change the figure and cannot be honoured is said, never dropped."""
    if not slots.has_core and not (slots.periods and slots.grouped and slots.dimensions):
        return [saying("not_understood")]
    for hit in (*slots.names, *slots.excluded):
        if len(hit.candidates) > 1:
            return [saying("which_name", names=tuple(entry.name for entry in hit.candidates))]
    if slots.owners:
        return [saying("unknown_name", name=" ".join(slots.owners))]
    is_goal = "GOAL" in slots.cues and not slots.cues & _MEASURES
    limits = set(slots.limits) - (_LIMITS_OF_GOALS if is_goal else {"share"} if is_share(slots) else set())
    if limits:
        return [saying("cannot_filter", limit=sorted(limits)[0])]
    if slots.unknown:
        known = slots.cues & (_MEASURES | {"GOAL", "PIPELINE", "CURRENCY"})
        return [saying("unknown_words", words=slots.unknown) if known else saying("not_understood")]
    if "NUMBER" in slots.cues:
        return [saying("cannot_filter", limit="number")]
    return None


def _exchange(slots: Slots, situation: Situation, catalogue: Catalogue) -> list[Step] | None:
    if slots.currency is None and "RATE" not in slots.cues:
        return None
    if slots.cues & _MEASURES - {"SALES", "REVENUE"} or slots.names or slots.dimensions or slots.cues & {"GOAL", "TOP"}:
        return [saying("cannot_filter", limit="currency")]
    if slots.currency is None:
        return None if slots.cues & (_MEASURES | {"PIPELINE"}) or slots.stages else [saying("which_currency")]
    if slots.cues & {"SALES", "REVENUE"} and "RATE" not in slots.cues and "valor" not in slots.cues:
        return [saying("cannot_filter", limit="currency")]
    if any(found.period.end < situation.today or found.period.days > 1 for found in slots.periods):
        return [saying("cannot_filter", limit="old_rate")]
    return [Step("exchange_rate", {"currency": slots.currency})]


def _goal(slots: Slots, situation: Situation, catalogue: Catalogue) -> list[Step] | None:
    if "GOAL" not in slots.cues:
        return None
    if not catalogue.has_goals:
        return [saying("no_source")]
    if any(hit.candidates[0].kind != "salesperson" for hit in slots.names) or slots.excluded:
        return [saying("cannot_filter", limit="goal_of")]
    if set(slots.dimensions) - {"salesperson", "day"} or slots.status:
        return [saying("cannot_filter", limit="goal_of")]
    everybody = "salesperson" in slots.dimensions or "WHO" in slots.cues
    people = [hit.candidates[0].name for hit in slots.of_kind("salesperson")]
    if (slots.me or ("MEWEAK" in slots.cues and not people)) and not slots.team:
        if situation.salesperson is None:
            return [saying("who_are_you")]
        people = [situation.salesperson, *(name for name in people if name != situation.salesperson)]
    if any(_is_shorter_than_goals(found, situation) for found in slots.periods):
        return [saying("cannot_filter", limit="goal_month")]
    periods = periods_of(slots, situation)
    if len(periods) > 1 and len(people) > 1:
        return [saying("one_at_a_time")]
    sellers: list[str | None] = [*people] or [None]
    view = View(assumed_period=not slots.periods, everybody=everybody and not people)
    return [
        Step("goal_progress", {"salesperson": person, "period": iso(period)}, view)
        for person in sellers
        for period in periods
    ]


def _is_shorter_than_goals(found: FoundPeriod, situation: Situation) -> bool:
    """Weeks and single days; but "today" and "so far" only say when the month's goal is looked at."""
    if found.period.end == situation.today:
        return found.unit in {"WEEK", "FORT", "WKND"}
    return found.unit in {"WEEK", "FORT", "WKND"} or found.kind == "day"


def _pipeline(slots: Slots, situation: Situation, catalogue: Catalogue) -> list[Step] | None:
    if "PIPELINE" not in slots.cues and not slots.stages:
        return None
    if not catalogue.has_pipeline:
        return [saying("no_source")]
    if "PIPELINE" not in slots.cues and "SALES" in slots.cues:
        return [saying("not_understood")]  # "vendas perdidas" are neither sales nor surely deals
    if slots.names or slots.excluded or (slots.grouped and slots.dimensions):
        return [saying("cannot_filter", limit="pipeline_of")]
    if slots.cues & {"TOP", "BOTTOM"}:
        return [saying("cannot_filter", limit="pipeline_order")]
    if any(found.period.start != situation.today or found.period.days > 1 for found in slots.periods):
        return [saying("cannot_filter", limit="pipeline_when")]
    known = stages_of(catalogue)
    for stage in slots.stages:
        if stage not in known:
            return [saying("unknown_words", words=(stage,))]
    return [Step("pipeline_status", {"stage": known[stage]}) for stage in slots.stages] or [
        Step("pipeline_status", {"stage": None})
    ]


def _brief(slots: Slots, situation: Situation, catalogue: Catalogue) -> list[Step] | None:
    customers = slots.of_kind("customer")
    is_plain = "CUSTOMER" in slots.cues or any(hit.last > hit.first for hit in customers)
    if "BRIEF" not in slots.cues and not ("RESULT" in slots.cues and is_plain and not slots.periods):
        return None
    looks_back = any(found.period.start < situation.today for found in slots.periods)
    if "RESULT" in slots.cues and "BRIEF" not in slots.cues and not is_plain:
        return [saying("not_understood")]
    if looks_back or slots.cues & (_MEASURES - {"BUY"}) or not customers:
        return None
    if len(slots.names) != len(customers):
        return [saying("not_understood")]
    return [Step("customer_brief", {"customer": hit.candidates[0].name}) for hit in customers]


def _share(slots: Slots, situation: Situation, catalogue: Catalogue) -> list[Step] | None:
    return plan_share(slots, situation) if is_share(slots) else None


def _comparison(slots: Slots, situation: Situation, catalogue: Catalogue) -> list[Step] | None:
    return plan_comparison(slots, situation) if is_comparison(slots) else None


def _sales(slots: Slots, situation: Situation, catalogue: Catalogue) -> list[Step] | None:
    """Last of all, so only where something is measured; "resumo", "evolução" and "como foi" measure a period."""
    measured = slots.cues & (_MEASURES | {"TOP", "BOTTOM", "WHO"})
    if not measured and not (slots.periods or (slots.names and "RESULT" in slots.cues)):
        return None
    return plan_sales(slots, situation)


_RULES: tuple[_Rule, ...] = (
    _out_of_reach,
    _social,
    _unclear,
    _exchange,
    _share,
    _goal,
    _pipeline,
    _brief,
    _comparison,
    _sales,
)
