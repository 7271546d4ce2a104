"""Streams in every odd form: missing and repeated indexes, errors within a 200, cuts, usage here, there or nowhere."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.base import Completion, Provider, Usage
from agent.providers.completion_stream import CompletionStream
from agent.providers.completions import parse_completion
from agent.providers.event_stream import Event, EventReader
from agent.providers.message_stream import MessageStream
from agent.providers.messages import parse_message
from agent.providers.response_stream import ResponseStream
from agent.providers.responses import parse_response
from agent.providers.sdk_client import RawStream
from agent.providers.streams import Words, read_stream
from models.errors import ProviderError
from tests.agent.providers import bodies
from tests.agent.providers.conftest import WIRES, ask, build_at
from tests.agent.providers.test_requests import SUMMARY
from tests.agent.providers.test_sdk_client import ANSWERS
from tests.agent.providers.vendor_server import Answer, VendorServer

DONE = "[DONE]"
EVENTS = {"content-type": "text/event-stream"}


def written(*payloads: Any) -> bytes:
    """Payloads as a stream; text goes out as it is."""
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in payloads]
    return "".join(f"data: {line}\n\n" for line in lines).encode("utf-8", "surrogatepass")


def chunk(delta: dict[str, Any], finish: Any = None, **changes: Any) -> dict[str, Any]:
    return {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **changes}


def pieces(*calls: dict[str, Any]) -> dict[str, Any]:
    return chunk({"tool_calls": list(calls)})


def call(arguments: str, name: str | None = None, **more: Any) -> dict[str, Any]:
    return {"function": {"arguments": arguments} | ({"name": name} if name is not None else {}), **more}


def read(*payloads: Any, ends_with_reason: bool = True) -> tuple[str, Completion]:
    raw = RawStream(iter([written(*payloads)]), "")
    assembly = CompletionStream("vendor", ends_with_reason=ends_with_reason)
    *words, completion = read_stream(raw, assembly, "vendor", parse_completion)
    assert isinstance(completion, Completion)
    return "".join(map(str, words)), completion


def _calls(completion: Completion) -> list[tuple[str, Any]]:
    return [(one.name, one.arguments) for one in completion.tool_calls]


TWO = [("top_n", {"n": 3}), ("sales", {"n": 4})]


@pytest.mark.parametrize(
    "payloads",
    [
        [
            pieces(call("", "top_n", id="a", index=0)),
            pieces(call('{"n"', index=0)),
            pieces(call(": 3}", index=0)),
            pieces(call("", "sales", id="b", index=1)),
            pieces(call('{"n": 4}', index=1)),
        ],
        [
            pieces(call("", "top_n", id="a", index=0), call("", "sales", id="b", index=1)),
            pieces(call('{"n": 4', index=1), call('{"n": ', index=0)),
            pieces(call("}", index=1), call("3}", index=0)),
        ],
        [pieces(call('{"n": 3}', "top_n", id="a", index=0)), pieces(call('{"n": 4}', "sales", id="b", index=0))],
        [pieces(call('{"n": 3}', "top_n", id="", index=0)), pieces(call('{"n": 4}', "sales", id="", index=0))],
        [pieces(call('{"n": 3}', "top_n", id="a")), pieces(call('{"n": 4}', "sales", id="b"))],
        [pieces(call('{"n": 3}', "top_n")), pieces(call('{"n": 4}', "sales"))],
        [pieces(call('{"n": 3}', "top_n"), call('{"n": 4}', "sales"))],
        [
            pieces(call('{"n"', "top_n", id="a")),
            pieces(call(": 3}")),
            pieces(call('{"n"', "sales", id="b")),
            pieces(call(": 4}")),
        ],
        [
            pieces(call('{"n"', "top_n", id="a", index=0)),
            pieces(call(": 3}", "top_n", id="a", index=0)),
            pieces(call('{"n": 4}', "sales", id="b", index=1)),
        ],
        [
            pieces(call('{"n"', "top_n", index=0)),
            pieces(call(": 3}", "top_n", index=0)),
            pieces(call('{"n": 4}', "sales", index=1)),
        ],
        [pieces(call({"n": 3}, "top_n", id="a")), pieces(call({"n": 4}, "sales", id="b"))],  # type: ignore[arg-type]
    ],
    ids=[
        "as documented",
        "interleaved",
        "one index for all, ids differ",
        "one index for all, empty ids",
        "no index",
        "no index and no id",
        "in one event",
        "no index, in pieces",
        "id and name again in each piece",
        "name again in each piece",
        "objects in place of text",
    ],
)
def test_parallel_calls_stay_apart_and_whole(payloads: list[Any]) -> None:
    _, completion = read(*payloads, chunk({}, "tool_calls"), DONE)
    assert _calls(completion) == TWO
    assert len({one.id for one in completion.tool_calls}) == 2


def test_pieces_that_are_no_object_together_are_none_and_never_empty() -> None:
    _, completion = read(pieces(call('{"n": 3', "top_n", id="a", index=0)), chunk({}, "tool_calls"), DONE)
    assert _calls(completion) == [("top_n", None)]
    assert completion.tool_calls[0].raw_arguments == '{"n": 3'


@pytest.mark.parametrize(
    ("payloads", "usage"),
    [
        ([chunk({"content": "Olá"}, "stop", usage={"prompt_tokens": 9, "completion_tokens": 2})], Usage(9, 2)),
        (
            [chunk({"content": "Olá"}, "stop"), {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}],
            Usage(9, 2),
        ),
        (
            [
                chunk({"content": "Ol"}, usage={"prompt_tokens": 9, "completion_tokens": 1}),
                chunk({"content": "á"}, "stop", usage={"prompt_tokens": 9, "completion_tokens": 2}),
            ],
            Usage(9, 2),
        ),
        (
            [chunk({"content": "Olá"}, "stop", x_groq={"usage": {"prompt_tokens": 9, "completion_tokens": 2}})],
            Usage(9, 2),
        ),
        ([chunk({"content": "Olá"}, "stop", usage=None)], Usage()),
    ],
    ids=["in the last choice", "after it", "in each, to be taken once", "Groq's place", "nowhere"],
)
def test_tokens_are_found_wherever_they_are_told(payloads: list[Any], usage: Usage) -> None:
    said, completion = read(*payloads, DONE)
    assert (said, completion.text, completion.usage) == ("Olá", "Olá", usage)


def test_a_mere_done_ends_only_the_stream_of_a_vendor_that_gives_no_reason() -> None:
    assert read(chunk({"content": "Olá"}), DONE, ends_with_reason=False)[1].finish == "stop"
    for payloads, reasons in (
        ([chunk({"content": "Olá"}), DONE], True),
        ([chunk({"content": "Olá"})], False),
        ([DONE], False),
    ):
        with pytest.raises(ProviderError) as caught:
            read(*payloads, ends_with_reason=reasons)
        assert caught.value.kind == "truncated"


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"error": {"code": 429, "message": "slow down"}}, "rate_limit"),
        ({"error": {"type": "overloaded_error", "message": "busy"}}, "overloaded"),
        (chunk({}, "error", error={"code": "insufficient_quota"}), "billing"),
        ({"choices": [{"index": 0, "delta": {}, "error": {"code": 503, "message": "upstream"}}]}, "overloaded"),
        ({"error": "Your credit balance is too low"}, "billing"),
        ("[]", "server"),
        ('{"choices": [', "server"),
        ("[" * 100_000, "server"),
    ],
)
def test_an_error_within_a_stream_is_an_error_even_after_the_end_was_told(payload: Any, kind: str) -> None:
    with pytest.raises(ProviderError) as caught:
        read(chunk({"content": "Olá"}, "stop"), payload, DONE)
    assert caught.value.kind == kind


def test_a_refusal_is_given_in_one_piece_at_the_end() -> None:
    said, completion = read(chunk({"refusal": "Não "}), chunk({"refusal": "posso."}), chunk({}, "stop"), DONE)
    assert (said, completion.text, completion.finish) == ("Não posso.", "Não posso.", "content_filter")


def test_a_letter_in_two_halves_arrives_whole() -> None:
    said, completion = read(
        '{"choices":[{"delta":{"content":"a\\ud83d"}}]}',
        '{"choices":[{"delta":{"content":"\\ude00b\\ud83d"},"finish_reason":"stop"}]}',
    )
    assert (said, completion.text) == ("a😀b?", "a😀b?")


@given(st.text(max_size=30), st.data())
def test_words_in_pieces_are_cleaned_as_the_whole_is(text: str, data: st.DataObject) -> None:
    units = [chr(unit) for unit in memoryview(text.encode("utf-16-le")).cast("H")]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(units)), max_size=5)))
    words = Words()
    said = [words.add("".join(units[a:b])) for a, b in zip([0, *cuts], [*cuts, len(units)], strict=True)]
    assert "".join(said) == text.replace("\x00", "")


def test_thoughts_of_all_kinds_are_put_together_for_the_way_back() -> None:
    details = [
        {"type": "reasoning.text", "index": 0, "text": "h", "format": None},
        {"type": "reasoning.text", "index": 0, "text": "m", "signature": None},
        {"type": "reasoning.text", "index": 0, "signature": "c2ln"},
        {"type": "reasoning.encrypted", "index": 1, "data": "AAA"},
    ]
    events = [chunk({"reasoning_details": [one]}) for one in details]
    completion = read(
        *events, chunk({"reasoning_content": "a"}), chunk({"reasoning_content": "b", "content": "Olá"}, "stop")
    )[1]
    assert completion.provider_state["message"] == {
        "role": "assistant",
        "content": "Olá",
        "reasoning_content": "ab",
        "reasoning_details": [
            {"type": "reasoning.text", "index": 0, "text": "hm", "format": None, "signature": "c2ln"},
            {"type": "reasoning.encrypted", "index": 1, "data": "AAA"},
        ],
    }


def test_mistrals_parts_are_put_together_as_they_come_in_one_piece() -> None:
    thought = [{"type": "text", "text": "h"}], [{"type": "text", "text": "m"}]
    parts: list[Any] = [{"type": "thinking", "thinking": piece} for piece in thought]
    said, completion = read(
        chunk({"content": ""}),
        *(chunk({"content": [part]}) for part in parts),
        chunk({"content": [{"type": "text", "text": "Ol"}]}),
        chunk({"content": "á"}, "stop"),
    )
    assert (said, completion.text) == ("Olá", "Olá")
    assert completion.provider_state["message"]["content"] == [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "Olá"},
    ]


def test_geminis_signature_on_a_streamed_call_is_kept() -> None:
    signature = {"google": {"thought_signature": "c2ln+/=="}}
    completion = read(pieces(call("{}", "top_n", index=0, extra_content=signature)), chunk({}, "stop"))[1]
    assert completion.provider_state["message"]["tool_calls"][0]["extra_content"] == signature


# Responses and Messages.


def _read(payloads: Iterable[Any], wire: str) -> tuple[str, Completion]:
    raw = RawStream(iter([written(*payloads)]), "")
    assembly, parse = (ResponseStream(), parse_response) if wire == "openai" else (MessageStream(), parse_message)
    *words, completion = read_stream(raw, assembly, wire, parse)
    assert isinstance(completion, Completion)
    return "".join(map(str, words)), completion


def anthropic_events(*blocks: tuple[dict[str, Any], list[dict[str, Any]]], stop: str = "end_turn") -> list[Any]:
    start = {"id": "msg_1", "model": "m", "content": [], "usage": {"input_tokens": 9, "output_tokens": 1}}
    events: list[Any] = [{"type": "message_start", "message": start}, {"type": "ping"}]
    for number, (block, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": number, "content_block": block})
        events += [{"type": "content_block_delta", "index": number, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": number})
    events.append({"type": "message_delta", "delta": {"stop_reason": stop}, "usage": {"output_tokens": 5}})
    return [*events, {"type": "message_stop"}]


def _typed(text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    return {"type": "text", "text": ""}, [{"type": "text_delta", "text": letter} for letter in text]


def _used(*pieces_of_json: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces_of_json]
    return {"type": "tool_use", "id": "toolu_1", "name": "top_n", "input": {}}, deltas


def test_anthropics_blocks_grow_into_what_comes_in_one_piece() -> None:
    thought = {"type": "thinking", "thinking": "", "signature": ""}
    deltas = [{"type": "thinking_delta", "thinking": "hm"}, {"type": "signature_delta", "signature": "c2ln"}]
    said, completion = _read(
        anthropic_events((thought, deltas), _typed("Olá"), _used('{"n"', ": 3}"), stop="tool_use"), "anthropic"
    )
    assert (said, completion.text, _calls(completion)) == ("Olá", "Olá", [("top_n", {"n": 3})])
    assert completion.usage == Usage(9, 5)
    assert completion.provider_state == [
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "text", "text": "Olá"},
        {"type": "tool_use", "id": "toolu_1", "name": "top_n", "input": {"n": 3}},
    ]


@pytest.mark.parametrize(
    ("pieces_of_json", "arguments"), [(('{"n": 3',), None), (("{}",), {}), ((), {}), (("",), {}), (("[1]",), None)]
)
def test_arguments_in_pieces_are_an_object_or_nothing(pieces_of_json: tuple[str, ...], arguments: Any) -> None:
    thought = {"type": "redacted_thinking", "data": "AAA"}
    events = anthropic_events((thought, []), _used(*pieces_of_json), stop="tool_use")
    completion = _read(events, "anthropic")[1]
    assert _calls(completion) == [("top_n", arguments)]
    assert (completion.provider_state is None) == (arguments is None)  # a text in place of the object is refused


@pytest.mark.parametrize(
    "events",
    [anthropic_events(_typed("Olá"))[:cut] for cut in range(1, 9)],
    ids=lambda events: str(len(events)),
)
def test_an_anthropic_stream_without_its_last_event_is_truncated(events: list[Any]) -> None:
    with pytest.raises(ProviderError) as caught:
        _read([*events, DONE], "anthropic")
    assert caught.value.kind == "truncated"


def test_anthropics_overload_in_the_middle_is_one() -> None:
    events = anthropic_events(_typed("Olá"))[:5]
    with pytest.raises(ProviderError) as caught:
        _read([*events, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}], "anthropic")
    assert (caught.value.kind, caught.value.permanent) == ("overloaded", False)


def response_events(text: str, **changes: Any) -> list[Any]:
    whole = bodies.responses_body(bodies.responses_text(text), **changes)
    deltas = [{"type": "response.output_text.delta", "delta": letter} for letter in text]
    done = {"type": "response.output_item.done", "output_index": 0, "item": whole["output"][0]}
    status = whole["status"]
    return [
        {"type": "response.created", "response": {"error": None}},
        *deltas,
        done,
        {"type": f"response.{status}", "response": whole},
    ]


@pytest.mark.parametrize(
    ("changes", "finish"),
    [
        ({}, "stop"),
        ({"output": []}, "stop"),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "length"),
    ],
)
def test_a_response_ends_with_the_whole_of_it_or_is_put_together(changes: dict[str, Any], finish: str) -> None:
    events = response_events("Olá")
    events[-1]["response"] |= changes
    events[-1]["type"] = f"response.{events[-1]['response']['status']}"
    said, completion = _read(events, "openai")
    assert (said, completion.text, completion.finish) == ("Olá", "Olá", finish)


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (DONE, "truncated"),
        ({"type": "error", "code": "rate_limit_exceeded", "message": "slow"}, "rate_limit"),
        ({"type": "response.failed", "response": {"status": "failed", "error": {"code": "server_error"}}}, "server"),
        ({"type": "response.failed", "response": {"status": "failed", "output": [], "error": None}}, "server"),
    ],
)
def test_a_response_that_fails_or_stops_in_the_middle_is_an_error(last: Any, kind: str) -> None:
    with pytest.raises(ProviderError) as caught:
        _read([*response_events("Olá")[:-1], last], "openai")
    assert caught.value.kind == kind


# Over HTTP.


@pytest.mark.parametrize("wire", WIRES)
def test_a_server_that_answers_a_stream_in_one_piece_is_read_all_the_same(
    wire: str, vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    vendor.answer_json(ANSWERS[wire], x_request_id="req_9")
    said, completion = providers[wire].stream(ask(tools=[SUMMARY]))
    assert isinstance(completion, Completion)
    assert (said, completion.text, completion.request_id) == ("Olá", "Olá", "req_9")


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(429, b'{"error": {"message": "no"}}', {"retry-after": "7"}), "rate_limit"),
        (Answer(200, b"<html>Sign in</html>", {"content-type": "text/html"}), "server"),
        (Answer(200, b"", EVENTS), "truncated"),
        (Answer(200, b"data: {}\n\n", EVENTS), "truncated"),
        (Answer(200, b": keep-alive\n\n" * 5, EVENTS), "truncated"),
        (Answer(200, b'data: {"error": {"message": "bad key test-key-0123456789"}}\n\n', EVENTS), "server"),
    ],
)
def test_what_is_no_stream_is_an_error_with_its_kind(
    wire: str, answer: Answer, kind: str, vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    vendor.answer = answer
    with pytest.raises(ProviderError) as caught:
        list(providers[wire].stream(ask()))
    assert caught.value.kind == kind
    assert caught.value.retry_after == (7 if answer.status == 429 else None)
    assert "test-key" not in str(caught.value)


@pytest.mark.parametrize("wire", WIRES)
def test_a_stream_that_trickles_ends_at_the_deadline_and_one_that_breaks_is_a_connection(
    wire: str, vendor: VendorServer
) -> None:
    vendor.answer = Answer(200, b": ping\n" * 600, EVENTS, drip=0.05)
    with pytest.raises(ProviderError) as caught:
        list(build_at(wire, vendor.url, timeout=0.3).stream(ask()))
    assert caught.value.kind == "timeout"
    vendor.answer = Answer(200, b"data: {}\n\n", {**EVENTS, "content-length": "9999", "connection": "close"})
    with pytest.raises(ProviderError) as caught:
        list(build_at(wire, vendor.url).stream(ask()))
    assert caught.value.kind == "connection"


def test_words_are_there_before_the_answer_has_ended(vendor: VendorServer, providers: dict[str, Provider]) -> None:
    head, tail = written(chunk({"content": "Olá"})), written(chunk({}, "stop"), DONE)
    with vendor.held(head, tail, EVENTS) as release:
        events = iter(providers["openai-compatible"].stream(ask()))
        assert next(events) == "Olá"
        release()
        assert isinstance(next(events), Completion)


def test_who_stops_listening_closes_the_connection_and_the_next_call_is_well(
    vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    vendor.answer = Answer(200, written(chunk({"content": "Olá"}), chunk({}, "stop"), DONE), EVENTS)
    events = providers["openai-compatible"].stream(ask())
    assert next(events) == "Olá"
    events.close()  # type: ignore[attr-defined]
    assert "Olá" in list(providers["openai-compatible"].stream(ask()))


# Events.


@pytest.mark.parametrize(
    ("content", "events"),
    [
        (b"data: a\n\n", [Event("", "a")]),
        (b"\xef\xbb\xbfdata:a\r\n\r\n", [Event("", "a")]),
        (b"event: error\ndata: a\ndata: b\n\n", [Event("error", "a\nb")]),
        (b": note\nid: 1\nretry: 3\n\ndata\n\n", [Event("", "")]),
        (b"event: x\n\ndata: a\n\n", [Event("", "a")]),
        ("data: é\u2028😀\n\n".encode(), [Event("", "é\u2028😀")]),
        (b"data: a\n", []),
        (b"", []),
    ],
)
def test_events_are_read_as_the_standard_says_in_every_chunking(content: bytes, events: list[Event]) -> None:
    for at in range(len(content) + 1):
        for to in range(at, len(content) + 1):
            reader = EventReader()
            assert [*reader.feed(content[:at]), *reader.feed(content[at:to]), *reader.feed(content[to:])] == events


def test_a_line_that_never_ends_is_an_error() -> None:
    reader = EventReader()
    with pytest.raises(ProviderError):
        _ = [reader.feed(b"x" * 10_000) for _ in range(4_000)]
