"""What a provider keeps for its own next request: signatures and thoughts, and nothing where a plain line would do."""

from typing import Any

import pytest

from agent.base import ChatMessage
from agent.providers import completions, messages, responses
from agent.providers.dialects import find_dialect
from tests.agent.providers import bodies
from tests.agent.providers.conftest import ask
from tests.agent.providers.vendor_rules import check_completions

REASONING = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
CALL = bodies.responses_call("a1", "top_n", '{"n": 3}')


def test_the_whole_output_of_a_response_is_kept() -> None:
    said = {**bodies.responses_text("Vejo."), "phase": "commentary"}
    state = responses.parse_response(bodies.responses_body(REASONING, said, CALL)).provider_state
    assert state == [REASONING, said, CALL]


@pytest.mark.parametrize(
    "output",
    [
        [{key: value for key, value in REASONING.items() if key != "encrypted_content"}, CALL],
        [CALL, CALL],
        [{"type": "web_search_call", "id": "ws_1"}, bodies.responses_text("Olá")],
        [{**REASONING, "encrypted_content": "a\x00b"}, CALL],
        [],
    ],
    ids=["thoughts kept by the vendor", "the same id twice", "an item of another tool", "unstorable", "nothing"],
)
def test_an_output_that_could_not_be_sent_back_is_not_kept(output: list[dict[str, Any]]) -> None:
    assert responses.parse_response(bodies.responses_body(*output)).provider_state is None


def test_anthropics_signed_thoughts_are_kept_without_the_blank_text_it_would_refuse() -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": "c2ln"}
    call = bodies.anthropic_call("a1", "top_n", {"n": 3})
    body = bodies.anthropic_body(bodies.anthropic_text("\n\n"), thought, call, stop="tool_use")
    assert messages.parse_message(body).provider_state == [thought, call]


def test_a_plain_answer_keeps_no_state() -> None:
    plain = bodies.anthropic_body(bodies.anthropic_text("Olá"), bodies.anthropic_call("a1", "x", {}), stop="tool_use")
    assert messages.parse_message(plain).provider_state is None
    assert completions.parse_completion(bodies.chat_body({"content": "Olá", "reasoning": "hm"})).provider_state is None


def test_geminis_signature_is_kept_with_the_ids_we_minted_for_its_empty_ones() -> None:
    signature = {"google": {"thought_signature": "c2ln"}}
    calls = [bodies.chat_call("", "top_n", '{"n": 3}', extra_content=signature), bodies.chat_call("", "top_n", "{}")]
    body = bodies.chat_body({"content": None, "tool_calls": calls})
    host = find_dialect("https://generativelanguage.googleapis.com/v1beta/openai/")
    answer = completions.parse_completion(body, dialect=host, origin="here")
    first, second = (call.id for call in answer.tool_calls)
    assert first != second
    assert all(len(call_id) == 9 and call_id.isalnum() for call_id in (first, second))

    conversation = [
        ChatMessage("user", "Top 3?"),
        ChatMessage("assistant", "", answer.tool_calls, provider="us", provider_state=answer.provider_state),
        ChatMessage("tool", "{}", tool_call_id=first),
        ChatMessage("tool", "{}", tool_call_id=second),
    ]
    sent = completions.build_body(ask(messages=conversation), "us", dialect=host, origin="here")
    check_completions(sent)
    assert sent["messages"][1]["tool_calls"][0]["extra_content"] == signature
    assert "extra_content" not in sent["messages"][1]["tool_calls"][1]


@pytest.mark.parametrize(
    "message",
    [
        {"content": "Olá", "reasoning_content": "hm"},
        {"content": "Olá", "reasoning_details": [{"type": "reasoning.text", "text": "hm", "signature": "c2ln"}]},
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                {"type": "text", "text": "Olá"},
            ]
        },
    ],
    ids=["DeepSeek", "OpenRouter", "Mistral"],
)
def test_a_compatible_servers_thoughts_go_back_as_they_came(message: dict[str, Any]) -> None:
    answer = completions.parse_completion(bodies.chat_body(message), origin="here")
    assert answer.text == "Olá"
    line = ChatMessage("assistant", answer.text, provider="us", provider_state=answer.provider_state)
    sent = completions.build_body(ask(messages=[ChatMessage("user", "Oi"), line]), "us", origin="here")
    assert sent["messages"][1] == {"role": "assistant", **message}


def test_geminis_hidden_thinking_is_counted_as_output_and_elsewhere_the_figures_stand() -> None:
    usage = {"prompt_tokens": 35, "completion_tokens": 12, "total_tokens": 109}
    body = bodies.chat_body({"content": "Olá"}, usage=usage)
    gemini = find_dialect("https://generativelanguage.googleapis.com/v1beta/openai/")
    ours = completions.parse_completion(body, dialect=gemini).usage
    assert (ours.input, ours.output, ours.reasoning) == (35, 74, 62)
    assert completions.parse_completion(body).usage.output == 12


@pytest.mark.parametrize(
    "usage",
    [{"num_cached_tokens": 7}, {"prompt_cache_hit_tokens": 7}, {"cache_read_input_tokens": 7}],
    ids=["Mistral", "DeepSeek", "Databricks"],
)
def test_cached_tokens_are_found_where_each_vendor_tells_them(usage: dict[str, int]) -> None:
    assert completions.parse_completion(bodies.chat_body({"content": "Olá"}, usage=usage)).usage.cached == 7
