"""A tool's result in words. Every figure comes from the result; nothing is reckoned but sorting and leaving out."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from agent.periods.words import fold
from agent.providers.offline import figures
from agent.providers.offline.citing import PRICES, SEARCH, cite
from agent.providers.offline.facts import brief, exchange_rate, goal_progress, pipeline_status
from agent.providers.offline.lines import counted, line
from agent.providers.offline.order_lines import find_order
from agent.providers.offline.plan import View
from agent.providers.offline.quiet_lines import lapsed_customers, stalled_deals
from agent.providers.offline.states import is_also_a_city
from agent.providers.offline.wording import STATUS_NAMES, metric_name, of_name, say
from models.language import Language

_MOST_LINES = 15
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_Json = Mapping[str, Any]


def phrase(tool: str, result: _Json, arguments: _Json, view: View, language: Language) -> str:
    """The answer to one call."""
    if not result.get("ok"):
        return _refusal(result.get("error"), language)
    data = result.get("data")
    if tool in (SEARCH, PRICES) and isinstance(data, Mapping):
        return cite(data, language)
    write = _WRITERS.get(tool)
    if write is None or not isinstance(data, Mapping):
        return say("failed", language)
    lines = write(data, result, arguments, view, language)
    lines += _closing(tool, result, arguments, view, language)
    return "\n".join(text for text in lines if text)


def _refusal(error: Any, language: Language) -> str:
    error = error if isinstance(error, Mapping) else {}
    code = str(error.get("code", "failed"))
    details = error.get("details")
    candidates = error.get("candidates") or (details.get("candidates") if isinstance(details, Mapping) else None)
    if code == "ambiguous_name" and isinstance(candidates, Sequence) and candidates:
        return say("which_name", language, names=", ".join(str(name) for name in candidates))
    if code == "unknown_name" and error.get("kind") == "currency":
        return say("unknown_currency", language)
    if code == "unknown_name":
        return say("unknown_name", language, name=error.get("name") or "?")
    if code == "unknown_order":
        return say(code, language, number=error.get("number") or "?")
    if code in {"not_allowed", "unreachable", "no_goal", "no_source", "cannot_combine", "moves_unknown"}:
        return say(code, language)
    if code in {"no_goals", "no_pipeline"}:
        return say("no_source", language)
    return say("not_understood" if code == "period_not_understood" else "failed", language)


def span_of(period: Any, language: Language, today: str) -> str:
    if not isinstance(period, Mapping) or "start" not in period:
        return ""
    start, end = str(period["start"]), str(period.get("end", period["start"]))
    text = figures.day(start, language)
    if start != end:
        text = line("to", language, start=text, end=figures.day(end, language))
    if start > today:
        return text + line("not_begun", language)
    return text + (line("running", language) if start <= today < end else "")


def _heading(metric: str, result: _Json, view: View, language: Language) -> str:
    filters = result.get("filters") if isinstance(result.get("filters"), Mapping) else {}
    assert isinstance(filters, Mapping)
    kinds = ("salesperson", "customer", "product", "category")
    own = (key for key in filters if key not in (*kinds, "status"))
    names = [str(filters[key]) for key in (*kinds, *own) if filters.get(key)]
    if view.state:
        names.append(line("state_no_city" if is_also_a_city(view.state) else "state", language, name=view.state))
    status = filters.get("status")
    names += [STATUS_NAMES[status][language]] if status in STATUS_NAMES else []
    title = metric_name(metric, language, view.titles)
    return title[:1].upper() + title[1:] + (f" ({', '.join(names)})" if names else "")


def _summary(data: _Json, result: _Json, arguments: _Json, view: View, language: Language) -> list[str]:
    metric, unit = str(data.get("metric", arguments.get("metric", ""))), str(data.get("unit", ""))
    heading = _heading(metric, result, view, language)
    groups = [group for group in data.get("groups") or () if isinstance(group, Mapping)]
    if data.get("truncated") and (view.ascending or view.excluded or view.state or view.share):
        return [heading, line("cut_off", language)]
    if view.share:
        return [_share(data, groups, view.share, heading, unit, language)]
    if view.state:
        return [_one_row(groups, view.state, heading, unit, language)]
    if view.excluded_total:
        return [_total_without(data, groups, heading, unit, view, language)]
    total = figures.amount(data.get("total"), unit, language)
    if not arguments.get("group_by") or arguments.get("group_by") == "none":
        return [f"{heading}: **{total}**"]
    shown = _ordered([group for group in groups if not _is_excluded(group, view)], view)
    by = of_name(str(arguments["group_by"]), language, view.titles)
    notes = [by] + ([line("lowest", language)] if view.ascending else [])
    notes += [line("without", language, names=", ".join(view.excluded))] if view.excluded else []
    lines = [f"{heading} — {', '.join(notes)}:", *_rows(shown, unit, view, language)]
    if view.ascending:
        lines.append(line("only_with_sales", language))
    if not (view.ranked or view.excluded or metric == "average_ticket"):
        lines.append(line("total", language, value=total))
    return lines


def _one_row(groups: list[_Json], name: str, heading: str, unit: str, language: Language) -> str:
    row = next((group for group in groups if fold(str(group.get("name"))) == fold(name)), None)
    if row is None:
        return line("no_row", language, who=name)
    return f"{heading}: **{figures.amount(row.get('value'), unit, language)}**"


def _share(data: _Json, groups: list[_Json], name: str, heading: str, unit: str, language: Language) -> str:
    row = next((group for group in groups if fold(str(group.get("name"))) == fold(name)), None)
    total = figures.decimal_of(data.get("total"))
    if total is not None and total <= 0:
        return line("no_share", language)
    value = None if row is None else figures.decimal_of(row.get("value"))
    if value is None or total is None:
        return line("no_row", language, who=name)
    return line(
        "share",
        language,
        who=f"{heading} — {name}",
        percent=figures.percent(value * 100 / total, language),
        value=figures.amount(value, unit, language),
        total=figures.amount(total, unit, language),
    )


def _total_without(data: _Json, groups: list[_Json], heading: str, unit: str, view: View, language: Language) -> str:
    """The total less the groups left out. Orders cannot be subtracted safely by product, so only sums of money,
    units, or orders that belong to one group each are."""
    names = ", ".join(view.excluded)
    total = figures.decimal_of(data.get("total"))
    left_out = [figures.decimal_of(group.get("value")) for group in groups if _is_excluded(group, view)]
    splits = data.get("metric") == "orders" and data.get("group_by") in {"product", "category"}
    if total is None or splits or any(value is None for value in left_out):
        return line("no_exclusion", language, names=names)
    rest = total - sum((value for value in left_out if value is not None), Decimal(0))
    without = line("without", language, names=names)
    return f"{heading}, {without}: **{figures.amount(rest, unit, language)}**"


def _is_excluded(group: _Json, view: View) -> bool:
    return fold(str(group.get("name"))) in {fold(name) for name in view.excluded}


def _ordered(groups: list[_Json], view: View) -> list[_Json]:
    if not (view.ranked or view.ascending or view.descending):
        return groups
    return sorted(groups, key=lambda g: figures.decimal_of(g.get("value")) or Decimal(0), reverse=not view.ascending)


def _rows(groups: Sequence[_Json], unit: str, view: View, language: Language) -> list[str]:
    if not groups:
        return [line("nothing", language)]
    limit = min(view.limit or _MOST_LINES, _MOST_LINES) if view.ranked else _MOST_LINES
    rows: list[str] = []
    for place, group in enumerate(groups[:limit], start=1):
        bullet = f"{place}." if view.ranked else "-"
        rows.append(f"{bullet} {_name(group, language)}: {figures.amount(group.get('value'), unit, language)}")
    if len(groups) > limit and not view.ranked:
        rows.append(line("more", language, count=len(groups) - limit))
    return rows


def _name(group: _Json, language: Language) -> str:
    name = str(group.get("name", "—"))
    if _MONTH.fullmatch(name):
        return figures.month(name, language)
    return figures.day(name, language) if _DAY.fullmatch(name) else name


def _top(data: _Json, result: _Json, arguments: _Json, view: View, language: Language) -> list[str]:
    unit, metric = str(data.get("unit", "")), str(data.get("metric", arguments.get("metric", "")))
    items = [item for item in data.get("items") or () if isinstance(item, Mapping)]
    of = of_name(str(data.get("of", arguments.get("of"))), language, view.titles)
    heading = f"Top {len(items)} — {of}, {metric_name(metric, language, view.titles)}:"
    rows = [
        f"{item.get('rank', place)}. {_name(item, language)}: {figures.amount(item.get('value'), unit, language)}"
        for place, item in enumerate(items, start=1)
    ]
    return [heading, *rows] if rows else [line("nothing", language)]


def _comparison(data: _Json, result: _Json, arguments: _Json, view: View, language: Language) -> list[str]:
    unit, metric = str(data.get("unit", "")), str(data.get("metric", arguments.get("metric", "")))
    lines = [f"{_heading(metric, result, view, language)}:"]
    for side in ("a", "b"):
        one = data.get(side)
        one = one if isinstance(one, Mapping) else {}
        value = figures.amount(one.get("value"), unit, language)
        lines.append(f"- {span_of(one.get('period'), language, view.today)}: **{value}**")
    change = data.get("change_percent")
    percent = line("no_percent", language) if change is None else f" ({_signed(figures.percent(change, language))})"
    difference = _signed(figures.amount(data.get("difference"), unit, language))
    return [*lines, line("difference", language, value=difference, percent=percent)]


def _signed(text: str) -> str:
    return text if text.startswith("-") or not any(char in "123456789" for char in text) else f"+{text}"


_Writer = Callable[[_Json, _Json, _Json, View, Language], list[str]]
_WRITERS: dict[str, _Writer] = {
    "sales_summary": _summary,
    "top_n": _top,
    "compare_periods": _comparison,
    "goal_progress": goal_progress,
    "pipeline_status": pipeline_status,
    "customer_brief": brief,
    "find_order": find_order,
    "lapsed_customers": lapsed_customers,
    "stalled_deals": stalled_deals,
    "exchange_rate": exchange_rate,
}


def _closing(tool: str, result: _Json, arguments: _Json, view: View, language: Language) -> list[str]:
    """Period, what was assumed, what is left out, where it comes from."""
    notes = []
    if tool in {"sales_summary", "top_n", "goal_progress"} and (
        span := span_of(result.get("period"), language, view.today)
    ):
        notes.append({"pt": "Período: ", "en": "Period: ", "es": "Período: "}[language] + span + ".")
    notes += [line("assumed_period", language)] if view.assumed_period else []
    notes += [line("assumed_base", language)] if view.assumed_base else []
    if view.assumed_metric:
        metric = metric_name(str(arguments.get("metric", "revenue")), language, view.titles)
        notes.append(line("assumed_metric", language, metric=metric))
    filters, data = arguments.get("filters"), result.get("data")
    has_status = isinstance(filters, Mapping) and bool(filters.get("status"))
    told = data.get("excludes_cancelled", not has_status) if isinstance(data, Mapping) else False
    if tool in {"sales_summary", "top_n", "compare_periods", "lapsed_customers"} and told:
        notes.append(line("no_cancelled", language))
    rows = None if view.state or view.excluded else result.get("rows")  # of all groups, not of those that are told
    counted_rows = line("rows", language, rows=counted("row", rows, language)) if isinstance(rows, int) else ""
    source = line("source", language, source=result["source"], rows=counted_rows) if result.get("source") else ""
    return [" ".join(notes), source]
