"""What goes out on the three wires keeps to the vendors' rules, whatever conversation it is made from."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.base import ChatMessage, CompletionRequest, ToolCall, ToolSpec
from agent.providers import completions, messages, responses
from agent.providers.dialects import find_dialect
from agent.providers.vendor_json import as_mapping
from tests.agent.providers.conftest import ask
from tests.agent.providers.vendor_rules import CHECKS

BUILDERS: dict[str, Callable[[CompletionRequest, str], dict[str, Any]]] = {
    "openai": responses.build_body,
    "openai-compatible": completions.build_body,
    "anthropic": messages.build_body,
}
WIRES = sorted(BUILDERS)

CLOSED = {
    "type": "object",
    "properties": {"metric": {"type": ["string", "null"]}},
    "required": ["metric"],
    "additionalProperties": False,
}
SUMMARY = ToolSpec("sales_summary", "Sums sales.", CLOSED)
LOOSE = ToolSpec("top_n", "Ranks.", {"type": "object", "properties": {"n": {"type": "integer"}}})

TWO_CALLS = (
    ToolCall("toolu_01", "sales_summary", {"metric": "revenue"}, '{"metric": "revenue"}'),
    ToolCall("call_2", "top_n", None, '{"n": 3'),
)
PARALLEL_TURN = [
    ChatMessage("system", "Você é a Recado."),
    ChatMessage("user", "Vendas e ranking?"),
    ChatMessage("assistant", "", tool_calls=TWO_CALLS),
    ChatMessage("tool", '{"ok": true}', tool_call_id="toolu_01"),
    ChatMessage("tool", '{"ok": false}', tool_call_id="call_2"),
    ChatMessage("system", "Responda em português."),
]


def _build(wire: str, **changes: object) -> dict[str, Any]:
    body = BUILDERS[wire](ask(**changes), wire)
    CHECKS[wire](body)
    return body


@st.composite
def _conversations(draw: st.DrawFn) -> list[ChatMessage]:
    """Anything a memory, a crash or a change of provider may leave behind, as long as a person speaks first."""
    words = st.text(max_size=8)
    ids = st.one_of(st.sampled_from(["call_1", "toolu_9", "functions.top:0", "é ç", "x" * 80]), st.text(min_size=1))
    calls = st.builds(
        ToolCall, ids, words, st.one_of(st.none(), st.dictionaries(words, st.integers(), max_size=2)), words
    )
    line = st.one_of(
        st.builds(ChatMessage, st.just("user"), st.text(min_size=1, max_size=8).map(lambda text: "?" + text)),
        st.builds(
            ChatMessage,
            st.just("assistant"),
            words,
            st.lists(calls, max_size=3, unique_by=lambda call: call.id).map(tuple),
        ),
        st.builds(ChatMessage, st.just("system"), words),
        st.builds(ChatMessage, st.just("tool"), words, tool_call_id=ids),
    )
    return [ChatMessage("user", "Oi"), *draw(st.lists(line, max_size=8))]


def _texts(value: object) -> str:
    """Every string that a body holds, in its order."""
    if isinstance(value, dict | list):
        return "\n".join(_texts(one) for one in (value.values() if isinstance(value, dict) else value))
    return str(value)


@pytest.mark.parametrize("wire", WIRES)
@settings(deadline=None)  # the first example pays for the import of an SDK
@given(conversation=_conversations())
def test_any_conversation_becomes_a_request_that_the_vendor_accepts(wire: str, conversation: list[ChatMessage]) -> None:
    body = _build(wire, messages=conversation, tools=[SUMMARY])  # which asserts the vendor's rules
    assert "Oi" in _texts(body)


@pytest.mark.parametrize("wire", WIRES)
def test_calls_and_results_of_a_parallel_turn_travel_together(wire: str) -> None:
    body = _build(wire, messages=PARALLEL_TURN, tools=[SUMMARY, LOOSE])
    called = [call.id for line in PARALLEL_TURN for call in line.tool_calls]
    assert len(called) > 1
    assert [repr(body).count(repr(call)) for call in called] == [2] * len(called)


def test_anthropic_gets_all_results_in_one_user_message_before_the_persons_words() -> None:
    body = _build("anthropic", messages=[*PARALLEL_TURN, ChatMessage("user", "E então?")], tools=[SUMMARY])
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert [block["type"] for block in body["messages"][2]["content"]] == ["tool_result", "tool_result", "text"]


@pytest.mark.parametrize(
    ("wire", "read"),
    [
        ("openai", lambda body: body["instructions"]),
        ("openai-compatible", lambda body: body["messages"][0]["content"]),
        ("anthropic", lambda body: "\n\n".join(block["text"] for block in body["system"])),
    ],
)
def test_several_system_lines_become_one_text(wire: str, read: Callable[[dict[str, Any]], str]) -> None:
    assert read(_build(wire, messages=PARALLEL_TURN)) == "Você é a Recado.\n\nResponda em português."


@pytest.mark.parametrize("wire", WIRES)
def test_a_lost_result_is_said_to_be_lost_and_a_stray_one_is_dropped(wire: str) -> None:
    lost = [line for line in PARALLEL_TURN if line.tool_call_id != "call_2"]
    stray = ChatMessage("tool", "STRAY", tool_call_id="nobody")
    body = _build(wire, messages=[*lost, stray])
    assert "no_result" in str(body)
    assert "STRAY" not in str(body)


@pytest.mark.parametrize("wire", WIRES)
def test_unreadable_arguments_stay_visible_and_never_become_an_empty_object(wire: str) -> None:
    body = _build(wire, messages=PARALLEL_TURN)
    assert "unreadable_arguments" in str(body)
    assert "'input': {}" not in str(body)
    assert "'arguments': '{}'" not in str(body)


@pytest.mark.parametrize("wire", WIRES)
def test_no_sampling_parameter_is_ever_sent(wire: str) -> None:
    assert not {"temperature", "top_p", "top_k", "seed"} & set(_build(wire, tools=[SUMMARY]))


@pytest.mark.parametrize(
    ("wire", "choice", "expected"),
    [
        ("openai", "none", "none"),
        ("openai-compatible", "none", "none"),
        ("anthropic", "none", {"type": "none"}),
        ("anthropic", "auto", {"type": "auto"}),
    ],
)
def test_the_tool_choice_is_written_in_the_wires_form(wire: str, choice: str, expected: object) -> None:
    assert _build(wire, tools=[SUMMARY], tool_choice=choice)["tool_choice"] == expected


@pytest.mark.parametrize("wire", WIRES)
def test_without_tools_nothing_is_said_of_them(wire: str) -> None:
    assert not {"tools", "tool_choice"} & set(_build(wire, tool_choice="none"))


def test_openai_tools_are_strict_only_where_the_schema_allows_it() -> None:
    tools = _build("openai", tools=[SUMMARY, LOOSE])["tools"]
    assert [(tool["name"], tool["strict"]) for tool in tools] == [("sales_summary", True), ("top_n", False)]
    assert tools[0]["parameters"] == CLOSED


def test_a_compatible_server_is_asked_for_strict_tools_only_where_it_knows_them() -> None:
    known, unknown = find_dialect("https://api.openai.com/v1"), find_dialect("http://localhost:11434/v1")
    request = ask(tools=[SUMMARY])
    assert completions.build_body(request, "x", dialect=known)["tools"][0]["function"]["strict"] is True
    assert "strict" not in completions.build_body(request, "x", dialect=unknown)["tools"][0]["function"]


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("https://api.openai.com/v1", "max_completion_tokens"),
        ("https://ours.openai.azure.com/openai/v1", "max_completion_tokens"),
        ("https://api.mistral.ai/v1", "max_tokens"),
        ("https://notapi.openai.com.example/v1", "max_tokens"),
        ("http://localhost:8000/v1", "max_tokens"),
    ],
)
def test_the_output_limit_has_the_name_the_host_knows(address: str, field: str) -> None:
    body = completions.build_body(ask(max_output_tokens=77), "x", dialect=find_dialect(address))
    assert {name: value for name, value in body.items() if name.startswith("max_")} == {field: 77}


def test_mistral_gets_ids_of_nine_letters_and_digits_that_still_pair() -> None:
    body = completions.build_body(ask(messages=PARALLEL_TURN), "x", dialect=find_dialect("https://api.mistral.ai/v1"))
    called = [call["id"] for line in body["messages"] for call in line.get("tool_calls", [])]
    answered = [line["tool_call_id"] for line in body["messages"] if line["role"] == "tool"]
    assert called == answered
    assert all(len(call_id) == 9 and call_id.isalnum() for call_id in called)


SIGNED_MESSAGE = {
    "role": "assistant",
    "content": None,
    "tool_calls": [
        {
            "id": "c12345678",
            "type": "function",
            "function": {"name": "top_n", "arguments": '{"n": 3}'},
            "extra_content": {"google": {"thought_signature": "c2ln+/=="}},
        }
    ],
}
STATES: dict[str, Any] = {
    "openai": [
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA+/=="},
        {"type": "function_call", "id": "fc_1", "call_id": "c12345678", "name": "top_n", "arguments": '{"n": 3}'},
    ],
    "openai-compatible": {"origin": "", "message": SIGNED_MESSAGE},
    "anthropic": [
        {"type": "thinking", "thinking": "", "signature": "c2ln+/=="},
        {"type": "tool_use", "id": "c12345678", "name": "top_n", "input": {"n": 3}},
    ],
}


def _with_state(wire: str, provider: str) -> list[ChatMessage]:
    call = ToolCall("c12345678", "top_n", {"n": 3}, '{"n": 3}')
    line = ChatMessage("assistant", "", (call,), provider=provider, provider_state=STATES[wire])
    return [ChatMessage("user", "Top 3?"), line, ChatMessage("tool", "{}", tool_call_id="c12345678")]


@pytest.mark.parametrize("wire", WIRES)
def test_a_providers_own_state_goes_back_unchanged(wire: str) -> None:
    body = _build(wire, messages=_with_state(wire, provider=wire))
    kept = {
        "openai": lambda: body["input"][1:3],
        "openai-compatible": lambda: {"origin": "", "message": body["messages"][1]},
        "anthropic": lambda: body["messages"][1]["content"],
    }[wire]()
    assert kept == STATES[wire]


@pytest.mark.parametrize("writer", WIRES)
@pytest.mark.parametrize("reader", WIRES)
def test_a_conversation_can_move_to_another_provider_without_the_first_ones_state(writer: str, reader: str) -> None:
    body = _build(reader, messages=_with_state(writer, provider=writer))
    if writer != reader:
        assert "+/==" not in str(body)
    assert "top_n" in str(body)


@pytest.mark.parametrize("wire", WIRES)
def test_a_state_of_another_provider_on_the_same_wire_is_not_sent(wire: str) -> None:
    body = _build(wire, messages=_with_state(wire, provider="somebody-else"))
    assert "+/==" not in str(body)
    assert "top_n" in str(body)


def test_a_state_of_another_address_behind_the_same_name_is_not_sent() -> None:
    request = ask(messages=_with_state("openai-compatible", "openai-compatible"))
    body = completions.build_body(request, "openai-compatible", origin="elsewhere.example")
    assert "extra_content" not in as_mapping(body["messages"][1]["tool_calls"][0])


def test_the_request_is_the_same_each_time_so_that_the_vendors_cache_can_serve_it() -> None:
    for wire in WIRES:
        assert str(_build(wire, messages=PARALLEL_TURN, tools=[SUMMARY])) == str(
            _build(wire, messages=PARALLEL_TURN, tools=[SUMMARY])
        )
