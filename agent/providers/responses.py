"""The OpenAI Responses wire, stateless: the vendor keeps nothing, each request carries the whole conversation."""

from collections.abc import Mapping, Sequence
from typing import Any

from agent.base import (
    ChatMessage,
    Completion,
    CompletionRequest,
    FinishReason,
    ToolCall,
    ToolSpec,
    Usage,
)
from agent.providers.dialects import OPENAI_RESPONSES, Dialect
from agent.providers.images import data_url, with_visible_images
from agent.providers.pricing import read_reported_cost
from agent.providers.prompt import prefix_key, spoken_lines, system_text
from agent.providers.response_stream import ResponseStream
from agent.providers.sdk_client import Endpoint, SdkClient, build_openai_client
from agent.providers.streams import Assembly
from agent.providers.tool_calls import (
    arguments_text,
    fits_strict_mode,
    read_tool_call,
    wire_call_id,
    wire_tool_name,
    with_distinct_ids,
    without_arguments,
)
from agent.providers.vendor_json import (
    as_count,
    as_mapping,
    as_objects,
    as_text,
    first_count,
    storable_state,
)
from agent.providers.wire import Wire
from agent.providers.wire_errors import error_from_body
from models.errors import ProviderError, ProviderErrorKind

_PATH = "/responses"
# "complete" is how some compatible servers spell it. All other states are no answer (queued, in_progress, ...).
_WHOLE = frozenset({"completed", "complete"})
_INCOMPLETE: Mapping[str, FinishReason] = {"max_output_tokens": "length", "content_filter": "content_filter"}
_REPLAYED = frozenset({"message", "reasoning", "function_call"})


class ResponsesProvider(Wire):
    """OpenAI itself, or xAI."""

    def __init__(
        self, name: str, endpoint: Endpoint, *, llm: str = "", dialect: Dialect = OPENAI_RESPONSES, sees: bool = False
    ) -> None:
        super().__init__(name, SdkClient(name, endpoint, build_openai_client), _PATH, dialect, llm=llm, sees=sees)

    def _body(self, request: CompletionRequest, *, stream: bool = False) -> dict[str, Any]:
        body = build_body(request, self.name, self.llm, dialect=self._dialect, sees=self.sees)
        return body | ({"stream": True} if stream else {})

    def _parse(self, request: CompletionRequest, body: Mapping[str, Any]) -> Completion:
        return parse_response(body, request.tools, vendor=self.name)

    def _assembly(self) -> Assembly:
        return ResponseStream()


def build_body(
    request: CompletionRequest,
    provider: str,
    default_llm: str = "",
    *,
    dialect: Dialect = OPENAI_RESPONSES,
    sees: bool = False,
) -> dict[str, Any]:
    """The request's JSON. No sampling parameter: reasoning LLMs refuse them."""
    lines = spoken_lines(with_visible_images(request.messages, sees=sees))
    wanted: dict[str, Any] = {
        "model": request.llm or default_llm,
        "input": [item for line in lines for item in _items(line, provider, dialect)],
        "max_output_tokens": request.max_output_tokens,
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "prompt_cache_key": prefix_key(request),
    }
    instructions = system_text(request.messages)
    if instructions:
        wanted["instructions"] = instructions
    if request.tools:
        wanted["tools"] = [_tool(spec) for spec in request.tools]
        wanted["tool_choice"] = request.tool_choice
    return dialect.keep(wanted)


def _tool(spec: ToolSpec) -> dict[str, Any]:
    return {
        "type": "function",
        "name": spec.name,
        "description": spec.description,
        "parameters": dict(spec.parameters),
        "strict": fits_strict_mode(spec.parameters),
    }


def _items(line: ChatMessage, provider: str, dialect: Dialect) -> list[Any]:
    if line.role == "tool":
        call_id = wire_call_id(line.tool_call_id, dialect.call_id)
        return [{"type": "function_call_output", "call_id": call_id, "output": line.content}]
    if line.role == "user":
        return [{"role": "user", "content": _parts(line) if line.images else line.content}]
    if line.provider == provider and isinstance(line.provider_state, list):
        return line.provider_state
    said: list[Any] = [{"role": "assistant", "content": line.content}] if line.content else []
    return said + [_call_item(call, dialect) for call in line.tool_calls]


