"""The Chat Completions wire, as the many OpenAI-compatible servers speak it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from agent.base import (
    ChatMessage,
    Completion,
    CompletionRequest,
    Cost,
    FinishReason,
    ToolCall,
    ToolSpec,
    Usage,
)
from agent.providers.completion_stream import CompletionStream
from agent.providers.dialects import UNKNOWN, Dialect, find_dialect
from agent.providers.images import data_url, with_visible_images
from agent.providers.pricing import LOCAL_ZERO, read_reported_cost
from agent.providers.prompt import prefix_key, spoken_lines, system_text
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
    storable_text,
)
from agent.providers.wire import Wire
from agent.providers.wire_errors import error_from_body
from models.errors import ProviderError

_FINISH: Mapping[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
}
_PATH = "/chat/completions"
_FAILED_FINISH = frozenset({"error", "insufficient_system_resource"})
# Signatures and thoughts without which the vendor refuses the next request, or answers it worse.
_ECHOED = ("reasoning_content", "reasoning_details", "extra_content")


class CompletionsProvider(Wire):
    """Any server at LLM_BASE_URL that speaks Chat Completions."""

    def __init__(
        self, name: str, endpoint: Endpoint, *, llm: str = "", dialect: Dialect | None = None, sees: bool = False
    ) -> None:
        dialect = dialect or find_dialect(endpoint.base_url)
        super().__init__(name, SdkClient(name, endpoint, build_openai_client), _PATH, dialect, llm=llm, sees=sees)
        # A signature belongs to the server that wrote it, and the address behind the one name may change.
        self._origin = urlsplit(endpoint.base_url).netloc

    def price(self, completion: Completion, llm: str) -> Cost:
        return LOCAL_ZERO if self._dialect.is_free else super().price(completion, llm)

    def _body(self, request: CompletionRequest, *, stream: bool = False) -> dict[str, Any]:
        return build_body(
            request,
            self.name,
            self.llm,
            dialect=self._dialect,
            origin=self._origin,
            sees=self.sees,
            stream=stream,
        )

    def _parse(self, request: CompletionRequest, body: Mapping[str, Any]) -> Completion:
        return parse_completion(body, request.tools, vendor=self.name, dialect=self._dialect, origin=self._origin)

    def _assembly(self) -> Assembly:
        return CompletionStream(self.name, ends_with_reason=self._dialect.ends_with_reason)


def build_body(
    request: CompletionRequest,
    provider: str,
    default_llm: str = "",
    *,
    dialect: Dialect = UNKNOWN,
    origin: str = "",
    sees: bool = False,
    stream: bool = False,
) -> dict[str, Any]:
    """The request's JSON, with nothing in it that a strict server does not know."""
    system = system_text(request.messages)
    spoken = spoken_lines(with_visible_images(request.messages, sees=sees))
    lines = [_line(line, provider, dialect, origin) for line in spoken]
    wanted: dict[str, Any] = {
        "model": request.llm or default_llm,
        "messages": ([{"role": "system", "content": system}] if system else []) + lines,
        "max_tokens": request.max_output_tokens,
        "max_completion_tokens": request.max_output_tokens,
        "prompt_cache_key": prefix_key(request),
    }
    if stream:
        wanted |= {"stream": True, "stream_options": {"include_usage": True}}
    if request.tools:
        wanted["tools"] = [_tool(spec, dialect) for spec in request.tools]
        wanted["tool_choice"] = request.tool_choice
    return dialect.keep(wanted)


def _tool(spec: ToolSpec, dialect: Dialect) -> dict[str, Any]:
    function: dict[str, Any] = {
        "name": spec.name,
        "description": spec.description,
        "parameters": dict(spec.parameters),
    }
    if dialect.strict_tools and fits_strict_mode(spec.parameters):
        function["strict"] = True
    return {"type": "function", "function": function}


def _line(line: ChatMessage, provider: str, dialect: Dialect, origin: str) -> dict[str, Any]:
    if line.role == "tool":
        return {
            "role": "tool",
            "tool_call_id": wire_call_id(line.tool_call_id, dialect.call_id),
            "content": line.content,
        }
    if line.role == "user":
        return {"role": "user", "content": _parts(line) if line.images else line.content}
    state = as_mapping(line.provider_state) if line.provider == provider else {}
    if state and state.get("origin") == origin:
        return dict(as_mapping(state.get("message")))
    message: dict[str, Any] = {"role": "assistant", "content": line.content}
    if line.tool_calls:
        # Null is the one form of "no words" that all recorded hosts took beside tool calls.
        message["content"] = line.content or None
        message["tool_calls"] = [_call(call, dialect) for call in line.tool_calls]
    return message


def _parts(line: ChatMessage) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = [{"type": "text", "text": line.content}] if line.content else []
    return said + [{"type": "image_url", "image_url": {"url": data_url(image)}} for image in line.images]


def _call(call: ToolCall, dialect: Dialect) -> dict[str, Any]:
    return {
        "id": wire_call_id(call.id, dialect.call_id),
        "type": "function",
        "function": {"name": wire_tool_name(call.name), "arguments": arguments_text(call)},
    }


