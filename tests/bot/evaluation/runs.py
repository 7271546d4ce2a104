"""Runs to be judged, as the agent gives them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from agent.base import RunResult, ToolUse
from bot.evaluation.questions import ExpectedCall, Question

OCTOBER = {"start": "2026-10-01", "end": "2026-10-31"}
SUMMED: Mapping[str, Any] = {"period": OCTOBER, "metric": "revenue", "group_by": "none", "filters": {}}
TOTAL: Mapping[str, Any] = {"ok": True, "total": "1204500.40", "groups": [], "orders": 812}


def question(*calls: ExpectedCall, **fields: Any) -> Question:
    return Question(id="q", kind="total", text="vendas de outubro?", calls=calls, **fields)


def expected(name: str = "sales_summary", **arguments: Any) -> ExpectedCall:
    return ExpectedCall(name=name, arguments={"period": "2026-10-01/2026-10-31"} | arguments)


def use(
    name: str = "sales_summary", result: Mapping[str, Any] = TOTAL, *, ok: bool = True, **arguments: Any
) -> ToolUse:
    return ToolUse(name, {**SUMMED, **arguments}, result, ok)


def answered(text: str, *uses: ToolUse, cost: Decimal | None = Decimal("0.002")) -> RunResult:
    return RunResult(text, "openai", "gpt-x", "llm", 2, 900, 100, cost, 5, tools=uses)
