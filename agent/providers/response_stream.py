"""A streamed answer of the Responses wire: its last event holds the whole of it."""

from collections.abc import Mapping
from typing import Any

from agent.providers.vendor_json import as_mapping

_LAST = frozenset({"response.completed", "response.incomplete", "response.failed"})


class ResponseStream:
    """One answer."""

    def __init__(self) -> None:
        self.is_ended = False
        self._items: dict[int, Any] = {}
        self._response: dict[str, Any] = {}

    def end(self) -> None:
        """`[DONE]` is no end here: only the last event is."""

    def take(self, payload: Mapping[str, Any]) -> str:
        kind = payload.get("type")
        if kind in _LAST:
            self._response = dict(as_mapping(payload.get("response")))
            self.is_ended = True
        elif kind == "response.output_item.done" and isinstance(payload.get("output_index"), int):
            self._items[payload["output_index"]] = payload.get("item")
        elif kind == "response.output_text.delta" and isinstance(payload.get("delta"), str):
            return str(payload["delta"])
        return ""

    def whole(self) -> Mapping[str, Any] | None:
        if not self.is_ended:
            return None
        if self._items and not self._response.get("output"):  # some servers leave it out of the last event
            self._response["output"] = [self._items[number] for number in sorted(self._items)]
        return self._response
