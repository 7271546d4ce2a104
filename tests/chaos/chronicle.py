"""What happened, a line per event with its second: the log that explains a violation."""

import threading
import time
from collections import Counter
from pathlib import Path


class Chronicle:
    """Thread-safe; a line per event in `path`, some of them on the terminal."""

    def __init__(self, path: Path, *, is_quiet: bool = False) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()
        self._is_quiet = is_quiet
        self.began = time.time()
        self.counts: Counter[str] = Counter()

    def note(self, kind: str, words: str = "", *, show: bool = False) -> None:
        line = f"{time.time() - self.began:8.2f} {kind:<10} {words}"
        with self._lock:
            self.counts[kind] += 1
            if not self._file.closed:
                self._file.write(line + "\n")
            if show and not self._is_quiet:
                print(line, flush=True)

    def say(self, words: str) -> None:
        """To the terminal and into the log."""
        self.note("chaos", words, show=True)

    def close(self) -> None:
        with self._lock:
            self._file.close()


class Intervals:
    """Times during which something was away, by the wall clock. Thread-safe enough: one writer, readers at the end."""

    def __init__(self) -> None:
        self._closed: list[tuple[float, float]] = []
        self._since: float | None = None

    def begin(self, at: float | None = None) -> None:
        if self._since is None:
            self._since = time.time() if at is None else at

    def end(self, at: float | None = None) -> None:
        if self._since is not None:
            self._closed.append((self._since, time.time() if at is None else at))
            self._since = None

    @property
    def all(self) -> list[tuple[float, float]]:
        return [*self._closed, *([(self._since, time.time())] if self._since is not None else [])]

    def within(self, start: float, end: float) -> float:
        """Seconds of [start, end] during which it was away."""
        return sum(max(0.0, min(end, last) - max(start, first)) for first, last in self.all)
