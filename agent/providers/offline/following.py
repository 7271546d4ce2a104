"""Questions that lean on another one: "e no mês anterior?", "e da Ana?", "vendas e pedidos de ontem"."""

from dataclasses import replace
from datetime import date

from agent.periods import FoundPeriod, days, reanchor
from agent.providers.offline.names import NameHit
from agent.providers.offline.slots import CORE, Slots

_ORDER = frozenset({"TOP", "BOTTOM", "RANKING"})
_MEASURES = frozenset({"REVENUE", "SALES", "BUY", "ORDERS", "UNITS", "OUTFLOW", "TICKET", "RESULT", "COUNT", "METRIC"})
_OTHERWISE = frozenset({"GOAL", "PIPELINE", "RATE", "CURRENCY", "BRIEF", "STAGE"})
_SHORTEST_GOAL_DAYS = 28
_HALF_YEAR_DAYS = 184


def leans_on_another(clause: Slots) -> bool:
    """Whether the clause brings something to put into the question before."""
    return bool(
        clause.periods
        or clause.names
        or clause.dimensions
        or clause.me
        or clause.team
        or clause.owners
        or clause.status
        or clause.limits
    )


def asks_past(clause: Slots, before: Slots) -> bool:
    """ "Quais os clientes da Beatriz?" behind a question that was refused: one of its own, which is not refused for it.
    "E em outubro?" leans on the refused one, condition and all."""
    is_refused = bool(before.topics or before.limits)
    is_whole = bool(clause.dimensions) and not clause.grouped and bool(clause.names or clause.me)
    return is_refused and is_whole and not clause.linked


def followed(base: Slots, clause: Slots) -> Slots:
    """The question before with what the clause says in place of its own."""
    periods = _placed_against(base, clause)
    cues = base.cues | clause.cues
    if periods and len(periods) < 2:
        cues -= {"COMPARE", "BASE"}
    if clause.cues & _ORDER:
        cues = (cues - _ORDER) | (clause.cues & _ORDER)
    person = clause.me or clause.team or bool(clause.of_kind("salesperson"))
    return replace(
        base,
        cues=cues,
        metric=clause.metric or ("revenue" if "SALES" in clause.cues else base.metric),
        dimensions=clause.dimensions or base.dimensions,
        grouped=clause.grouped or base.grouped,
        plural=clause.plural or base.plural,
        count=clause.count or base.count,
        names=_replaced(base, clause),
        me=clause.me if person else base.me,
        team=clause.team if person else base.team,
        status=clause.status or base.status,
        periods=periods or base.periods,
        base=None if periods else base.base,
        limits=tuple(dict.fromkeys(base.limits + clause.limits)),
        unknown=tuple(dict.fromkeys(base.unknown + clause.unknown)),
        owners=clause.owners or (() if clause.names else base.owners),
        linked=base.linked,
    )


def _placed_against(base: Slots, clause: Slots) -> tuple[FoundPeriod, ...]:
    if not clause.periods or not base.periods:
        return clause.periods
    first = clause.periods[0]
    return (replace(first, period=reanchor(first, base.periods[0].period)), *clause.periods[1:])


def _replaced(base: Slots, clause: Slots) -> tuple[NameHit, ...]:
    """Names of the same kind give way, and so does an unclear name that the new one makes clear."""
    if not clause.names and not clause.me and not clause.team:
        return base.names
    kinds = {hit.candidates[0].kind for hit in clause.names}
    kinds |= {"salesperson"} if clause.me or clause.team else set()
    said = {entry for hit in clause.names for entry in hit.candidates}
    kept = (hit for hit in base.names if hit.candidates[0].kind not in kinds and not said & set(hit.candidates))
    return (*kept, *clause.names)


def with_period_of(base: Slots, clause: Slots) -> Slots:
    """A question that starts with "e": it may give the one before a base or a measure, or only take its period."""
    if clause.base == 0 and len(clause.periods) == 1 and base.periods and _lends(base):
        return held_against(base, clause)
    if _only_measures(clause) and base.cues & (_MEASURES | _ORDER | {"COMPARE", "BASE"}) and not base.cues & _OTHERWISE:
        return replace(followed(base, clause), base=base.base)
    if clause.periods or not _may_share(base, clause):
        return clause if not clause.periods else replace(clause, periods=_placed_against(base, clause))
    return lent(base, clause)


def _in_that_year(base: Slots, placed: tuple[FoundPeriod, ...]) -> tuple[FoundPeriod, ...]:
    """ "Vendas de outubro", "compara com o ano passado": with its October, and not with twelve months."""
    found, judged = placed[0], base.periods[0].period if base.periods else None
    if found.unit != "YEAR" or judged is None or judged.start.year != judged.end.year or judged.days > _HALF_YEAR_DAYS:
        return placed
    return (replace(found, period=days.in_year(judged, found.period.start.year)),)


