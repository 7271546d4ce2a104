"""Questions about single orders, customers and deals gone quiet get exactly their calls, and no other question does."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.agent.offline.cast import ask

_LINES = Path(__file__).with_name("orders.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS: list[dict[str, Any]] = [json.loads(line) for line in _LINES]
DIRECT = {"find_order", "lapsed_customers", "stalled_deals"}


@pytest.mark.parametrize("question", QUESTIONS, ids=[question["id"] for question in QUESTIONS])
def test_the_question_gets_exactly_its_calls(question: dict[str, Any]) -> None:
    completion = ask(question["text"])
    calls = [{"name": call.name, "arguments": dict(call.arguments or {})} for call in completion.tool_calls]
    if question["calls"] is None:
        assert not DIRECT & {call["name"] for call in calls}, question["text"]
    else:
        assert calls == question["calls"], (question["text"], completion.text)
