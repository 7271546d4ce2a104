"""Every recorded answer, served over loopback through the real SDK, gives what the vendor's own SDK reads in it.

The recordings lie beside the repository and are no part of it; without them these tests are skipped, and the
fixtures of the other modules stand in.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agent.base import ChatMessage, Completion, Provider
from models.errors import ProviderError
from tests.agent.providers.conftest import ask
from tests.agent.providers.test_answers import PARSERS
from tests.agent.providers.test_requests import BUILDERS
from tests.agent.providers.vendor_rules import CHECKS
from tests.agent.providers.vendor_server import Answer, VendorServer

RECORDINGS = Path(__file__).parents[4] / "shared" / "recordings" / "llm"
PROVIDER_OF_WIRE = {"responses": "openai", "chat": "openai-compatible", "messages": "anthropic"}

_BACKGROUND = "a background job's receipt (status queued): the answer would have to be polled for"
# Success bodies that hold no completion. The adapter must raise on each of them.
NO_COMPLETION = {
    "pydantic-ai:tests/models/cassettes/test_openai/test_invalid_response.yaml#0": "an echo of the request",
    **{
        f"pydantic-ai:tests/models/cassettes/test_openai_responses/test_background_mode_{name}": _BACKGROUND
        for name in (
            "reasoning_vcr.yaml#0",
            "streaming_without_starting_after_vcr.yaml#0",
            "vcr.yaml#0",
            "with_tool_vcr.yaml#0",
            "with_tool_vcr.yaml#2",
        )
    },
}

# (wire, status, vendor's code or type) -> our kind, written by hand from the vendors' error pages.
KIND_OF_ERROR = {
    ("responses", 401, "invalid_api_key"): "auth",
    ("responses", 400, "model_not_found"): "model_not_found",
    ("responses", 400, "invalid_request_error"): "bad_request",
    ("messages", 404, "not_found_error"): "model_not_found",
    ("messages", 400, "invalid_request_error"): "bad_request",
    ("chat", 404, "model_not_found"): "model_not_found",
    ("chat", 400, "tool_use_failed"): "tool_call_invalid",
    ("chat", 400, "unsupported_value"): "bad_request",
    ("chat", 400, "invalid_request_error"): "bad_request",
    ("chat", 429, "429"): "rate_limit",
}

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not beside this repository")


@cache
def read_recordings() -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(RECORDINGS.glob("*.jsonl")) for line in path.read_text().splitlines()]


def _recorded() -> list[dict[str, Any]]:
    return [row for row in read_recordings() if not row["stream"]]


def _replay(row: dict[str, Any], vendor: VendorServer, providers: dict[str, Provider]) -> Completion:
    vendor.answer = Answer(row["status"], row["response"].encode(), row["headers"])
    return providers[PROVIDER_OF_WIRE[row["wire"]]].complete(ask())


def _is_success(row: dict[str, Any]) -> bool:
    return row["status"] < 400 and row["id"] not in NO_COMPLETION


def _expected_finish(oracle: dict[str, Any]) -> str:
    called = "tool_calls" if oracle["tool_calls"] else "stop"
    return {
        "end_turn": "stop",
        "stop_sequence": "stop",
        "tool_use": "tool_calls",
        "completed": called,
        "complete": called,
        "": called,  # Snowflake marks every whole answer with an empty reason,
        None: called,  # and its streams with none
    }.get(oracle["finish"], oracle["finish"])


def _expected_text(text: Any) -> str:
    """The SDK passes on what these hosts send in place of a string: parts (Mistral), an object (Cloudflare)."""
    if isinstance(text, list):
        return "".join(part["text"] for part in text if part["type"] == "text")
    return json.dumps(text, ensure_ascii=False) if isinstance(text, dict) else text or ""


def _calls(completion: Completion) -> list[tuple[str, Any]]:
    return [(call.name, call.arguments) for call in completion.tool_calls]


def _expected_calls(row: dict[str, Any]) -> list[tuple[str, Any]]:
    """A call without arguments is unreadable here: the request that was sent offers no tool that takes none. Only
    Anthropic's streams begin each call with an empty object, to which the SDK's text of its pieces adds nothing."""
    blank = {} if row["wire"] == "messages" else None
    calls = row["oracle"]["tool_calls"]
    return [(call["name"], json.loads(call["arguments"]) if call["arguments"] else blank) for call in calls]


def differences_from_oracle(row: dict[str, Any], completion: Completion) -> list[str]:
    oracle = row["oracle"]
    usage = oracle["usage"] or {"input": None, "output": None}
    pairs = {
        "text": (completion.text, _expected_text(oracle["text"])),
        "tool calls": (_calls(completion), _expected_calls(row)),
        "finish": (completion.finish, _expected_finish(oracle)),
        "input": (completion.usage.input, usage["input"]),
        "output": (completion.usage.output, usage["output"]),
    }
    return [f"{row['id']}: {what}: {ours!r} != {theirs!r}" for what, (ours, theirs) in pairs.items() if ours != theirs]


@pytest.mark.parametrize("wire", sorted(PROVIDER_OF_WIRE))
def test_every_success_body_is_read_as_the_vendors_sdk_reads_it(
    wire: str, vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    rows = [row for row in _recorded() if row["wire"] == wire and _is_success(row)]
    differences = [line for row in rows for line in differences_from_oracle(row, _replay(row, vendor, providers))]
    assert len(rows) > 200
    assert differences == []


@pytest.mark.parametrize("wire", sorted(PROVIDER_OF_WIRE))
def test_every_answer_can_go_into_the_next_request_on_any_wire(wire: str) -> None:
    name = PROVIDER_OF_WIRE[wire]
    rows = [row for row in _recorded() if row["wire"] == wire and _is_success(row)]
    assert len(rows) > 200
    for row in rows:
        answer = PARSERS[name](json.loads(row["response"]))
        line = ChatMessage("assistant", answer.text, answer.tool_calls, "", None, name, answer.provider_state)
        results = [ChatMessage("tool", "{}", tool_call_id=call.id) for call in answer.tool_calls]
        conversation = [ChatMessage("user", "Oi"), line, *results, ChatMessage("user", "E?")]
        for reader, build in BUILDERS.items():
            body = build(ask(messages=conversation), reader)
            CHECKS[reader](body)
            assert all(repr(call.id) in repr(body) for call in answer.tool_calls)


@pytest.mark.parametrize("wire", sorted(PROVIDER_OF_WIRE))
def test_every_error_body_gets_its_kind(wire: str, vendor: VendorServer, providers: dict[str, Provider]) -> None:
    rows = [row for row in _recorded() if row["wire"] == wire and row["status"] >= 400]
    assert rows
    for row in rows:
        error = json.loads(row["response"])["error"]
        with pytest.raises(ProviderError) as caught:
            _replay(row, vendor, providers)
        expected = KIND_OF_ERROR[wire, row["status"], str(error.get("code") or error.get("type"))]
        assert (caught.value.kind, caught.value.status) == (expected, row["status"]), row["id"]


def test_what_is_no_completion_is_an_error_and_never_an_empty_text(
    vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    rows = [row for row in _recorded() if row["id"] in NO_COMPLETION]
    assert len(rows) == len(NO_COMPLETION)
    for row in rows:
        with pytest.raises(ProviderError) as caught:
            _replay(row, vendor, providers)
        assert caught.value.kind == "unknown", row["id"]


def test_the_documentation_counts_all_of_them_and_lists_what_is_left_out() -> None:
    text = (Path(__file__).parents[3] / "docs" / "llm.md").read_text(encoding="utf-8")
    for recording, reason in NO_COMPLETION.items():
        assert f"| `{recording.removeprefix('pydantic-ai:tests/models/cassettes/')}` | {reason} |" in text
    rows = read_recordings()
    failed = [row for row in rows if row["status"] >= 400 or row["oracle"]["error"]]
    streams = [row for row in rows if row["stream"] and row not in failed]
    bodies = len(rows) - len(failed) - len(streams)
    told = (
        f"{len(rows):,} recorded exchanges",
        f"{bodies} bodies and\n{len(streams)} streams",
        f"{len(failed)} failures",
    )
    assert [words for words in told if words not in text] == []


@pytest.mark.parametrize(
    ("wire", "host", "priced_as", "flavour"),
    [
        ("responses", "api.openai.com", "openai", "responses"),
        ("chat", "api.openai.com", "openai", "chat"),
        ("messages", "api.anthropic.com", "anthropic", "default"),
        ("chat", "api.groq.com", "groq", "default"),
        ("chat", "api.mistral.ai", "mistral", "default"),
    ],
)
def test_the_price_tables_own_reader_finds_the_same_tokens(
    wire: str, host: str, priced_as: str, flavour: str, vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    from genai_prices import extract_usage

    rows = [row for row in _recorded() if row["wire"] == wire and row["host"] == host and _is_success(row)]
    # The table lists LLMs, and its reader refuses bodies of Groq's agents, which are none.
    rows = [row for row in rows if not json.loads(row["response"])["model"].startswith("groq/compound")]
    assert len(rows) > 40
    for row in rows:
        ours = _replay(row, vendor, providers).usage
        theirs = extract_usage(json.loads(row["response"]), provider_id=priced_as, api_flavor=flavour).usage
        assert ours.input == theirs.input_tokens, row["id"]
        assert ours.output == theirs.output_tokens, row["id"]
        if theirs.cache_read_tokens:  # the table does not know every place where Mistral tells it
            assert ours.cached == theirs.cache_read_tokens, row["id"]
