"""What vendors can keep of a prompt: its beginning is the same, byte for byte, from step to step and turn to turn."""

import itertools
import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from agent.base import ChatMessage, Situation, ToolCall, TurnInput
from agent.instructions import build_prompt
from agent.providers.profiles import PROFILES
from tests.agent.providers.conftest import ask
from tests.agent.providers.test_profiles import NAMES, answer_of, build_named
from tests.agent.providers.test_requests import LOOSE, SUMMARY
from tests.agent.providers.vendor_server import VendorServer

MARK = ', "cache_control": {"type": "ephemeral"}'


def _turn(today: date, person: str, question: str, history: list[ChatMessage]) -> list[ChatMessage]:
    situation = Situation(today=today, role="manager", person_name=person)
    return build_prompt(TurnInput(UUID(int=1), question, history, situation, "America/Sao_Paulo", "Aurora"))


def _sent(name: str, lines: list[ChatMessage], vendor: VendorServer) -> dict[str, Any]:
    vendor.answer_json(answer_of(name))
    provider = build_named(name, vendor.url)
    provider.complete(ask(messages=lines, tools=[SUMMARY, LOOSE]))
    provider.close()
    body: dict[str, Any] = vendor.asked[-1].body
    return body


def _conversation(body: dict[str, Any]) -> str:
    """The spoken part without its closing brackets; marks move on as the conversation grows and are no part of it."""
    return json.dumps(body.get("input") or body["messages"], ensure_ascii=False).replace(MARK, "").rstrip("]}")


@pytest.mark.parametrize("name", NAMES)
def test_each_step_of_a_turn_begins_with_the_whole_of_the_step_before(name: str, vendor: VendorServer) -> None:
    lines = _turn(date(2026, 3, 2), "Ana", "Quanto vendi?", [])
    bodies = [_sent(name, lines, vendor)]
    for step in range(3):
        call = ToolCall(f"c{step}2345678", "top_n", {"n": step})
        lines += [ChatMessage("assistant", "", (call,)), ChatMessage("tool", "{}", tool_call_id=call.id)]
        bodies.append(_sent(name, lines, vendor))
    for earlier, later in itertools.pairwise(bodies):
        assert _conversation(later).startswith(_conversation(earlier))
        for part in ("tools", "system", "instructions", "prompt_cache_key"):
            assert json.dumps(later.get(part)) == json.dumps(earlier.get(part))


@pytest.mark.parametrize("name", NAMES)
def test_turns_of_different_people_and_days_share_tools_and_instructions(name: str, vendor: VendorServer) -> None:
    first = _sent(name, _turn(date(2026, 3, 2), "Ana", "Quanto vendi?", []), vendor)
    history = [ChatMessage("user", "Oi"), ChatMessage("assistant", "Olá")]
    second = _sent(name, _turn(date(2026, 3, 9), "Bia", "E ontem?", history), vendor)
    assert json.dumps(first["tools"]) == json.dumps(second["tools"])
    assert first.get("prompt_cache_key") == second.get("prompt_cache_key")
    texts = [json.dumps(body.get("instructions") or body.get("system") or body["messages"]) for body in (first, second)]
    shared = next(at for at, pair in enumerate(zip(*texts, strict=False)) if pair[0] != pair[1])
    assert shared > 1000
    assert "Ana" not in texts[0][:shared]


def test_the_key_names_the_assistant_and_not_the_person(vendor: VendorServer) -> None:
    keys = set()
    for company in ("Aurora", "Boreal"):
        lines = [ChatMessage("system", company), ChatMessage("system", "Ana writes."), ChatMessage("user", "Oi")]
        keys.add(_sent("openai", lines, vendor)["prompt_cache_key"])
    assert len(keys) == 2
    assert all(key.startswith("recado-") and len(key) <= 64 for key in keys)


def test_anthropic_is_marked_after_the_instructions_and_at_the_end(vendor: VendorServer) -> None:
    body = _sent("anthropic", _turn(date(2026, 3, 2), "Ana", "Quanto vendi?", []), vendor)
    assert [("cache_control" in block) for block in body["system"]] == [True, False]
    assert "cache_control" in body["messages"][-1]["content"][-1]
    assert json.dumps(body).count('"cache_control"') == 2


@pytest.mark.parametrize("name", NAMES)
def test_only_who_takes_a_key_gets_one(name: str, vendor: VendorServer) -> None:
    body = _sent(name, [ChatMessage("user", "Oi")], vendor)
    takes = PROFILES[name].dialect
    assert ("prompt_cache_key" in body) == (takes is not None and "prompt_cache_key" in takes.takes)
