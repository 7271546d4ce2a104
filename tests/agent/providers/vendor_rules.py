"""What the vendors demand of a request, as assertions: each of these rules answers 400 when it is broken."""

import re
from collections.abc import Mapping
from typing import Any, get_type_hints

from agent.providers.dialects import UNKNOWN, Dialect, find_dialect
from agent.providers.profiles import PROFILES

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_FUNCTION = {False: {"name", "description", "parameters"}, True: {"name", "description", "parameters", "strict"}}
_SPOKEN = ("tool_calls", "reasoning_content", "reasoning_details")


def check_responses(body: Mapping[str, Any]) -> None:
    from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming

    assert set(body) <= set(get_type_hints(ResponseCreateParamsNonStreaming))
    assert body["store"] is False
    waiting: list[str] = []
    for item in body["input"]:
        kind = item.get("type", "message")
        if kind == "function_call_output":
            assert set(item) == {"type", "call_id", "output"}
            waiting.remove(item["call_id"])
        elif kind == "function_call":
            assert _NAME.fullmatch(item["name"])
            assert len(item["call_id"]) <= 64
            waiting.append(item["call_id"])
        else:
            assert not waiting, "something was said between calls and results"
            assert kind == "reasoning" or (item["role"] in ("user", "assistant") and item["content"])
    assert not waiting, "a call without its result"


def check_completions(body: Mapping[str, Any], dialect: Dialect = UNKNOWN) -> None:
    """The strictest of the compatible servers: unknown fields, a late system line or two alike in a row are refused."""
    assert set(body) <= dialect.takes
    assert all(set(tool["function"]) <= _FUNCTION[dialect.strict_tools] for tool in body.get("tools", []))
    assert ("max_tokens" in body) != ("max_completion_tokens" in body)
    waiting: list[str] = []
    previous = ""
    for number, line in enumerate(body["messages"]):
        role = line["role"]
        assert role in ("user", "assistant", "tool") or (role == "system" and number == 0)
        if role == "tool":
            assert set(line) == {"role", "tool_call_id", "content"}
            waiting.remove(line["tool_call_id"])
        else:
            assert set(line) <= {"role", "content", *(_SPOKEN if role == "assistant" else ())}
            assert not waiting
            assert role != previous
            assert line.get("tool_calls") or line["content"]
            waiting = [call["id"] for call in line.get("tool_calls", [])]
            assert len(set(waiting)) == len(waiting)
            for call in line.get("tool_calls", []):
                assert call["type"] == "function"
                assert dialect.call_id.fullmatch(call["id"])
                assert _NAME.fullmatch(call["function"]["name"])
                assert isinstance(call["function"]["arguments"], str)
        previous = role
    assert not waiting


def check_messages(body: Mapping[str, Any]) -> None:
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming

    assert set(body) <= set(get_type_hints(MessageCreateParamsNonStreaming))
    assert body["max_tokens"] >= 1
    waiting: list[str] = []
    for number, message in enumerate(body["messages"]):
        assert message["role"] == ("assistant" if number % 2 else "user"), "roles must alternate, the user first"
        blocks = message["content"]
        assert blocks
        kinds = [block["type"] for block in blocks]
        assert all(block["text"].strip() for block in blocks if block["type"] == "text"), "a blank text block"
        answered = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        assert sorted(answered) == sorted(waiting), "each call is answered in the very next message"
        assert kinds[: len(answered)] == ["tool_result"] * len(answered), "results come first"
        waiting = [block["id"] for block in blocks if block["type"] == "tool_use"]
        assert all(re.fullmatch(r"[a-zA-Z0-9_-]+", call_id) for call_id in waiting)
        assert all(isinstance(block["input"], dict) for block in blocks if block["type"] == "tool_use")
        assert all(_NAME.fullmatch(block["name"]) for block in blocks if block["type"] == "tool_use")
    assert not waiting


def check_profile(name: str, body: Mapping[str, Any]) -> None:
    """Everything that the vendor of this LLM_PROVIDER demands."""
    profile = PROFILES[name]
    dialect = profile.dialect or find_dialect("http://localhost")
    assert set(body) <= dialect.takes
    assert not set(body) & dialect.refuses
    if profile.adapter.endswith("ResponsesProvider"):
        check_responses(body)
    elif profile.adapter.endswith("MessagesProvider"):
        check_messages(body)
    else:
        check_completions(body, dialect)


CHECKS = {"openai": check_responses, "openai-compatible": check_completions, "anthropic": check_messages}
