"""Goals, pipeline, customers and exchange rates in words: results that are a handful of facts rather than a table."""

from collections.abc import Mapping
from typing import Any

from agent.providers.offline import figures
from agent.providers.offline.lines import ORDER_STATUS, counted, line
from agent.providers.offline.plan import View
from models.language import Language

_Json = Mapping[str, Any]


def goal_progress(data: _Json, result: _Json, arguments: _Json, view: View, language: Language) -> list[str]:
    """Goal, achieved, and what is missing per business day where days are left; everybody's, if each was asked for."""
    lines = _one_goal(data, data.get("salesperson") or line("team", language), language)
    people = data.get("people")
    if view.everybody and isinstance(people, list):
        rows = (person for person in people if isinstance(person, Mapping))
        lines += [
            "- " + _goal_line({**person, "unit": _unit(data)}, person.get("salesperson", "—"), language)
            for person in rows
        ]
    return lines


def _unit(data: _Json) -> str:
    return str(data.get("unit", "BRL"))


def _one_goal(data: _Json, who: Any, language: Language) -> list[str]:
    first = _goal_line(data, who, language)
    missing = figures.decimal_of(data.get("missing"))
    if missing is None:
        return [first]
    if missing <= 0:
        return [first, line("reached", language)]
    second = line("missing", language, missing=figures.amount(missing, _unit(data), language))
    if data.get("needed_per_business_day") is not None and data.get("business_days_left"):
        needed = figures.amount(data["needed_per_business_day"], _unit(data), language)
        second += line(
            "per_day", language, value=needed, days=counted("day_left", data["business_days_left"], language)
        )
    return [first, second + "."]


def _goal_line(data: _Json, who: Any, language: Language) -> str:
    achieved = figures.amount(data.get("achieved"), _unit(data), language)
    if data.get("goal") is None:
        return line("goal_unset", language, who=who, achieved=achieved)
    goal = figures.amount(data["goal"], _unit(data), language)
    percent = figures.percent(data.get("percent"), language)
    return line("goal", language, who=who, goal=goal, achieved=achieved, percent=percent)


def pipeline_status(data: _Json, result: _Json, arguments: _Json, view: View, language: Language) -> list[str]:
    """Stages with deals and value, and their total when there are several."""
    stages = [stage for stage in data.get("stages") or () if isinstance(stage, Mapping)]
    lines = [line("pipeline", language)]
    for stage in stages:
        value = figures.amount(stage.get("value"), _unit(data), language)
        lines.append(
            line(
                "stage",
                language,
                stage=stage.get("stage", "—"),
                value=value,
                deals=counted("deal", stage.get("deals", "—"), language),
            )
        )
    if not stages:
        return [line("nothing", language)]
    if len(stages) > 1:
        total = figures.amount(data.get("total"), _unit(data), language)
        lines.append(
            line("stages_total", language, value=total, deals=counted("deal", data.get("deals", "—"), language))
        )
        if data.get("open_total") is not None:
            value = figures.amount(data["open_total"], _unit(data), language)
            lines.append(
                line("still_open", language, value=value, deals=counted("deal", data.get("open_deals", "—"), language))
            )
    return lines


def brief(data: _Json, result: _Json, arguments: _Json, view: View, language: Language) -> list[str]:
    """A customer on a page: who, where, what they bought, what is open."""
    where = "/".join(str(data[key]) for key in ("city", "state") if data.get(key))
    facts = ", ".join(part for part in (where, str(data.get("segment") or "")) if part)
    lines = [f"**{data.get('customer', arguments.get('customer', ''))}**" + (f" — {facts}" if facts else "")]
    if data.get("salesperson"):
        lines.append(line("served_by", language, value=data["salesperson"]))
    lines.append(_last_order(data.get("last_order"), _unit(data), language))
    if data.get("revenue_12m") is not None:
        value = figures.amount(data["revenue_12m"], _unit(data), language)
        lines.append(
            line("last_year", language, value=value, orders=counted("order", data.get("orders_12m", "—"), language))
        )
    open_orders = data.get("open_orders")
    if isinstance(open_orders, Mapping) and open_orders.get("count"):
        value = figures.amount(open_orders.get("value"), _unit(data), language)
        lines.append(
            line("open_orders", language, value=value, orders=counted("order", open_orders["count"], language))
        )
    return lines + _lists(data, language) + _told(result, language)


def _told(result: _Json, language: Language) -> list[str]:
    """What people of the company said of the customer, each with its source."""
    told = [one for one in result.get("told_by_the_team") or () if isinstance(one, Mapping)]
    noted = [f"- {one.get('about')}: «{one.get('told')}» ({one.get('source')})" for one in told]
    return [line("told", language), *noted] if noted else []


def _last_order(order: Any, unit: str, language: Language) -> str:
    if not isinstance(order, Mapping):
        return line("no_order", language)
    value = f"{figures.day(order.get('date'), language)}, {figures.amount(order.get('value'), unit, language)}"
    status = order.get("status")
    return line("last_order", language, value=value + (f" ({_status(status, language)})" if status else ""))


def _status(status: Any, language: Language) -> str:
    return ORDER_STATUS[status][language] if status in ORDER_STATUS else str(status)


def _lists(data: _Json, language: Language) -> list[str]:
    lines = []
    products = [one for one in data.get("top_products") or () if isinstance(one, Mapping)]
    if products:
        named = (f"{one.get('name')} ({figures.amount(one.get('value'), _unit(data), language)})" for one in products)
        lines.append(line("top_products", language, value=", ".join(named)))
    open_deals = [one for one in data.get("deals") or () if isinstance(one, Mapping)]
    if open_deals:
        told = (
            f"{one.get('title')} — {one.get('stage')}, {figures.amount(one.get('value'), _unit(data), language)}"
            for one in open_deals
        )
        lines.append(line("deals", language, value="; ".join(told)))
    return lines


def exchange_rate(data: _Json, result: _Json, arguments: _Json, view: View, language: Language) -> list[str]:
    """Buying and selling rate with the day they are of."""

    def rate(key: str) -> str:
        exact = figures.decimal_of(data.get(key))
        return "—" if exact is None else figures.number(exact, language, 4)

    currency = data.get("currency", arguments.get("currency", ""))
    day = figures.day(data.get("date"), language)
    return [line("rate", language, currency=currency, date=day, buy=rate("buy"), sell=rate("sell"))]
