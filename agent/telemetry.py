"""Spans of LLM calls and tools, by OpenTelemetry's names for generative AI. All of its names stand here.

Only the API is used: without an SDK that somebody installed and configured, a span is nothing and goes nowhere. What
people write and what tools tell is never in a span.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from agent.base import Completion, CompletionRequest, Provider
from agent.providers.wrapped import Wrapped
from models.errors import ProviderError

_OPERATION, _PROVIDER = "gen_ai.operation.name", "gen_ai.provider.name"
_REQUESTED, _MOST_TOKENS = "gen_ai.request.model", "gen_ai.request.max_tokens"
_SERVED, _RESPONSE_ID, _FINISH = "gen_ai.response.model", "gen_ai.response.id", "gen_ai.response.finish_reasons"
_INPUT, _OUTPUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
_CACHED, _CACHE_WRITE = "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_write.input_tokens"
_REASONING = "gen_ai.usage.reasoning.output_tokens"
_TOOL, _TOOL_TYPE, _TOOL_CALL = "gen_ai.tool.name", "gen_ai.tool.type", "gen_ai.tool.call.id"
_ERROR = "error.type"
_CHAIN_STEP = "recado.chain.step"


def find_tracer() -> Tracer:
    """Whoever configures an SDK later is found as well."""
    return trace.get_tracer("recado")


class Traced(Wrapped):
    """A provider each of whose calls is a span."""

    def __init__(self, inner: Provider, tracer: Tracer | None = None) -> None:
        super().__init__(inner)
        self._tracer = tracer or find_tracer()

    def complete(self, request: CompletionRequest) -> Completion:
        with self._call_span(request) as span:
            completion = self.inner.complete(request)
            _describe(span, completion)
        return completion

    def stream(self, request: CompletionRequest) -> Iterator[str | Completion]:
        """The span ends before the completion is given: whoever has that may not come back for more."""
        with self._call_span(request) as span:
            for piece in self.inner.stream(request):
                if isinstance(piece, Completion):
                    _describe(span, piece)
                    break
                yield piece
            else:
                return
        yield piece

    def _call_span(self, request: CompletionRequest) -> AbstractContextManager[Span]:
        asked: dict[str, str | int] = {
            _OPERATION: "chat",
            _PROVIDER: self.name,
            _REQUESTED: request.llm,
            _MOST_TOKENS: request.max_output_tokens,
        }
        if request.chain_step:
            asked[_CHAIN_STEP] = request.chain_step
        return _span(self._tracer, f"chat {request.llm}", SpanKind.CLIENT, asked)


@contextmanager
def tool_span(name: str, call_id: str, tracer: Tracer | None = None) -> Iterator[Span]:
    """Around the run of a tool."""
    about = {_OPERATION: "execute_tool", _TOOL: name, _TOOL_TYPE: "function", _TOOL_CALL: call_id}
    with _span(tracer or find_tracer(), f"execute_tool {name}", SpanKind.INTERNAL, about) as span:
        yield span


@contextmanager
def _span(tracer: Tracer, name: str, kind: SpanKind, about: Mapping[str, str | int]) -> Iterator[Span]:
    """An error's kind or class is told, never its words: they may quote what somebody wrote."""
    with tracer.start_as_current_span(
        name, kind=kind, attributes=about, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except BaseException as error:
            failed = error.kind if isinstance(error, ProviderError) else type(error).__name__
            span.set_attribute(_ERROR, failed)
            span.set_status(Status(StatusCode.ERROR, failed))
            raise


def _describe(span: Span, completion: Completion) -> None:
    usage = completion.usage
    told = {
        _SERVED: completion.llm or None,
        _RESPONSE_ID: completion.request_id or None,
        _INPUT: usage.input,
        _OUTPUT: usage.output,
        _CACHED: usage.cached or None,
        _CACHE_WRITE: usage.cache_write or None,
        _REASONING: usage.reasoning or None,
    }
    span.set_attributes({name: value for name, value in told.items() if value is not None})
    span.set_attribute(_FINISH, [completion.finish])
