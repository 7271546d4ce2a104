"""Server-sent events out of bytes, however they are cut into pieces; what is no whole event at the end is none."""

from dataclasses import dataclass

from models.errors import ProviderError

_LONGEST_LINE = 16_000_000  # bytes; nothing that an LLM answers is near it
_MOST_PIECES = 1000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name, empty where none was given, and its lines of data."""

    name: str
    data: str


class EventReader:
    """Takes a stream's bytes in any pieces and gives the events as they become whole. For one stream, one thread."""

    def __init__(self) -> None:
        self._begun: list[bytes] = []  # the line that has not ended yet
        self._ended_in_return = False
        self._is_first = True
        self._name = ""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that end in this piece. Raises ProviderError for a line that never ends."""
        events = (self._take(line) for line in self._lines(chunk))
        return [event for event in events if event is not None]

    def _lines(self, chunk: bytes) -> list[bytes]:
        """The lines that end in this piece: at a line feed, a carriage return, or both, however they were parted."""
        if self._ended_in_return and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._ended_in_return = False
        self._ended_in_return = self._ended_in_return or chunk.endswith(b"\r")
        *lines, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        if lines:
            lines[0] = b"".join([*self._begun, lines[0]])
            self._begun = []
            if self._is_first:
                lines[0] = lines[0].removeprefix(_BYTE_ORDER_MARK)
                self._is_first = False
        self._begun.append(rest)
        if len(self._begun) > _MOST_PIECES:
            self._begun = [b"".join(self._begun)]
            if len(self._begun[0]) > _LONGEST_LINE:
                raise ProviderError("a line of the stream does not end", kind="server")
        return lines

    def _take(self, line: bytes) -> Event | None:
        if not line:
            event = Event(self._name, "\n".join(self._data)) if self._data else None
            self._name, self._data = "", []
            return event
        field, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", "replace")
        if field == b"data":
            self._data.append(text)
        elif field == b"event":
            self._name = text
        return None
