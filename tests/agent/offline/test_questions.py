"""Every question of the collection gets exactly the calls, or the kind of refusal, that the conventions ask for."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.agent.offline.cast import SITUATION, ask, kind_of

_LINES = Path(__file__).with_name("questions.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS: list[dict[str, Any]] = [json.loads(line) for line in _LINES]


@pytest.mark.parametrize("question", QUESTIONS, ids=[question["id"] for question in QUESTIONS])
def test_the_question_is_understood_exactly_or_refused_as_it_should_be(question: dict[str, Any]) -> None:
    situation = replace(SITUATION, today=date.fromisoformat(question["today"]))
    completion = ask(question["text"], situation=situation, history=question.get("history", ()))
    calls = [{"name": call.name, "arguments": dict(call.arguments or {})} for call in completion.tool_calls]
    understood: dict[str, Any] = {"tool_calls": calls} if calls else {"reply": kind_of(completion.text)}
    expected = question["expect"]
    if expected == {"reply": "any"}:
        assert not calls, "a question that no tool can honour got a figure"
    else:
        assert understood == expected, completion.text


def test_the_collection_is_large_and_its_ids_are_unique() -> None:
    assert len(QUESTIONS) >= 180
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)


def test_refusals_hold_no_figure() -> None:
    for question in QUESTIONS:
        if question["expect"].get("reply") in {"out_of_reach", "not_understood", "cannot_filter", "help", "greeting"}:
            assert not any(char.isdigit() for char in ask(question["text"]).text), question["text"]
