"""Every recorded stream, over loopback through the real SDK and in every chunking, gives what the vendor's SDK reads.

The recordings lie beside the repository and are no part of it; without them these tests are skipped, and those of
`test_streams` stand in.
"""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.base import Completion, Provider
from agent.providers.completion_stream import CompletionStream
from agent.providers.event_stream import Event, EventReader
from agent.providers.message_stream import MessageStream
from agent.providers.response_stream import ResponseStream
from agent.providers.sdk_client import RawStream
from agent.providers.streams import Assembly, read_stream
from models.errors import ProviderError
from tests.agent.providers.conftest import ask
from tests.agent.providers.test_answers import PARSERS
from tests.agent.providers.test_recordings import (
    PROVIDER_OF_WIRE,
    RECORDINGS,
    differences_from_oracle,
    read_recordings,
)
from tests.agent.providers.vendor_server import Answer, VendorServer

WIRES = sorted(PROVIDER_OF_WIRE)
# What tells each recorded failure -> our kind, written by hand.
KIND_OF_ERROR = {
    "tool_use_failed": "tool_call_invalid",
    "Token limit reached": "context_overflow",
    "decimal_below_min_value": "bad_request",
}

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not beside this repository")


@cache
def _streams(wire: str) -> list[dict[str, Any]]:
    return [row for row in read_recordings() if row["stream"] and row["wire"] == wire]


def _good(wire: str) -> list[dict[str, Any]]:
    return [row for row in _streams(wire) if row["oracle"]["error"] is None]


def _assembly(wire: str) -> Assembly:
    if wire == "chat":
        return CompletionStream("vendor", ends_with_reason=False)
    return ResponseStream() if wire == "responses" else MessageStream()


def _said_and_completion(pieces: list[str | Completion]) -> tuple[str, Completion]:
    *words, completion = pieces
    assert isinstance(completion, Completion)
    assert all(isinstance(word, str) and word for word in words)
    return "".join(str(word) for word in words), completion


def _replay(row: dict[str, Any], vendor: VendorServer, provider: Provider) -> list[str | Completion]:
    vendor.answer = Answer(row["status"], row["response"].encode(), row["headers"])
    return list(provider.stream(ask()))


@pytest.mark.parametrize("wire", WIRES)
def test_every_stream_is_read_as_the_vendors_sdk_reads_it(
    wire: str, vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    found: list[str] = []
    rows = _good(wire)
    assert len(rows) > 50
    for row in rows:
        said, completion = _said_and_completion(_replay(row, vendor, providers[PROVIDER_OF_WIRE[wire]]))
        found += differences_from_oracle(row, completion)
        assert said == completion.text, row["id"]
    assert found == []
    assert all(asked.body["stream"] is True for asked in vendor.asked)


@pytest.mark.parametrize("wire", WIRES)
def test_every_error_in_place_of_a_stream_or_within_one_gets_its_kind(
    wire: str, vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    for row in (row for row in _streams(wire) if row["oracle"]["error"]):
        with pytest.raises(ProviderError) as caught:
            _replay(row, vendor, providers[PROVIDER_OF_WIRE[wire]])
        (expected,) = [kind for sign, kind in KIND_OF_ERROR.items() if sign in row["response"]]
        assert caught.value.kind == expected, row["id"]


def _events(*chunks: bytes) -> list[Event]:
    reader = EventReader()
    return [event for chunk in chunks for event in reader.feed(chunk)]


@pytest.mark.parametrize("wire", WIRES)
def test_every_stream_gives_the_same_events_byte_by_byte(wire: str) -> None:
    for row in _streams(wire):
        content = row["response"].encode()
        whole = _events(content)
        assert _events(*(content[at : at + 1] for at in range(len(content)))) == whole, row["id"]


@pytest.mark.parametrize("wire", WIRES)
def test_a_cut_at_any_byte_of_a_stream_changes_no_event(wire: str) -> None:
    """All boundaries of one stream of each host, the shortest: the reader's state is the same whatever came before."""
    shortest: dict[str, bytes] = {}
    for row in sorted(_good(wire), key=lambda row: -len(row["response"])):
        shortest[row["host"]] = row["response"].encode()
    for host, content in shortest.items():
        whole = _events(content)
        for at in range(min(len(content), 6000) + 1):
            assert _events(content[:at], content[at:]) == whole, (host, at)


@pytest.mark.parametrize("wire", WIRES)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_any_chunking_with_any_line_ends_gives_the_same_completion(wire: str, data: st.DataObject) -> None:
    row = data.draw(st.sampled_from(_good(wire)))
    ends = data.draw(st.sampled_from([b"\n", b"\r\n", b"\r"]))
    content = row["response"].encode().replace(b"\r\n", b"\n").replace(b"\n", ends)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=20)))
    chunks = [content[start:end] for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    raw = RawStream(iter(chunks), "")
    read = PARSERS[PROVIDER_OF_WIRE[wire]]
    said, completion = _said_and_completion(list(read_stream(raw, _assembly(wire), "vendor", read)))
    assert differences_from_oracle(row, completion) == []
    assert said == completion.text


@pytest.mark.parametrize("wire", WIRES)
def test_a_stream_that_ends_before_its_marker_is_truncated_wherever_it_was_cut(wire: str) -> None:
    """At each event: every start of a stream, up to the event that holds its end, is an error and no completion."""
    marks = {"chat": ('"finish_reason":"', '"finish_reason": "', "[DONE]"), "responses": ("response.completed",)}
    for row in _good(wire):
        events = row["response"].replace("\r\n", "\n").split("\n\n")
        end = next(n for n, text in enumerate(events) if any(m in text for m in marks.get(wire, ("message_stop",))))
        for length in {0, end // 3, end // 2, end - 1, end} - {-1}:
            content = "".join(text + "\n\n" for text in events[:length]).encode()
            raw = RawStream(iter([content]), "")
            with pytest.raises(ProviderError) as caught:
                list(read_stream(raw, _assembly(wire), "vendor", PARSERS[PROVIDER_OF_WIRE[wire]]))
            assert caught.value.kind == "truncated", (row["id"], length)
