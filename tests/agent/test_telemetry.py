"""Spans carry OpenTelemetry's names and figures, and never what somebody wrote."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from opentelemetry.trace import INVALID_SPAN_CONTEXT, NonRecordingSpan, Span, SpanKind, Status, Tracer

from agent.base import ChatMessage, Completion, CompletionRequest, Usage
from agent.telemetry import Traced, tool_span
from models.errors import ProviderError
from tests.fakes import ScriptedProvider

SAID = "um segredo da Ana"
ASK = CompletionRequest("large", (ChatMessage("user", SAID),), max_output_tokens=100)


class NotedSpan(NonRecordingSpan):
    """Keeps what it is told."""

    def __init__(self, name: str, kind: SpanKind, attributes: Mapping[str, Any]) -> None:
        super().__init__(INVALID_SPAN_CONTEXT)
        self.name, self.kind, self.attributes, self.status = name, kind, dict(attributes), ""

    def set_attribute(self, key: str, value: Any) -> None:
        self.attributes[key] = value

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        self.attributes.update(attributes)

    def set_status(self, status: Any, description: str | None = None) -> None:
        assert isinstance(status, Status)
        self.status = status.status_code.name


@dataclass
class Notebook(Tracer):
    """A tracer whose spans stay here."""

    spans: list[NotedSpan] = field(default_factory=list)

    def start_span(self, name: str, *given: Any, **named: Any) -> Span:
        raise NotImplementedError

    @contextmanager
    def start_as_current_span(self, name: str, *given: Any, **named: Any) -> Iterator[Span]:  # type: ignore[override]
        assert named.pop("record_exception") is False, "an exception's words may quote what somebody wrote"
        self.spans.append(NotedSpan(name, named["kind"], named["attributes"]))
        yield self.spans[-1]


def test_a_call_is_a_span_with_its_names_and_tokens() -> None:
    notebook = Notebook()
    usage = Usage(input=10, output=5, cached=4, reasoning=2)
    answer = Completion(SAID, usage=usage, llm="large-1", request_id="req-1")
    assert Traced(ScriptedProvider([answer]), notebook).complete(ASK) is answer
    [span] = notebook.spans
    assert (span.name, span.kind, span.status) == ("chat large", SpanKind.CLIENT, "")
    assert span.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "scripted",
        "gen_ai.request.model": "large",
        "gen_ai.request.max_tokens": 100,
        "gen_ai.response.model": "large-1",
        "gen_ai.response.id": "req-1",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.reasoning.output_tokens": 2,
    }
    assert SAID not in str(span.attributes)


def test_the_step_of_a_chain_is_told() -> None:
    notebook = Notebook()
    traced = Traced(ScriptedProvider(["um", "dois"]), notebook)
    traced.complete(replace(ASK, chain_step="route"))
    traced.complete(ASK)
    assert [span.attributes.get("recado.chain.step") for span in notebook.spans] == ["route", None]


def test_a_failed_call_tells_its_kind_and_not_its_words() -> None:
    notebook = Notebook()
    traced = Traced(ScriptedProvider([ProviderError(SAID, kind="overloaded")]), notebook)
    with pytest.raises(ProviderError):
        traced.complete(ASK)
    [span] = notebook.spans
    assert (span.attributes["error.type"], span.status) == ("overloaded", "ERROR")
    assert SAID not in str(span.attributes)


def test_a_streamed_call_is_the_same_span_and_its_words_come_one_by_one() -> None:
    notebook = Notebook()
    *words, completion = Traced(ScriptedProvider(["bom dia, Ana"]), notebook).stream(ASK)
    assert words == ["bom ", "dia, ", "Ana"]
    assert isinstance(completion, Completion)
    [span] = notebook.spans
    assert (span.attributes["gen_ai.usage.output_tokens"], span.status) == (5, "")


def test_whoever_leaves_with_the_completion_leaves_no_error_behind() -> None:
    notebook = Notebook()
    stream = Traced(ScriptedProvider(["oi"]), notebook).stream(ASK)
    assert any(isinstance(piece, Completion) for piece in stream)
    stream.close()  # type: ignore[attr-defined]  # a generator
    [span] = notebook.spans
    assert "error.type" not in span.attributes


def test_a_tool_is_a_span_too() -> None:
    notebook = Notebook()
    with tool_span("sales_summary", "call00001", notebook):
        pass
    [span] = notebook.spans
    assert (span.name, span.kind) == ("execute_tool sales_summary", SpanKind.INTERNAL)
    assert span.attributes["gen_ai.tool.call.id"] == "call00001"


def test_without_an_sdk_nothing_is_recorded() -> None:
    with tool_span("sales_summary", "call00001") as span:
        assert not span.is_recording()
    assert Traced(ScriptedProvider(["oi"])).complete(ASK).text == "oi"
