"""What the three wires share: the same situation, however it is written, is read the same way."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from agent.base import Completion, Usage
from agent.providers.completions import parse_completion
from agent.providers.messages import parse_message
from agent.providers.responses import parse_response
from models.errors import ProviderError
from tests.agent.providers import bodies

PARSERS: dict[str, Callable[[Mapping[str, Any]], Completion]] = {
    "openai": parse_response,
    "openai-compatible": parse_completion,
    "anthropic": parse_message,
}

TEXT = {
    "openai": bodies.responses_body(bodies.responses_text("Olá"), bodies.responses_text("!")),
    "openai-compatible": bodies.chat_body(
        {"content": [{"type": "text", "text": "Olá"}, {"type": "text", "text": "!"}]}
    ),
    "anthropic": bodies.anthropic_body(bodies.anthropic_text("Olá"), bodies.anthropic_text("!")),
}
PARALLEL = {
    "openai": bodies.responses_body(
        bodies.responses_text("Vejo."),
        bodies.responses_call("a1", "top_n", '{"n": 3}'),
        bodies.responses_call("a2", "top_n", '{"n": 5}'),
    ),
    "openai-compatible": bodies.chat_body(
        {
            "content": "Vejo.",
            "tool_calls": [bodies.chat_call("a1", "top_n", '{"n": 3}'), bodies.chat_call("a2", "top_n", '{"n": 5}')],
        },
        "tool_calls",
    ),
    "anthropic": bodies.anthropic_body(
        bodies.anthropic_text("Vejo."),
        bodies.anthropic_call("a1", "top_n", {"n": 3}),
        bodies.anthropic_call("a2", "top_n", {"n": 5}),
        stop="tool_use",
    ),
}
CUT_CALL = {
    "openai": bodies.responses_body(
        bodies.responses_call("a1", "top_n", '{"n": 3}'),
        status="incomplete",
        incomplete_details={"reason": "max_output_tokens"},
    ),
    "openai-compatible": bodies.chat_body(
        {"content": None, "tool_calls": [bodies.chat_call("a1", "top_n", '{"n": 3}')]}, "length"
    ),
    "anthropic": bodies.anthropic_body(bodies.anthropic_call("a1", "top_n", {}), stop="max_tokens"),
}
REFUSED = {
    "openai": bodies.responses_body(bodies.responses_text("Não posso.", "refusal")),
    "openai-compatible": bodies.chat_body({"content": None, "refusal": "Não posso."}),
    "anthropic": bodies.anthropic_body(bodies.anthropic_text("Não posso."), stop="refusal"),
}
GARBAGE = {
    "openai": bodies.responses_body(bodies.responses_call("a1", "top_n", '{"n": 3}{"n": 4}')),
    "openai-compatible": bodies.chat_body(
        {"content": "", "tool_calls": [bodies.chat_call("a1", "top_n", '{"n": 3}{"n": 4}')]}, "tool_calls"
    ),
    "anthropic": bodies.anthropic_body(bodies.anthropic_call("a1", "top_n", '{"n": 3}{"n": 4}'), stop="tool_use"),
}
NO_FINISH = {
    "openai": {**bodies.responses_body(bodies.responses_text("Olá")), "status": None},
    "openai-compatible": bodies.chat_body({"content": "Olá"}, None),
    "anthropic": bodies.anthropic_body(bodies.anthropic_text("Olá"), stop=None),
}
BAD_NUMBERS = {
    "openai": bodies.responses_body(usage={"input_tokens": -1, "output_tokens": "many"}),
    "openai-compatible": bodies.chat_body({"content": ""}, usage={"prompt_tokens": True, "completion_tokens": 2**40}),
    "anthropic": bodies.anthropic_body(usage={"input_tokens": None, "output_tokens": 1.5}),
}


def _on_each_wire(situation: dict[str, dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("wire, body", sorted(situation.items(), key=lambda pair: pair[0]))  # noqa: PT006


@_on_each_wire(TEXT)
def test_text_usage_and_names_are_read(wire: str, body: dict[str, Any]) -> None:
    completion = PARSERS[wire](body)
    assert (completion.text, completion.finish, completion.tool_calls) == ("Olá!", "stop", ())
    assert completion.usage == Usage(input=100, output=30, cached=60, cache_write=10, reasoning=20)
    assert completion.llm == "served-llm"
    assert completion.request_id == body["id"]


@_on_each_wire(PARALLEL)
def test_parallel_calls_are_read_in_order(wire: str, body: dict[str, Any]) -> None:
    completion = PARSERS[wire](body)
    assert (completion.text, completion.finish) == ("Vejo.", "tool_calls")
    assert [(call.id, call.name, call.arguments) for call in completion.tool_calls] == [
        ("a1", "top_n", {"n": 3}),
        ("a2", "top_n", {"n": 5}),
    ]


@_on_each_wire(CUT_CALL)
def test_a_call_in_a_cut_answer_can_not_be_run(wire: str, body: dict[str, Any]) -> None:
    completion = PARSERS[wire](body)
    assert completion.finish == "length"
    assert [call.arguments for call in completion.tool_calls] == [None]


@_on_each_wire(REFUSED)
def test_a_refusal_is_told_apart_from_an_answer(wire: str, body: dict[str, Any]) -> None:
    completion = PARSERS[wire](body)
    assert (completion.text, completion.finish) == ("Não posso.", "content_filter")


@_on_each_wire(GARBAGE)
def test_garbage_arguments_are_none_beside_the_raw_text(wire: str, body: dict[str, Any]) -> None:
    (call,) = PARSERS[wire](body).tool_calls
    assert (call.arguments, call.raw_arguments) == (None, '{"n": 3}{"n": 4}')


@_on_each_wire(NO_FINISH)
def test_an_answer_without_a_finish_marker_is_truncated(wire: str, body: dict[str, Any]) -> None:
    with pytest.raises(ProviderError) as caught:
        PARSERS[wire](body)
    assert caught.value.kind == "truncated"


@_on_each_wire(BAD_NUMBERS)
def test_numbers_that_are_none_are_not_told(wire: str, body: dict[str, Any]) -> None:
    usage = PARSERS[wire](body).usage
    assert (usage.input, usage.output) == (None, None)


@pytest.mark.parametrize("wire", sorted(PARSERS))
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"method": "POST", "contentType": "application/json"},
        {"choices": [], "output": None, "content": None},
        {"choices": [{"finish_reason": "stop"}], "output": {}, "content": "Olá"},
    ],
)
def test_what_is_no_completion_is_an_error(wire: str, body: dict[str, Any]) -> None:
    with pytest.raises(ProviderError) as caught:
        PARSERS[wire](body)
    assert caught.value.kind == "unknown"


@pytest.mark.parametrize("wire", sorted(PARSERS))
def test_an_error_inside_a_success_is_an_error_with_its_kind(wire: str) -> None:
    body = {"error": {"code": "rate_limit_exceeded", "message": "slow"}, **TEXT[wire], "type": "message"}
    body["error"] = {"code": "rate_limit_exceeded", "message": "slow"}
    with pytest.raises(ProviderError) as caught:
        PARSERS[wire](body)
    assert caught.value.kind == "rate_limit"


@pytest.mark.parametrize("status", ["queued", "in_progress", "cancelled", "paused"])
def test_a_response_that_is_not_finished_is_an_error(status: str) -> None:
    with pytest.raises(ProviderError) as caught:
        parse_response(bodies.responses_body(status=status))
    assert caught.value.kind == "unknown"


def test_a_failed_response_is_a_server_error() -> None:
    with pytest.raises(ProviderError) as caught:
        parse_response(bodies.responses_body(status="failed"))
    assert caught.value.kind == "server"


@pytest.mark.parametrize(("finish", "kind"), [("error", "server"), ("insufficient_system_resource", "overloaded")])
def test_a_choice_that_finished_in_failure_is_an_error(finish: str, kind: str) -> None:
    with pytest.raises(ProviderError) as caught:
        parse_completion(bodies.chat_body({"content": "Olá"}, finish))
    assert caught.value.kind == kind


def test_an_error_within_a_choice_is_an_error() -> None:
    body = bodies.chat_body({"content": ""}, "error")
    body["choices"][0]["error"] = {"code": 503, "message": "upstream is busy"}
    with pytest.raises(ProviderError) as caught:
        parse_completion(body)
    assert (caught.value.kind, caught.value.status) == ("overloaded", 503)


@pytest.mark.parametrize(
    ("finish", "expected"),
    [("stop", "tool_calls"), ("", "tool_calls"), ("eos", "tool_calls"), ("content_filter", "content_filter")],
)
def test_calls_beside_another_finish_reason_are_still_calls(finish: str, expected: str) -> None:
    body = bodies.chat_body({"tool_calls": [bodies.chat_call("a1", "top_n", '{"n": 3}')]}, finish)
    assert parse_completion(body).finish == expected


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        ("stop_sequence", "stop"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "stop"),
        ("a_reason_of_next_year", "stop"),
        ("tool_use", "stop"),
    ],
)
def test_each_stop_reason_without_calls_has_its_meaning(stop: str, expected: str) -> None:
    assert parse_message(bodies.anthropic_body(bodies.anthropic_text("Olá"), stop=stop)).finish == expected


def test_a_call_beside_an_unknown_stop_reason_can_not_be_run() -> None:
    completion = parse_message(bodies.anthropic_body(bodies.anthropic_call("a1", "top_n", {"n": 3}), stop="new_reason"))
    assert completion.finish == "stop"
    assert [call.arguments for call in completion.tool_calls] == [None]


@pytest.mark.parametrize("reason", ["content_filter", "max_output_tokens", "something_new"])
def test_an_incomplete_response_says_why(reason: str) -> None:
    body = bodies.responses_body(
        bodies.responses_text("Ol"), status="incomplete", incomplete_details={"reason": reason}
    )
    assert parse_response(body).finish == ("content_filter" if reason == "content_filter" else "length")


def test_text_that_a_database_can_not_store_is_cleaned() -> None:
    assert parse_completion(bodies.chat_body({"content": "a\x00b\ud800c"})).text == "ab?c"
