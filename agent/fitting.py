"""A tool's result cut to the size it may have: valid JSON still, and visibly not the whole. Pure."""

import json
from collections.abc import Mapping
from typing import Any

_SHORTEST_TEXT = 40  # characters: below that a text says nothing any more
_NOTE = "the result was too long: rows or text were left out; ask for less"


def fit(content: Mapping[str, Any], most: int) -> Mapping[str, Any]:
    """Unchanged where its JSON has at most `most` bytes. Else the longest lists and texts are halved until it has,
    and `truncated` says what was cut; what nothing can shorten is left out whole."""
    if _size(content) <= most:
        return content
    cut: dict[str, Any] = json.loads(json.dumps(content, default=str))
    shown = {"truncated": {"note": _NOTE}}
    while _size(cut | shown) > most:
        owner, key, longest = _longest(cut)
        if owner is None:
            return {"ok": bool(content.get("ok", True)), **shown}
        owner[key] = longest[: len(longest) // 2] if isinstance(longest, list) else f"{longest[: len(longest) // 2]}…"
    return cut | shown


def _size(content: Any) -> int:
    return len(json.dumps(content, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))


def _longest(node: Any) -> tuple[Any, Any, Any]:
    """Where the list or text with the most bytes hangs that can still be halved; three times None where there is
    none."""
    best: tuple[int, Any, Any, Any] = (0, None, None, None)
    waiting = [node]
    while waiting:
        owner = waiting.pop()
        pairs = owner.items() if isinstance(owner, dict) else enumerate(owner)
        for key, value in pairs:
            if isinstance(value, dict | list):
                waiting.append(value)
            is_long = (isinstance(value, list) and value) or (isinstance(value, str) and len(value) > _SHORTEST_TEXT)
            if is_long and (size := _size(value)) > best[0]:
                best = (size, owner, key, value)
    return best[1:]