def _parts(line: ChatMessage) -> list[dict[str, str]]:
    said = [{"type": "input_text", "text": line.content}] if line.content else []
    return said + [{"type": "input_image", "image_url": data_url(image), "detail": "auto"} for image in line.images]


def _call_item(call: ToolCall, dialect: Dialect) -> dict[str, Any]:
    return {
        "type": "function_call",
        "call_id": wire_call_id(call.id, dialect.call_id),
        "name": wire_tool_name(call.name),
        "arguments": arguments_text(call),
    }


def parse_response(body: Mapping[str, Any], tools: Sequence[ToolSpec] = (), vendor: str = "openai") -> Completion:
    """The answer in our words. Raises ProviderError for whatever is no finished completion."""
    finish = _finish(body, vendor)
    output = as_objects(body.get("output"))
    parts = [part for item in output if item.get("type") == "message" for part in as_objects(item.get("content"))]
    text = "".join(as_text(part.get("text")) for part in parts if part.get("type") == "output_text")
    refusal = "".join(as_text(part.get("refusal")) for part in parts if part.get("type") == "refusal")
    calls = with_distinct_ids(
        read_tool_call(item.get("call_id"), item.get("name"), item.get("arguments"), tools)
        for item in output
        if item.get("type") == "function_call"
    )
    if finish == "stop":
        finish = "tool_calls" if calls else "content_filter" if refusal and not text else "stop"
    return Completion(
        text=text or refusal,
        tool_calls=calls if finish == "tool_calls" else without_arguments(calls),
        finish=finish,
        usage=_usage(as_mapping(body.get("usage"))),
        llm=as_text(body.get("model")),
        request_id=as_text(body.get("id")),
        reported_cost=read_reported_cost(as_mapping(body.get("usage"))),
        provider_state=_state(output, calls),
    )


def _finish(body: Mapping[str, Any], vendor: str) -> FinishReason:
    status = body.get("status")
    if body.get("error"):
        raise error_from_body(body, vendor)
    if not isinstance(body.get("output"), list):
        raise ProviderError(f"{vendor}: the answer is no response (no output)", kind="unknown")
    if status is None:
        raise ProviderError(f"{vendor}: the answer has no status", kind="truncated")
    if status in _WHOLE:
        return "stop"
    if status == "incomplete":
        return _INCOMPLETE.get(str(as_mapping(body.get("incomplete_details")).get("reason")), "length")
    kind: ProviderErrorKind = "server" if status == "failed" else "unknown"
    raise ProviderError(f"{vendor}: the response is {as_text(status)!r}, not completed", kind=kind)


def _usage(usage: Mapping[str, Any]) -> Usage:
    spent_in = as_mapping(usage.get("input_tokens_details"))
    return Usage(
        input=as_count(usage.get("input_tokens")),
        output=as_count(usage.get("output_tokens")),
        cached=first_count(spent_in.get("cached_tokens")),
        cache_write=first_count(spent_in.get("cache_write_tokens")),
        reasoning=first_count(as_mapping(usage.get("output_tokens_details")).get("reasoning_tokens")),
    )


def _state(output: list[Mapping[str, Any]], calls: Sequence[ToolCall]) -> Any:
    """The output to send back unchanged, or None where it could not be: nothing is stored at the vendor, so a
    reasoning item without its encrypted content names something that does not exist, and items hang together."""
    ids = [item.get("call_id") for item in output if item.get("type") == "function_call"]
    whole = all(item.get("type") in _REPLAYED for item in output) and ids == [call.id for call in calls]
    readable = all(item.get("encrypted_content") for item in output if item.get("type") == "reasoning")
    return storable_state(output) if output and whole and readable else None
