"""What the three wires' streams share: events in, words out, and at the end the completion as without a stream.

Each wire puts its events together to the body that the vendor would have sent in one piece, and that is read as ever.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from agent.base import Completion
from agent.providers.event_stream import Event, EventReader
from agent.providers.sdk_client import RawStream
from agent.providers.vendor_json import storable_text
from agent.providers.wire_errors import error_from_body
from models.errors import ProviderError

DONE = "[DONE]"  # how the Chat Completions wire ends


class Assembly(Protocol):
    """One answer under construction."""

    is_ended: bool  # the vendor has said that nothing follows

    def take(self, payload: Mapping[str, Any]) -> str:
        """Add one event; gives the words in it, as they came. Raises ProviderError for an error within a choice."""
        ...

    def end(self) -> None:
        """The stream said `[DONE]`."""
        ...

    def whole(self) -> Mapping[str, Any] | None:
        """The body as it would have come in one piece, or None where its end is missing."""
        ...


def read_stream(
    stream: RawStream, assembly: Assembly, vendor: str, read: Callable[[Mapping[str, Any]], Completion]
) -> Iterator[str | Completion]:
    """The words as they come, then the completion; together the words are its text. Raises ProviderError."""
    said = ""
    body = stream.whole
    if body is None:
        words = Words()
        for payload in _payloads(stream, assembly, vendor):
            fresh = words.add(assembly.take(payload))
            if fresh:
                said += fresh
                yield fresh
        body = assembly.whole()
    if body is None:
        raise ProviderError(f"{vendor}: the stream ended before the answer did", kind="truncated")
    completion = read(body)
    if completion.text.startswith(said) and completion.text != said:
        yield completion.text[len(said) :]  # what comes only at the end: a refusal, an answer that was no stream
    yield completion


def _payloads(stream: RawStream, assembly: Assembly, vendor: str) -> Iterator[Mapping[str, Any]]:
    reader = EventReader()
    for chunk in stream.chunks:
        for event in reader.feed(chunk):
            if event.data.strip() == DONE:
                assembly.end()
            elif event.data.strip():
                yield _payload(event, vendor)
            if assembly.is_ended:
                return


def _payload(event: Event, vendor: str) -> Mapping[str, Any]:
    try:
        payload = json.loads(event.data)
    except (ValueError, RecursionError):
        raise ProviderError(f"{vendor}: an event of the stream is not JSON", kind="server") from None
    if not isinstance(payload, Mapping):
        raise error_from_body(payload, vendor)
    if payload.get("error") or event.name == "error" or payload.get("type") == "error":
        raise error_from_body(payload, vendor)
    return payload


class Words:
    """Text in pieces, each cleaned as the whole would be: a letter beyond the basic plane may come in two halves."""

    def __init__(self) -> None:
        self._half = ""

    def add(self, piece: str) -> str:
        text = self._half + piece
        self._half = text[-1] if text and "\ud800" <= text[-1] <= "\udbff" else ""
        return storable_text(rejoined(text.removesuffix(self._half) if self._half else text))


def rejoined(text: str) -> str:
    """The text with the halves of letters put together that came in two pieces."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


class Pieces:
    """A string that comes in pieces."""

    def __init__(self, begun: object = "") -> None:
        self._pieces = [begun] if isinstance(begun, str) else []

    def add(self, piece: object) -> str:
        """Takes what is text; gives it back."""
        if not isinstance(piece, str):
            return ""
        self._pieces.append(piece)
        return piece

    def __str__(self) -> str:
        return rejoined("".join(self._pieces))

    def __bool__(self) -> bool:
        return any(self._pieces)
