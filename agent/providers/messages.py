"""The Anthropic Messages wire."""

from collections.abc import Mapping, Sequence
from typing import Any

from agent.base import (
    ChatMessage,
    Completion,
    CompletionRequest,
    FinishReason,
    ImagePart,
    ToolCall,
    ToolSpec,
    Usage,
)
from agent.providers.dialects import ANTHROPIC, Dialect
from agent.providers.images import MAX_BYTES_ANTHROPIC, base64_of, with_visible_images
from agent.providers.message_stream import MessageStream
from agent.providers.prompt import spoken_lines, system_texts
from agent.providers.sdk_client import Endpoint, SdkClient, build_anthropic_client
from agent.providers.streams import Assembly
from agent.providers.tool_calls import (
    arguments_object,
    read_tool_call,
    wire_call_id,
    wire_tool_name,
    with_distinct_ids,
    without_arguments,
)
from agent.providers.vendor_json import as_count, as_mapping, as_objects, as_text, first_count, storable_state
from agent.providers.wire import Wire
from agent.providers.wire_errors import error_from_body
from models.errors import ProviderError

_KEPT = {"type": "ephemeral"}  # five minutes, begun anew at each use
# A reason not listed here ends the answer like "stop"; its tool calls are shown and never run.
_FINISH: Mapping[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
}


class MessagesProvider(Wire):
    """Anthropic."""

    def __init__(
        self, name: str, endpoint: Endpoint, *, llm: str = "", dialect: Dialect = ANTHROPIC, sees: bool = False
    ) -> None:
        # This SDK wants the address without the version that the other vendors' addresses end in.
        path = "/messages" if endpoint.base_url.rstrip("/").endswith("/v1") else "/v1/messages"
        super().__init__(name, SdkClient(name, endpoint, build_anthropic_client), path, dialect, llm=llm, sees=sees)

    def _body(self, request: CompletionRequest, *, stream: bool = False) -> dict[str, Any]:
        body = build_body(request, self.name, self.llm, dialect=self._dialect, sees=self.sees)
        return body | ({"stream": True} if stream else {})

    def _parse(self, request: CompletionRequest, body: Mapping[str, Any]) -> Completion:
        return parse_message(body, request.tools, vendor=self.name)

    def _assembly(self) -> Assembly:
        return MessageStream()


def build_body(
    request: CompletionRequest,
    provider: str,
    default_llm: str = "",
    *,
    dialect: Dialect = ANTHROPIC,
    sees: bool = False,
) -> dict[str, Any]:
    """The request's JSON. No sampling parameter: this version of the API refuses them even at their defaults."""
    shown = with_visible_images(request.messages, sees=sees, max_bytes=MAX_BYTES_ANTHROPIC)
    wanted: dict[str, Any] = {
        "model": request.llm or default_llm,
        "max_tokens": request.max_output_tokens,
        "messages": _alternating(spoken_lines(shown), provider, dialect),
    }
    system = [{"type": "text", "text": text} for text in system_texts(request.messages) if text.strip()]
    if system:
        wanted["system"] = system
    if request.tools:
        wanted["tools"] = [_tool(spec) for spec in request.tools]
        wanted["tool_choice"] = {"type": request.tool_choice}
    if dialect.cache_marks:
        _mark(wanted)
    return dialect.keep(wanted)


def _mark(wanted: dict[str, Any]) -> None:
    """Let the vendor keep the prompt up to two places: what everybody's begins with (tools come before the system
    text), and the whole of it, with which the next step of this turn begins."""
    if "system" in wanted:
        wanted["system"][0] |= {"cache_control": _KEPT}
    if wanted["messages"] and wanted["messages"][-1]["role"] == "user":
        *earlier, last = wanted["messages"][-1]["content"]
        wanted["messages"][-1]["content"] = [*earlier, last | {"cache_control": _KEPT}]


def _tool(spec: ToolSpec) -> dict[str, Any]:
    return {"name": spec.name, "description": spec.description, "input_schema": dict(spec.parameters)}


