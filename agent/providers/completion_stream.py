"""A streamed answer of the Chat Completions wire, put together as its many speakers send it."""

from collections.abc import Mapping
from typing import Any

from agent.providers.streams import Pieces, rejoined
from agent.providers.tool_calls import parse_arguments
from agent.providers.vendor_json import as_mapping, as_objects, as_text
from agent.providers.wire_errors import error_from_body


class CompletionStream:
    """One answer. `ends_with_reason` says that this vendor names a finish reason, so that a mere `[DONE]` is no end."""

    def __init__(self, vendor: str, *, ends_with_reason: bool) -> None:
        self.is_ended = False
        self._vendor = vendor
        self._ends_with_reason = ends_with_reason
        self._named: dict[str, Any] = {}  # id and model
        self._content = _Content()
        self._refusal, self._reasoning = Pieces(), Pieces()
        self._details: list[dict[str, Any]] = []
        self._calls = _Calls()
        self._usage: Mapping[str, Any] = {}
        self._finish: str | None = None
        self._has_choice = False

    def end(self) -> None:
        self.is_ended = True

    def take(self, payload: Mapping[str, Any]) -> str:
        self._named = {name: payload[name] for name in ("id", "model") if payload.get(name)} | self._named
        # Some tell it in each event: the last one holds all, and the figures are not to be added.
        self._usage = as_mapping(payload.get("usage") or as_mapping(payload.get("x_groq")).get("usage")) or self._usage
        choice = next((one for one in as_objects(payload.get("choices")) if not one.get("index")), None)
        if choice is None:
            return ""
        if choice.get("error"):
            raise error_from_body(choice, self._vendor)
        self._has_choice = True
        if isinstance(choice.get("finish_reason"), str):
            self._finish = choice["finish_reason"] or self._finish or ""
        return self._take_delta(as_mapping(choice.get("delta")))

    def _take_delta(self, delta: Mapping[str, Any]) -> str:
        self._refusal.add(delta.get("refusal"))
        self._reasoning.add(delta.get("reasoning_content"))
        for detail in as_objects(delta.get("reasoning_details")):
            _add_detail(self._details, detail)
        for call in as_objects(delta.get("tool_calls")):
            self._calls.add(call)
        return self._content.add(delta.get("content"))

    def whole(self) -> Mapping[str, Any] | None:
        finish = self._finish
        if not finish and (self._ends_with_reason or not self.is_ended or not self._has_choice):
            return None
        message = {
            "role": "assistant",
            "content": self._content.whole(),
            "refusal": str(self._refusal),
            "tool_calls": self._calls.whole(),
            "reasoning_content": str(self._reasoning),
            "reasoning_details": self._details,
        }
        choice = {"index": 0, "finish_reason": finish or "", "message": message}
        return {**self._named, "choices": [choice], "usage": self._usage}


class _Content:
    """A string in pieces, or parts in pieces (Mistral, with its thoughts among them)."""

    def __init__(self) -> None:
        self._text = Pieces()
        self._parts: list[dict[str, Any]] = []

    def add(self, content: object) -> str:
        if isinstance(content, list):
            return "".join(self._add_part(part) for part in as_objects(content))
        if self._parts and isinstance(content, str):
            return self._add_part({"type": "text", "text": content}) if content else ""
        return self._text.add(content)

    def _add_part(self, part: Mapping[str, Any]) -> str:
        if self._text and not self._parts:
            self._parts.append({"type": "text", "text": str(self._text)})
        _join(self._parts, part)
        return part["text"] if part.get("type") == "text" and isinstance(part.get("text"), str) else ""

    def whole(self) -> str | list[dict[str, Any]]:
        return self._parts or str(self._text)


def _join(parts: list[dict[str, Any]], part: Mapping[str, Any]) -> None:
    """Add the part to the list; text goes on where the last part is of the same kind."""
    last = parts[-1] if parts else {}
    kind = part.get("type")
    if kind == last.get("type") == "text":
        last["text"] = rejoined(f"{last.get('text') or ''}{part.get('text') or ''}")
    elif kind == last.get("type") == "thinking" and isinstance(last.get("thinking"), list):
        for inner in as_objects(part.get("thinking")):
            _join(last["thinking"], inner)
    else:
        parts.append({name: list(value) if isinstance(value, list) else value for name, value in part.items()})


def _add_detail(details: list[dict[str, Any]], piece: Mapping[str, Any]) -> None:
    """OpenRouter's thoughts: pieces with the same place and kind are one, and a signature comes last, alone."""
    place = piece.get("index"), piece.get("type")
    same = (detail for detail in details if (detail.get("index"), detail.get("type")) == place)
    found = None if place[0] is None else next(same, None)
    if found is None:
        details.append(dict(piece))
        return
    for name, value in piece.items():
        if name in ("text", "summary", "data") and isinstance(value, str):
            found[name] = (found.get(name) or "") + value
        elif value is not None:
            found[name] = value


class _Calls:
    """Tool calls in pieces. Their `index` may be missing, or the same for all of them (Gemini)."""

    def __init__(self) -> None:
        self._calls: list[dict[str, Any]] = []
        self._at: dict[int, dict[str, Any]] = {}

    def add(self, piece: Mapping[str, Any]) -> None:
        function = as_mapping(piece.get("function"))
        call_id, name = as_text(piece.get("id")), as_text(function.get("name"))
        index = piece.get("index")
        call = self._find(index, call_id, name)
        if call is None:
            call = {"id": "", "name": "", "arguments": Pieces()}
            self._calls.append(call)
        if isinstance(index, int):
            self._at[index] = call
        call["id"], call["name"] = call["id"] or call_id, call["name"] or name
        arguments = function.get("arguments")
        if isinstance(arguments, Mapping):
            call["arguments"] = arguments
        elif isinstance(call["arguments"], Pieces):
            call["arguments"].add(arguments)
        if piece.get("extra_content"):
            call["extra_content"] = piece["extra_content"]

    def _find(self, index: object, call_id: str, name: str) -> dict[str, Any] | None:
        """The call that the piece goes on with; None where it begins another."""
        last = self._calls[-1] if self._calls else None
        current = self._at.get(index) if isinstance(index, int) else self._named(call_id) or last
        if current is None or not name:
            return current
        if call_id and current["id"]:
            return current if call_id == current["id"] else None
        # A name again, and no ids to go by: a new call if the one before is whole.
        is_whole = (
            not isinstance(current["arguments"], Pieces) or parse_arguments(str(current["arguments"])) is not None
        )
        return None if current["name"] and is_whole else current

    def _named(self, call_id: str) -> dict[str, Any] | None:
        return next((call for call in self._calls if call_id and call["id"] == call_id), None)

    def whole(self) -> list[dict[str, Any]]:
        return [self._written(call) for call in self._calls]

    def _written(self, call: dict[str, Any]) -> dict[str, Any]:
        arguments = str(call["arguments"]) if isinstance(call["arguments"], Pieces) else call["arguments"]
        written = {"id": call["id"], "type": "function", "function": {"name": call["name"], "arguments": arguments}}
        return written | ({"extra_content": call["extra_content"]} if "extra_content" in call else {})
