"""A streamed answer of the Anthropic Messages wire: blocks that grow, one after the other."""

from collections.abc import Mapping
from typing import Any

from agent.providers.streams import Pieces
from agent.providers.tool_calls import parse_arguments
from agent.providers.vendor_json import as_mapping, as_text

# delta's type -> where its text is in the delta, and in the block
_GROWING = {
    "text_delta": ("text", "text"),
    "thinking_delta": ("thinking", "thinking"),
    "input_json_delta": ("partial_json", "input"),
    "compaction_delta": ("content", "content"),
}


class MessageStream:
    """One answer."""

    def __init__(self) -> None:
        self.is_ended = False
        self._message: dict[str, Any] = {}
        self._usage: dict[str, Any] = {}
        self._blocks: dict[int, dict[str, Any]] = {}
        self._growing: dict[tuple[int, str], Pieces] = {}

    def end(self) -> None:
        """`[DONE]` is no end here: only `message_stop` is."""

    def take(self, payload: Mapping[str, Any]) -> str:
        kind, number = payload.get("type"), payload.get("index")
        if kind == "message_start":
            self._message = dict(as_mapping(payload.get("message")))
            self._usage = dict(as_mapping(self._message.get("usage")))
        elif kind == "content_block_start" and isinstance(number, int):
            self._blocks[number] = dict(as_mapping(payload.get("content_block")))
            return as_text(self._blocks[number].get("text")) if self._blocks[number].get("type") == "text" else ""
        elif kind == "content_block_delta" and isinstance(number, int):
            return self._grow(number, as_mapping(payload.get("delta")))
        elif kind == "message_delta":
            self._message |= as_mapping(payload.get("delta"))
            self._usage |= {name: told for name, told in as_mapping(payload.get("usage")).items() if told is not None}
        elif kind == "message_stop":
            self.is_ended = True
        return ""

    def _grow(self, number: int, delta: Mapping[str, Any]) -> str:
        block = self._blocks.setdefault(number, {})
        kind = delta.get("type")
        if kind == "signature_delta":
            block["signature"] = delta.get("signature")
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or []), delta.get("citation")]
        elif kind in _GROWING:
            source, target = _GROWING[kind]
            pieces = self._growing.setdefault((number, target), Pieces(block.get(target)))
            fresh = pieces.add(delta.get(source))
            return fresh if kind == "text_delta" else ""
        return ""

    def whole(self) -> Mapping[str, Any] | None:
        if not self.is_ended:
            return None
        for (number, target), pieces in self._growing.items():
            block, text = self._blocks[number], str(pieces)
            if target != "input":
                block[target] = text
            elif text.strip():
                # What is no object stays text: nobody may take it for an empty one.
                arguments = parse_arguments(text)
                block[target] = text if arguments is None else arguments
        content = [self._blocks[number] for number in sorted(self._blocks)]
        return {**self._message, "content": content, "usage": self._usage}
