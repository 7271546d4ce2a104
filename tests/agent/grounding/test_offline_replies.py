"""The offline engine reckons nothing: whatever it says of any question's result is traced."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from agent.base import ChatMessage, ToolCall, ToolUse, TurnInput
from agent.grounding.evidence import gather_evidence
from agent.grounding.tracing import check
from agent.tools.figures import figure, money, percent
from models.ids import new_id
from tests.agent.offline.cast import CAST, SITUATION, ask
from tests.agent.offline.test_direct import QUESTIONS as DIRECT
from tests.agent.offline.test_questions import QUESTIONS

_NAMES = {
    "customer": CAST.customers,
    "product": CAST.products,
    "category": CAST.categories,
    "salesperson": CAST.salespeople,
    "state": CAST.states,
}


def unit_of(metric: str) -> str:
    return "BRL" if metric in ("revenue", "average_ticket") else "count"


def _span(words: str) -> dict[str, str]:
    start, _, end = words.partition("/")
    return {"start": start, "end": end or start}


class _Books:
    """Makes up a result in the shape that the tools give."""

    def __init__(self, seed: str, today: date) -> None:
        self.random, self.today = Random(zlib.crc32(seed.encode())), today

    def result(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        data, period = getattr(self, f"_{name}")(arguments)
        filters = dict(arguments.get("filters") or {})
        if name in {"find_order", "lapsed_customers", "stalled_deals"}:
            filters |= {
                kind: arguments[kind] for kind in ("number", "stage", "customer", "salesperson") if kind in arguments
            }
        content: dict[str, Any] = {"ok": True}
        if period is not None:
            content |= {"period": period, "running": period["start"] <= str(self.today) < period["end"]}
        if name == "lapsed_customers":
            content["period_b"] = _span(f"{self.today - timedelta(days=59)}/{self.today}")
        rows = self.random.randint(0, 2400)  # 1952 rows are no year
        return content | {"filters": filters, "source": "Aurora: sales_order", "rows": rows, "data": data}

    def _many(self) -> int:
        """As many as a year has in its number, or a few more."""
        return self.random.randint(1900, 2400)

    def _value(self, metric: str) -> Decimal:
        amount = Decimal(self.random.randint(0, 9_000_000)) / 100
        return amount if unit_of(metric) == "BRL" else Decimal(int(amount / 10))

    def _groups(self, by: str, metric: str, period: Mapping[str, str]) -> list[tuple[str, Decimal]]:
        if by in {"month", "day"}:
            first, last = date.fromisoformat(period["start"]), date.fromisoformat(period["end"])
            days = [first + timedelta(days=n) for n in range(min((last - first).days + 1, 400))]
            names = sorted({str(day)[:7] if by == "month" else str(day) for day in days})
        else:
            names = list(_NAMES[by])
        return sorted(((name, self._value(metric)) for name in names), key=lambda pair: -pair[1])

    def _sales_summary(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        period, metric, by = _span(asked["period"]), asked["metric"], asked.get("group_by", "none")
        groups = [] if by == "none" else self._groups(by, metric, period)
        total = sum((value for _, value in groups), Decimal(0)) if groups else self._value(metric)
        data = {
            "metric": metric,
            "unit": unit_of(metric),
            "total": figure(unit_of(metric), total),
            "orders": self.random.randint(0, 400),
            "group_by": by,
            "groups": [{"name": name, "value": figure(unit_of(metric), value)} for name, value in groups],
        }
        return data, period

    def _top_n(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        period, metric = _span(asked["period"]), asked["metric"]
        groups = self._groups(asked["of"], metric, period)
        items = [
            {"rank": rank, "name": name, "value": figure(unit_of(metric), value)}
            for rank, (name, value) in enumerate(groups[: asked["n"]], 1)
        ]
        total = figure(unit_of(metric), sum((value for _, value in groups), Decimal(0)))
        return {"of": asked["of"], "metric": metric, "unit": unit_of(metric), "items": items, "total": total}, period

    def _compare_periods(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        metric, first, base = asked["metric"], self._value(asked["metric"]), self._value(asked["metric"])
        data = {
            "metric": metric,
            "unit": unit_of(metric),
            "a": {"period": _span(asked["period_a"]), "value": figure(unit_of(metric), first)},
            "b": {"period": _span(asked["period_b"]), "value": figure(unit_of(metric), base)},
            "difference": figure(unit_of(metric), first - base),
            "change_percent": percent(first - base, base),
        }
        return data, _span(asked["period_a"])

    def _goal_progress(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        goal, achieved, days = self._value("revenue"), self._value("revenue"), self.random.randint(1, 22)
        missing = max(goal - achieved, Decimal(0))
        data = {
            "salesperson": asked.get("salesperson"),
            "goal": money(goal),
            "achieved": money(achieved),
            "percent": percent(achieved, goal),
            "missing": money(missing),
            "business_days_left": days,
            "needed_per_business_day": money(missing / days),
            "people": [
                {"salesperson": name, "goal": money(goal), "achieved": money(achieved), "percent": "50.0"}
                for name in CAST.salespeople
            ],
        }
        return data, _span(asked["period"])

    def _pipeline_status(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        stages = [
            {"stage": name, "deals": self.random.randint(0, 30), "value": money(self._value("revenue"))}
            for name in CAST.stages
        ]
        deals, total = sum(stage["deals"] for stage in stages), sum(Decimal(stage["value"]) for stage in stages)
        return {
            "stages": stages,
            "deals": deals,
            "total": money(Decimal(total)),
            "open_deals": deals // 2,
            "open_total": money(Decimal(total) / 2),
            "unit": "BRL",
        }, None

    def _customer_brief(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        some = self._value("revenue")
        return {
            "customer": asked["customer"],
            "city": "Campinas",
            "state": "SP",
            "segment": "Padaria",
            "salesperson": CAST.salespeople[0],
            "last_order": {"date": str(self.today - timedelta(days=9)), "value": money(some), "status": "open"},
            "revenue_12m": money(some * 7),
            "orders_12m": 38,
            "open_orders": {"count": 3, "value": money(some)},
            "top_products": [{"name": name, "value": money(self._value("revenue"))} for name in CAST.products[:3]],
            "deals": [{"title": "Contrato", "stage": "Proposta", "value": "900.00"}],
        }, _span(f"{self.today - timedelta(days=364)}/{self.today}")

    def _find_order(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        numbers = [asked["number"]] if "number" in asked else [str(4000 + n) for n in range(asked.get("n", 5))]
        some = self._value("revenue")
        lines = [{"product": name, "quantity": 3 + n, "value": money(some)} for n, name in enumerate(CAST.products)]
        orders = [
            {
                "number": number,
                "date": str(self.today - timedelta(days=7 * place + 1)),
                "customer": asked.get("customer", CAST.customers[0]),
                "salesperson": CAST.salespeople[0],
                "status": "invoiced",
                "status_word": "entregue",
                "value": money(some + place),
            }
            | ({"lines": lines, "details": {"canal": "LOJA"}} if len(numbers) == 1 else {})
            for place, number in enumerate(numbers)
        ]
        return {"orders": orders, "unit": "BRL", "delivery_known": False}, None

    def _lapsed_customers(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        items = [
            {
                "customer": name,
                "last_order": str(self.today - timedelta(days=70 + place)),
                "days_since": 70 + place,
                "value": money(self._value("revenue")),
                "orders": 12 + place,
                "salesperson": CAST.salespeople[0],
            }
            for place, name in enumerate(CAST.customers)
        ]
        data = {"items": items, "customers": self._many(), "total": money(self._value("revenue")), "unit": "BRL"}
        assumed = {} if "period" in asked else {"assumed_days": 60}
        return data | assumed, _span(f"{self.today - timedelta(days=425)}/{self.today - timedelta(days=60)}")

    def _stalled_deals(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        items = [
            {
                "title": f"Contrato: {category}",
                "customer": CAST.customers[place],
                "salesperson": CAST.salespeople[place],
                "stage": CAST.stages[place],
                "value": money(self._value("revenue")),
                "moved": str(self.today - timedelta(days=90 + place)),
                "days_still": 90 + place,
            }
            for place, category in enumerate(CAST.categories)
        ]
        days = {"days": asked["days"]} if "days" in asked else {"assumed_days": 30}
        total = money(self._value("revenue"))
        counts = {"deals": self._many(), "undated": self._many()}
        return {"items": items, "total": total, "unit": "BRL"} | counts | days, None

    def _exchange_rate(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        day = str(self.today - timedelta(days=1))
        return {"currency": asked["currency"], "buy": "5.4315", "sell": "5.4321", "date": day}, None


ANSWERED = [question for question in QUESTIONS if "tool_calls" in question["expect"]]
ANSWERED += [
    {"id": one["id"], "text": one["text"], "today": "2026-03-04", "expect": {"tool_calls": one["calls"]}}
    for one in DIRECT
    if one["calls"]
]


@pytest.mark.parametrize("question", ANSWERED, ids=[question["id"] for question in ANSWERED])
def test_no_figure_of_the_offline_engine_is_suspected(question: dict[str, Any]) -> None:
    today = date.fromisoformat(question["today"])
    situation, books = replace(SITUATION, today=today), _Books(question["id"], today)
    calls = [
        ToolCall(f"c{number}", call["name"], call["arguments"])
        for number, call in enumerate(question["expect"]["tool_calls"])
    ]
    uses = [
        ToolUse(call.name, call.arguments or {}, books.result(call.name, call.arguments or {}), True) for call in calls
    ]
    lines = [ChatMessage("assistant", tool_calls=tuple(calls))]
    lines += [
        ChatMessage("tool", json.dumps(use.result), tool_call_id=call.id) for call, use in zip(calls, uses, strict=True)
    ]
    history = question.get("history", ())
    reply = ask(question["text"], situation=situation, history=history, after=lines).text
    turn = TurnInput(new_id(), question["text"], (), situation, "America/Sao_Paulo")
    report = check(reply, gather_evidence(turn, uses))
    assert report.findings or not any(char.isdigit() for char in reply)
    assert not report.untraceable, reply
