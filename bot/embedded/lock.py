"""File locks that the kernel drops when their holder dies, however it dies."""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from models.errors import ConfigurationError

_POLL = 0.05  # seconds


class FileLock:
    """An flock on a file of its own. A program started with `pass_fds=[lock.descriptor]` holds it too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def descriptor(self) -> int:
        """The open file; -1 while nothing is held."""
        return -1 if self._descriptor is None else self._descriptor

    def try_exclusive(self) -> bool:
        """Take it alone, now or not at all. Also turns a shared hold of this object into an exclusive one."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take it together with other sharers, now or not at all."""
        return self._try(fcntl.LOCK_SH)

    def wait_exclusive(self, seconds: float) -> bool:
        """Take it alone, waiting at most `seconds`."""
        deadline = time.monotonic() + seconds
        while not self.try_exclusive():
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL)
        return True

    def release(self) -> None:
        """Let go; nothing happens when nothing is held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _try(self, mode: int) -> bool:
        descriptor = self._descriptor
        if descriptor is None:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            self._descriptor = None
            return False
        self._descriptor = descriptor
        return True

    def __enter__(self) -> Self:
        """Hold it alone for the block; raises ConfigurationError when another command keeps it for two minutes."""
        if not self.wait_exclusive(120):
            raise ConfigurationError(
                f"RECADO_DATA_DIR: another command holds {self.path} for too long: end it, or use another data folder"
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