def _days_of(found: FoundPeriod) -> tuple[date, date]:
    return found.period.start, found.period.end


def only_holds_against(clause: Slots) -> bool:
    """ "Compara com setembro", "contra o mês anterior?": a base, and nothing said of what is to be judged by it."""
    says_what = clause.names or clause.excluded or clause.dimensions or clause.me or clause.team or clause.owners
    measured = clause.cues & ((_MEASURES - {"RESULT"}) | _ORDER | _OTHERWISE | {"WHO"})
    return clause.base == 0 and len(clause.periods) == 1 and not (says_what or measured or clause.topics)


def held_against(base: Slots, clause: Slots) -> Slots:
    """The question before, its period judged by the clause's; today's, if that would be held against itself. Of
    several periods none is chosen."""
    placed = _in_that_year(base, _placed_against(base, clause))
    judged = tuple(found for found in base.periods[:1] if _days_of(found) != _days_of(placed[0]))
    one = followed(base, clause)
    is_one = len(base.periods) < 2 and not any(found.parts for found in base.periods)
    if not (is_one or base.cues & {"COMPARE", "BASE"}):
        one = replace(one, limits=(*one.limits, "period"))
    return replace(one, cues=base.cues | clause.cues, periods=(*judged, *placed), base=len(judged))


def _only_measures(clause: Slots) -> bool:
    """ "E em pedidos?": another measure of the same thing."""
    return clause.cues <= _MEASURES | {"HOWMUCH"} and not (clause.periods or clause.names or clause.dimensions)


def of_whom(clause: Slots, before: list[Slots]) -> Slots:
    """ "E a meta dela?": whoever the question before was about; with nobody there, a word that nothing explains."""
    people = ("salesperson", "customer")
    if "PRONOUN" not in clause.cues or clause.me or any(hit.candidates[0].kind in people for hit in clause.names):
        return clause
    named = [hit for one in before for hit in one.names if hit.candidates[0].kind in people]
    if len(named) == 1:
        return replace(clause, names=(*clause.names, named[0]))
    return replace(clause, unknown=(*clause.unknown, *clause.pronouns))


def only_refines(clause: Slots) -> bool:
    """A sentence of nothing but a measure: "quantos pedidos?", "to falando do faturamento"."""
    says_more = clause.me or clause.team or clause.owners or clause.status or clause.unknown or clause.linked
    return bool(clause.cues & _MEASURES) and _only_measures(clause) and not says_more


def refined(questions: list[Slots], clause: Slots) -> list[Slots]:
    """The questions with a sentence that only measures: it sharpens a vague one, else it asks anew of the same."""
    last = questions[-1]
    if last.metric is None and not last.cues & ((_MEASURES - {"RESULT"}) | _OTHERWISE):
        return [*questions[:-1], followed(last, clause)]
    return [*questions, lent(last, clause)]


def lent(lender: Slots, clause: Slots) -> Slots:
    """The clause with the lender's period, and its person if the clause speaks of nobody."""
    if lender.topics and not clause.topics:
        return replace(clause, periods=clause.periods or lender.periods)
    if not _may_share(lender, clause):
        return clause
    periods = clause.periods or _shareable(lender, clause)
    nobody = not (clause.names or clause.me or clause.team or clause.owners or clause.dimensions)
    if not nobody or not _bare(clause):
        return replace(clause, periods=periods)
    names = lender.names if clause.cues & _MEASURES else lender.of_kind("salesperson")
    return replace(clause, periods=periods, names=names, me=lender.me, team=lender.team, owners=lender.owners)


def _may_share(lender: Slots, clause: Slots) -> bool:
    asked = (_MEASURES | _ORDER | {"GOAL"}) & clause.cues
    return bool(asked) and not clause.cues & (_OTHERWISE - {"GOAL"}) and not clause.topics and _lends(lender)


def _lends(lender: Slots) -> bool:
    return bool(lender.cues & CORE) and not lender.topics


def _shareable(lender: Slots, clause: Slots) -> tuple[FoundPeriod, ...]:
    if lender.cues & (_OTHERWISE - {"GOAL"}):
        return ()
    if "GOAL" in clause.cues:
        return tuple(found for found in lender.periods if found.period.days >= _SHORTEST_GOAL_DAYS)
    return lender.periods


def _bare(clause: Slots) -> bool:
    """Only a measure or a goal, with no doer of its own."""
    return not clause.cues & (_ORDER | {"WHO", "WHAT"})