def _alternating(lines: Sequence[ChatMessage], provider: str, dialect: Dialect) -> list[dict[str, Any]]:
    """User and assistant in turns: all results of a parallel call share one user message, before what is said next."""
    messages: list[dict[str, Any]] = []
    for line in lines:
        role = "assistant" if line.role == "assistant" else "user"
        blocks = _blocks(line, provider, dialect)
        if not blocks:
            continue  # the vendor refuses an empty message
        if messages and messages[-1]["role"] == role:
            messages[-1]["content"] += blocks
        else:
            messages.append({"role": role, "content": list(blocks)})
    return messages


def _blocks(line: ChatMessage, provider: str, dialect: Dialect) -> list[Any]:
    if line.role == "tool":
        call_id = wire_call_id(line.tool_call_id, dialect.call_id)
        return [{"type": "tool_result", "tool_use_id": call_id, "content": line.content}]
    if line.role == "assistant" and line.provider == provider and isinstance(line.provider_state, list):
        return line.provider_state
    # Blank text blocks are refused as empty ones are.
    said: list[Any] = [{"type": "text", "text": line.content}] if line.content.strip() else []
    # This vendor's LLMs read best when the picture comes before the question about it.
    pictures = [_image_block(image) for image in line.images]
    return pictures + said + [_call_block(call, dialect) for call in line.tool_calls]


def _image_block(image: ImagePart) -> dict[str, Any]:
    source = {"type": "base64", "media_type": image.content_type, "data": base64_of(image)}
    return {"type": "image", "source": source}


def _call_block(call: ToolCall, dialect: Dialect) -> dict[str, Any]:
    return {
        "type": "tool_use",
        "id": wire_call_id(call.id, dialect.call_id),
        "name": wire_tool_name(call.name),
        "input": arguments_object(call),
    }


def parse_message(body: Mapping[str, Any], tools: Sequence[ToolSpec] = (), vendor: str = "anthropic") -> Completion:
    """The answer in our words. Raises ProviderError for whatever is no finished message."""
    stop = _stop_reason(body, vendor)
    finish = _FINISH.get(stop, "stop")
    blocks = as_objects(body.get("content"))
    calls = with_distinct_ids(
        read_tool_call(block.get("id"), block.get("name"), block.get("input"), tools)
        for block in blocks
        if block.get("type") == "tool_use"
    )
    if finish == "tool_calls" and not calls:
        finish = "stop"
    return Completion(
        text="".join(as_text(block.get("text")) for block in blocks if block.get("type") == "text"),
        tool_calls=calls if finish == "tool_calls" else without_arguments(calls),
        finish=finish,
        usage=_usage(as_mapping(body.get("usage"))),
        llm=as_text(body.get("model")),
        request_id=as_text(body.get("id")),
        provider_state=_state(blocks, calls),
    )


def _stop_reason(body: Mapping[str, Any], vendor: str) -> str:
    if body.get("type") == "error" or body.get("error"):
        raise error_from_body(body, vendor)
    if not isinstance(body.get("content"), list):
        raise ProviderError(f"{vendor}: the answer is no message (no content)", kind="unknown")
    stop = as_text(body.get("stop_reason"))
    if not stop:
        raise ProviderError(f"{vendor}: the answer has no stop reason", kind="truncated")
    return stop


def _usage(usage: Mapping[str, Any]) -> Usage:
    """The vendor's `input_tokens` leaves out what the cache served or took; ours includes both."""
    fresh = as_count(usage.get("input_tokens"))
    cached = first_count(usage.get("cache_read_input_tokens"))
    written = first_count(usage.get("cache_creation_input_tokens"))
    return Usage(
        input=None if fresh is None else fresh + cached + written,
        output=as_count(usage.get("output_tokens")),
        cached=cached,
        cache_write=written,
        reasoning=first_count(as_mapping(usage.get("output_tokens_details")).get("thinking_tokens")),
    )


def _state(blocks: list[Mapping[str, Any]], calls: Sequence[ToolCall]) -> Any:
    """The blocks to send back unchanged, signatures included; None where a plain message says the same."""
    called = [block for block in blocks if block.get("type") == "tool_use"]
    if [block.get("id") for block in called] != [call.id for call in calls]:
        return None
    if not all(isinstance(block.get("input"), Mapping) for block in called):
        return None
    # The vendor writes blank text blocks before its thoughts and refuses them when they come back.
    kept = [block for block in blocks if block.get("type") != "text" or as_text(block.get("text")).strip()]
    plain = all(block.get("type") in ("text", "tool_use") for block in kept)
    return None if plain else storable_state(kept)
