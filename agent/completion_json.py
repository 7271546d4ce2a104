"""A completion as JSON and back: what the journal keeps, and what a recording holds."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from agent.base import Completion, Cost, ToolCall, Usage

_USAGE = ("input", "output", "cached", "cache_write", "reasoning")


def completion_to_json(completion: Completion) -> dict[str, Any]:
    calls = [
        {"id": call.id, "name": call.name, "arguments": call.arguments, "raw": call.raw_arguments}
        for call in completion.tool_calls
    ]
    return {
        "text": completion.text,
        "tool_calls": calls,
        "finish": completion.finish,
        "usage": {name: getattr(completion.usage, name) for name in _USAGE},
        "llm": completion.llm,
        "request_id": completion.request_id,
        "reported_cost": None if completion.reported_cost is None else str(completion.reported_cost),
        "provider_state": completion.provider_state,
        "provider": completion.provider,
        "instead_of": completion.instead_of,
        "cost": None if completion.cost is None else _cost_to_json(completion.cost),
        "chain_step": completion.chain_step,
    }


def completion_from_json(stored: Mapping[str, Any]) -> Completion:
    calls = tuple(ToolCall(call["id"], call["name"], call["arguments"], call["raw"]) for call in stored["tool_calls"])
    reported, cost = stored["reported_cost"], stored.get("cost")  # the last four are not in what was stored earlier
    return Completion(
        text=stored["text"],
        tool_calls=calls,
        finish=stored["finish"],
        usage=Usage(**stored["usage"]),
        llm=stored["llm"],
        request_id=stored["request_id"],
        reported_cost=None if reported is None else Decimal(reported),
        provider_state=stored["provider_state"],
        provider=stored.get("provider", ""),
        instead_of=stored.get("instead_of", ""),
        cost=None if cost is None else _cost_from_json(cost),
        chain_step=stored.get("chain_step", ""),
    )


def _cost_to_json(cost: Cost) -> dict[str, Any]:
    return {
        "amount": None if cost.amount is None else str(cost.amount),
        "source": cost.source,
        "version": cost.version,
    }


def _cost_from_json(stored: Mapping[str, Any]) -> Cost:
    amount = stored["amount"]
    return Cost(None if amount is None else Decimal(amount), stored["source"], stored["version"])
