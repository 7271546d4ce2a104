"""Ctrl-C and SIGTERM as one wish to stop: raised while things are being set up, noted while they run."""

import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Self

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SAME_WISH = 1.0  # seconds; make, timeout and shells often deliver one wish twice


class StopAsked(BaseException):
    """Unwinds the set-up. Not an Exception: nothing may catch it by accident."""


class StopWish:
    """Takes the signals over for a block; must be entered in the main thread."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._raises = True
        self._first_at: float | None = None
        self.is_urgent = False  # asked again after a while: no more patience
        self._before: dict[int, object] = {}

    def note_only(self) -> None:
        """From now on a signal is noted, not raised. Raises StopAsked when one has come already."""
        self._raises = False
        if self._first_at is not None:
            raise StopAsked

    def wait(self, seconds: float) -> bool:
        """Sleep that a wish to stop cuts short; whether there is one."""
        return self._event.wait(seconds)

    def __enter__(self) -> Self:
        for number in _STOPPING:
            self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal gave is what it takes

    def _take(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._first_at is None:
            self._first_at = now
        elif now - self._first_at > _SAME_WISH:
            self.is_urgent = True
        self._event.set()
        if self._raises:
            self._raises = False  # once: the unwinding itself must not be torn
            raise StopAsked
