"""A conversation moves between any two providers within one question, and what is opaque goes home or nowhere."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from agent.base import ChatMessage, Completion, CompletionRequest, ToolSpec
from agent.providers.profiles import PROFILES
from tests.agent.providers import bodies
from tests.agent.providers.conftest import ask
from tests.agent.providers.test_profiles import NAMES, answer_of, build_named
from tests.agent.providers.test_requests import CLOSED, SUMMARY
from tests.agent.providers.vendor_rules import check_profile
from tests.agent.providers.vendor_server import VendorServer

TOOLS = [SUMMARY, ToolSpec("top_n", "Ranks.", {**CLOSED, "properties": {"n": {"type": "integer"}}, "required": ["n"]})]


def _opaque(name: str) -> str:
    """What only `name` could have written; base64's odd letters must survive as well."""
    return f"state-of-{name}+/=="


def _responses(name: str) -> dict[str, Any]:
    thought = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": _opaque(name)}
    calls = [bodies.responses_call(f"call_{n}", "top_n", f'{{"n": {n}}}') for n in (3, 5)]
    return bodies.responses_body(thought, {**bodies.responses_text("Vejo."), "phase": "commentary"}, *calls)


def _messages(name: str) -> dict[str, Any]:
    thought = {"type": "thinking", "thinking": "", "signature": _opaque(name)}
    calls = [bodies.anthropic_call(f"toolu_{n}", "top_n", {"n": n}) for n in (3, 5)]
    return bodies.anthropic_body(thought, bodies.anthropic_text("Vejo."), *calls, stop="tool_use")


def _chat(name: str, ids: tuple[str, str], signed: bool = False, **message: Any) -> dict[str, Any]:
    """`signed` puts the state on the first call, as Gemini does; else it stands in the message."""
    calls = [bodies.chat_call(call_id, "top_n", f'{{"n": {n}}}') for call_id, n in zip(ids, (3, 5), strict=True)]
    if signed:
        calls[0]["extra_content"] = {"google": {"thought_signature": _opaque(name)}}
    return bodies.chat_body({"content": None, "tool_calls": calls, **message}, "tool_calls")


ANSWERS: dict[str, Callable[[], dict[str, Any]]] = {
    "openai": lambda: _responses("openai"),
    "xai": lambda: _responses("xai"),
    "anthropic": lambda: _messages("anthropic"),
    "gemini": lambda: _chat("gemini", ("", ""), signed=True),
    "mistral": lambda: _chat(
        "mistral",
        ("abcdefgh1", "abcdefgh2"),
        content=[{"type": "thinking", "thinking": [{"type": "text", "text": _opaque("mistral")}]}],
    ),
    "groq": lambda: _chat("groq", ("fc_1", "fc_2"), reasoning="not to be sent back"),
    "openrouter": lambda: _chat(
        "openrouter",
        ("toolu_vrtx_01", "toolu_vrtx_02"),
        reasoning_details=[{"type": "reasoning.encrypted", "data": _opaque("openrouter"), "index": 0}],
    ),
    "deepseek": lambda: _chat("deepseek", ("call_00_x", "call_01_y"), reasoning_content=_opaque("deepseek")),
    "huggingface": lambda: _chat("huggingface", ("functions.top_n:0", "functions.top_n:1")),
    "ollama": lambda: _chat("ollama", ("call_abc", "call_def")),
    "openai-compatible": lambda: _chat("openai-compatible", ("chatcmpl-tool-1", "chatcmpl-tool-2")),
}
STATELESS = {"groq", "huggingface", "ollama", "openai-compatible"}


def _ask(name: str, body: dict[str, Any], lines: list[ChatMessage], vendor: VendorServer) -> tuple[Completion, str]:
    """What the provider read, and what was on the wire, which its vendor's rules must hold."""
    vendor.answer_json(body)
    provider = build_named(name, vendor.url)
    try:
        request: CompletionRequest = ask(messages=lines, tools=TOOLS)
        completion = provider.complete(request)
    finally:
        provider.close()
    sent = vendor.asked[-1].body
    check_profile(name, sent)
    return completion, str(sent)


def _after(name: str, completion: Completion) -> list[ChatMessage]:
    line = ChatMessage(
        "assistant",
        completion.text,
        completion.tool_calls,
        provider=name,
        provider_state=completion.provider_state,
    )
    return [line, *(ChatMessage("tool", '{"ok": true}', tool_call_id=call.id) for call in completion.tool_calls)]


def _states_in(sent: str) -> set[str]:
    return {name for name in NAMES if _opaque(name) in sent}


def test_every_profile_takes_part() -> None:
    assert set(ANSWERS) == set(NAMES) == set(PROFILES) - {"offline"}


@pytest.mark.parametrize("first", NAMES)
def test_from_each_provider_to_every_other_and_back_within_a_questions_tool_calls(
    first: str, vendor: VendorServer
) -> None:
    asked = [ChatMessage("system", "Você é a Recado."), ChatMessage("user", "Top 3 e top 5?")]
    called, _ = _ask(first, ANSWERS[first](), asked, vendor)
    assert [call.arguments for call in called.tool_calls] == [{"n": 3}, {"n": 5}]
    for second in NAMES:
        lines = [*asked, *_after(first, called)]
        again, sent = _ask(second, ANSWERS[second](), lines, vendor)
        own = {first} if first == second and first not in STATELESS else set()
        assert _states_in(sent) == own, (first, second)
        lines += _after(second, again)
        done, sent = _ask(first, answer_of(first), lines, vendor)
        assert done.text == "Olá"
        assert _states_in(sent) == {first} - STATELESS, (first, second, first)


@pytest.mark.parametrize(("name", "field"), [("openai", "input"), ("xai", "input"), ("anthropic", "messages")])
def test_a_state_returns_byte_for_byte(name: str, field: str, vendor: VendorServer) -> None:
    asked = [ChatMessage("user", "Top 3?")]
    body = ANSWERS[name]()
    called, _ = _ask(name, body, asked, vendor)
    _ask(name, answer_of(name), [*asked, *_after(name, called)], vendor)
    sent = vendor.asked[-1].body[field]
    written = body["output"] if field == "input" else body["content"]
    assert (sent[1 : 1 + len(written)] if field == "input" else sent[1]["content"]) == written


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(["openai", "xai"], 2)))
def test_two_providers_on_one_wire_do_not_read_each_others_state(one: str, other: str, vendor: VendorServer) -> None:
    asked = [ChatMessage("user", "Top 3?")]
    called, _ = _ask(one, ANSWERS[one](), asked, vendor)
    _, sent = _ask(other, answer_of(other), [*asked, *_after(one, called)], vendor)
    assert _opaque(one) not in sent
    assert "top_n" in sent