def parse_completion(
    body: Mapping[str, Any],
    tools: Sequence[ToolSpec] = (),
    vendor: str = "openai-compatible",
    *,
    dialect: Dialect = UNKNOWN,
    origin: str = "",
) -> Completion:
    """The answer in our words. Raises ProviderError for whatever is no finished completion."""
    choice = _choice(body, vendor)
    message = as_mapping(choice.get("message"))
    raw_calls = [call for call in as_objects(message.get("tool_calls")) if "function" in call]
    calls = with_distinct_ids(_read_call(call, tools) for call in raw_calls)
    text, refusal = _text(message.get("content")), as_text(message.get("refusal"))
    finish = _finish(choice, vendor, called=bool(calls), refused=bool(refusal and not text))
    return Completion(
        text=text or refusal,
        tool_calls=calls if finish == "tool_calls" else without_arguments(calls),
        finish=finish,
        usage=_usage(as_mapping(body.get("usage")), dialect),
        llm=as_text(body.get("model")),
        request_id=as_text(body.get("id")),
        reported_cost=read_reported_cost(as_mapping(body.get("usage"))),
        provider_state=_state(message, raw_calls, calls, dialect, origin),
    )


def _choice(body: Mapping[str, Any], vendor: str) -> Mapping[str, Any]:
    if body.get("error"):
        raise error_from_body(body, vendor)
    choices = as_objects(body.get("choices"))
    if not choices or not isinstance(choices[0].get("message"), Mapping):
        if choices and choices[0].get("error"):
            raise error_from_body(choices[0], vendor)
        raise ProviderError(f"{vendor}: the answer is no completion (no message in it)", kind="unknown")
    if choices[0].get("error"):
        raise error_from_body(choices[0], vendor)
    return choices[0]


def _read_call(call: Mapping[str, Any], tools: Sequence[ToolSpec]) -> ToolCall:
    function = as_mapping(call.get("function"))
    return read_tool_call(call.get("id"), function.get("name"), function.get("arguments"), tools)


def _text(content: object) -> str:
    """The words of a content: a string, a list of parts (Mistral, with its thoughts among them), or an object that
    a server made of a JSON answer (Cloudflare)."""
    if isinstance(content, Mapping):
        return storable_text(json.dumps(content, ensure_ascii=False))
    if isinstance(content, list):
        return "".join(as_text(part.get("text")) for part in as_objects(content) if part.get("type") == "text")
    return as_text(content)


def _finish(choice: Mapping[str, Any], vendor: str, *, called: bool, refused: bool) -> FinishReason:
    """Whether tools were called is read off the calls: Gemini says "stop" beside them, Snowflake says ""."""
    reason = choice.get("finish_reason")
    if not isinstance(reason, str):
        raise ProviderError(f"{vendor}: the answer has no finish reason", kind="truncated")
    if reason in _FAILED_FINISH:
        raise error_from_body({"code": reason, "message": f"finished with {reason!r}"}, vendor)
    if reason in _FINISH:
        return _FINISH[reason]
    if called:
        return "tool_calls"
    return "content_filter" if refused else "stop"


def _usage(usage: Mapping[str, Any], dialect: Dialect) -> Usage:
    spent_in = as_mapping(usage.get("prompt_tokens_details"))
    spent_out = as_mapping(usage.get("completion_tokens_details"))
    taken, given = as_count(usage.get("prompt_tokens")), as_count(usage.get("completion_tokens"))
    reasoning = first_count(spent_out.get("reasoning_tokens"))
    total = as_count(usage.get("total_tokens"))
    if dialect.output_excludes_reasoning and None not in (taken, given, total):
        hidden = max(0, (total or 0) - (taken or 0) - (given or 0))
        given, reasoning = (given or 0) + hidden, reasoning or hidden
    return Usage(
        input=taken,
        output=given,
        cached=first_count(
            spent_in.get("cached_tokens"),
            usage.get("num_cached_tokens"),  # Mistral
            usage.get("prompt_cache_hit_tokens"),  # DeepSeek
            usage.get("cache_read_input_tokens"),  # Databricks
        ),
        cache_write=first_count(spent_in.get("cache_write_tokens"), usage.get("cache_creation_input_tokens")),
        reasoning=reasoning,
    )


def _state(
    message: Mapping[str, Any],
    raw_calls: Sequence[Mapping[str, Any]],
    calls: Sequence[ToolCall],
    dialect: Dialect,
    origin: str,
) -> Any:
    """The message to send back, signatures and thoughts included, or None where a plain one says the same."""
    echoed = {key: message[key] for key in _ECHOED if message.get(key)}
    signed = any(call.get("extra_content") for call in raw_calls)
    if not echoed and not signed and not isinstance(message.get("content"), list):
        return None
    kept: dict[str, Any] = {"role": "assistant", "content": message.get("content") or (None if calls else "")}
    if calls:
        kept["tool_calls"] = [
            _call(call, dialect) | ({"extra_content": raw["extra_content"]} if raw.get("extra_content") else {})
            for call, raw in zip(calls, raw_calls, strict=True)
        ]
    return storable_state({"origin": origin, "message": kept | echoed})
