"""What every wire does to a prompt before writing it: one system text, and calls and results in whole pairs."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import takewhile

from agent.base import ChatMessage, CompletionRequest, ToolCall
from agent.providers.vendor_json import storable_text

# All four kinds of server refuse a call without its result, for the rest of the conversation's life.
_LOST_RESULT = json.dumps({"ok": False, "error": {"code": "no_result", "message": "This call was never finished."}})


def system_texts(messages: Iterable[ChatMessage]) -> list[str]:
    """The system lines: what is the same for everybody comes first."""
    return [storable_text(line.content) for line in messages if line.role == "system" and line.content]


def system_text(messages: Iterable[ChatMessage]) -> str:
    """All system lines as one text: strict servers take a single system message, and only at the start."""
    return "\n\n".join(system_texts(messages))


def prefix_key(request: CompletionRequest) -> str:
    """A name for what the requests of one assistant begin with, so that a vendor sends them to where it is cached.

    It says nothing of the person: tools and the first system line are the same for everybody with the same role.
    """
    written = "\0".join([*(tool.name for tool in request.tools), *system_texts(request.messages)[:1]])
    return "recado-" + hashlib.sha256(written.encode()).hexdigest()[:16]


def spoken_lines(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The other lines in order, each tool call followed by exactly one result; results without a call are dropped.

    Lines of one speaker in a row become one, and an assistant's line that says nothing is left out: many servers
    insist on turns that alternate.
    """
    lines: list[ChatMessage] = []
    for number, line in enumerate(messages):
        clean = replace(line, content=storable_text(line.content))
        if line.role not in ("user", "assistant") or not _says_something(clean):
            continue
        if lines and _can_merge(lines[-1], clean):
            earlier = lines.pop()
            content = f"{earlier.content}\n\n{clean.content}".strip()
            clean = replace(clean, content=content, images=earlier.images + clean.images)
        results = _results_after(messages, number)
        lines.append(clean)
        lines.extend(_result(call, results) for call in clean.tool_calls)
    return lines


def _says_something(line: ChatMessage) -> bool:
    return line.role == "user" or bool(line.content.strip() or line.tool_calls)


def _can_merge(earlier: ChatMessage, later: ChatMessage) -> bool:
    # A state is the vendor's own record of exactly one line.
    untouched = earlier.provider_state is None and later.provider_state is None
    return earlier.role == later.role and untouched and not earlier.tool_calls


def _results_after(messages: Sequence[ChatMessage], number: int) -> dict[str, ChatMessage]:
    """The results before the next thing that is said: some vendors use the same ids again in each turn."""
    following = takewhile(lambda line: line.role in ("tool", "system"), messages[number + 1 :])
    return {line.tool_call_id: line for line in following if line.role == "tool"}


def _result(call: ToolCall, results: dict[str, ChatMessage]) -> ChatMessage:
    found = results.get(call.id)
    content = storable_text(found.content) if found is not None else _LOST_RESULT
    return ChatMessage("tool", content, tool_call_id=call.id)
