"""Ctrl-C and SIGTERM as one wish to stop: raised while things are being set up, noted while they run."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Self

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(BaseException):
    """Unwinds the set-up. Not an Exception: nothing may catch it by accident."""


class StopWish:
    """Takes the signals over for a block; must be entered in the main thread."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._raises = True
        self.count = 0
        self._before: dict[int, object] = {}

    def note_only(self) -> None:
        """From now on a signal is noted, not raised. Raises StopAsked when one has come already."""
        self._raises = False
        if self.count:
            raise StopAsked

    def wait(self, seconds: float) -> bool:
        """Sleep that a wish to stop cuts short; whether there is one."""
        return self._event.wait(seconds)

    @property
    def is_urgent(self) -> bool:
        """Asked more than once: no more patience."""
        return self.count > 1

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
        self.count += 1
        self._event.set()
        if self._raises:
            self._raises = False  # once: the unwinding itself must not be torn
            raise StopAsked
