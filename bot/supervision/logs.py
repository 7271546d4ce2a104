"""What of the children's logs is worth a person's eye: their warnings and errors, shortened, as they are written."""

import json
from collections.abc import Iterator
from pathlib import Path

from bot.embedded.processes import last_lines

_LOUD = {"WARNING", "ERROR", "CRITICAL"}
_MOST_AT_ONCE = 5  # lines of one log shown per look
_LONGEST = 300  # characters
_SIZE_LIMIT = 50_000_000  # bytes


class LogWatch:
    """Reads one log from its present end on. `size_limit` is in bytes."""

    def __init__(self, path: Path, size_limit: int = _SIZE_LIMIT) -> None:
        self.path = path
        self._size_limit = size_limit
        self._position = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def read_warnings(self) -> list[str]:
        """The warnings written since the last look; a log grown too large is emptied after a copy was kept."""
        try:
            size = self.path.stat().st_size
            if size < self._position:
                self._position, self._rest = 0, b""
            with self.path.open("rb") as log:
                log.seek(self._position)
                fresh = log.read()
        except OSError:
            return []
        self._position += len(fresh)
        *lines, self._rest = (self._rest + fresh).split(b"\n")
        if self._position > self._size_limit:
            self._set_aside()
        found = list(_loud_lines(lines))
        hidden = len(found) - _MOST_AT_ONCE
        return found[:_MOST_AT_ONCE] + ([f"... and {hidden} more in {self.path}"] if hidden > 0 else [])

    def _set_aside(self) -> None:
        """The writer keeps the file open for appending, so the file is copied and emptied, not renamed."""
        with self.path.open("rb") as log, self.path.with_name(self.path.name + ".1").open("wb") as copy:
            while block := log.read(1_000_000):
                copy.write(block)
        with self.path.open("r+b") as log:
            log.truncate(0)
        self._position = 0


def last_words(path: Path) -> str:
    """What the log says at its end, for a person."""
    line = last_lines(path, count=1)
    record = _read_record(line.encode())
    return str(record.get("message", line) if record else line)[:_LONGEST]


def _loud_lines(lines: list[bytes]) -> Iterator[str]:
    for line in lines:
        record = _read_record(line) or {}
        level = str(record.get("levelname") or record.get("level") or "").upper()
        if level in _LOUD:
            yield f"{level.lower()}: {' '.join(str(record.get('message', '')).split())}"[:_LONGEST]


def _read_record(line: bytes) -> dict[str, object] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
