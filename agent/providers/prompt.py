"""What every wire does to a prompt before writing it: one system text, and calls and results in whole pairs."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from agent.base import ChatMessage, ToolCall
from agent.providers.vendor_json import storable_text

# All four kinds of server refuse a call without its result, for the rest of the conversation's life.
_LOST_RESULT = json.dumps({"ok": False, "error": {"code": "no_result", "message": "This call was never finished."}})


def system_text(messages: Iterable[ChatMessage]) -> str:
    """All system lines as one text: strict servers take a single system message, and only at the start."""
    return "\n\n".join(storable_text(line.content) for line in messages if line.role == "system" and line.content)


def spoken_lines(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The other lines in order, each tool call followed by exactly one result; results without a call are dropped."""
    results = {line.tool_call_id: line for line in messages if line.role == "tool"}
    lines: list[ChatMessage] = []
    for line in messages:
        if line.role in ("user", "assistant"):
            lines.append(replace(line, content=storable_text(line.content)))
            lines.extend(_result(call, results) for call in line.tool_calls)
    return lines


def _result(call: ToolCall, results: dict[str, ChatMessage]) -> ChatMessage:
    found = results.get(call.id)
    content = storable_text(found.content) if found is not None else _LOST_RESULT
    return ChatMessage("tool", content, tool_call_id=call.id)
