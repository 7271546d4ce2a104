"""One connection of the web server: its waits are bounded, and as few system calls are made as will do.

Every system call lets go of the interpreter's lock, and under load a thread waits long to get it back.
"""

import errno
import select
import socket
from time import monotonic
from typing import Any

from bot.waiting import WaitingPlaces

_PATIENCE = 10.0  # seconds of waiting for the bytes of one request, in all; the answer may take three times as long
_SLOWEST = 50_000  # bytes a second: what came earns this much more time, so that a large body may take longer
_HURRY = 1.0  # seconds, in place of the above, while many are waited for
_AHEAD = 8192  # bytes read before they are asked for; as many as gunicorn asks for
_END_OF_HEAD, _NO_BODY = b"\r\n\r\n", b"\r\nContent-Length: 0\r\n"


class TooSlow(ConnectionResetError, TimeoutError):
    """The other side took too long. To gunicorn a reset connection, which it keeps quiet about."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the other side was too slow")


class PatientSocket(socket.socket):
    """One connection, its waits bounded: raises TooSlow when they have been too long.

    `places` is for how many of the server's connections there is time; `patience` is in seconds. The descriptor never
    blocks; what is said of blocking and timeouts is only noted, and kept by waiting here.
    """

    def __init__(self, taken: socket.socket, places: WaitingPlaces, patience: float = _PATIENCE) -> None:
        super().__init__(fileno=taken.detach())
        super().settimeout(0)
        self._timeout: float | None = None
        self._places = places
        self._patience = patience
        self._left = patience
        self._ahead = b""
        self._head = b""

    def renew(self) -> None:
        """A new request begins."""
        self._left = self._patience

    def setblocking(self, flag: bool, /) -> None:
        self._timeout = None if flag else 0.0

    def settimeout(self, value: float | None, /) -> None:
        self._timeout = value

    def gettimeout(self) -> float | None:
        return self._timeout

    def has_more(self, within: float = 0) -> bool:
        """Whether bytes are there, or come within so many seconds. They are read: whoever asks must go on reading."""
        try:
            if not self._ahead and (not within or self._is_ready(select.POLLIN, within)):
                self._ahead = super().recv(_AHEAD)
        except OSError:  # nothing yet; or an end, of which the next read will tell
            return False
        return bool(self._ahead)

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        received = self._ahead[:bufsize]
        if received:
            self._ahead = self._ahead[bufsize:]
        else:
            received = self._receive(bufsize, flags)
        self._left += len(received) / _SLOWEST
        return received

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """The head of a response waits for its body, or for `flush`, so that both leave at once."""
        if not self._head and data.endswith(_END_OF_HEAD) and _NO_BODY not in data:
            self._head = data
            return
        self._head, data = b"", self._head + data
        self._send(data, flags)

    def send(self, data: Any, flags: int = 0, /) -> int:
        """All of it, as from a socket that blocks."""
        self.flush()
        self._send(data, flags)
        return len(data)

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        self.flush()
        before, self._timeout = self._timeout, 3 * self._patience
        try:
            return super().sendfile(file, offset, count)
        except TimeoutError:
            raise TooSlow from None
        finally:
            self._timeout = before

    def flush(self) -> None:
        """A response has ended."""
        if self._head:
            head, self._head = self._head, b""
            self._send(head, 0)

    def _receive(self, size: int, flags: int) -> bytes:
        try:
            return super().recv(size, flags)
        except BlockingIOError:
            if self._timeout == 0:
                raise
        if self._timeout is None:
            self._await_bytes()
        elif not self._is_ready(select.POLLIN, self._timeout):  # whoever set a timeout bounds the wait
            raise TimeoutError("timed out")
        return super().recv(size, flags)

    def _await_bytes(self) -> None:
        with self._places.place() as is_free:
            if not is_free:
                self._left = min(self._left, _HURRY)
            began = monotonic()
            is_there = self._is_ready(select.POLLIN, max(0.0, self._left))
            self._left -= monotonic() - began
        if not is_there:
            raise TooSlow

    def _send(self, data: bytes, flags: int) -> None:
        """In all, however many pieces it takes, within three times the patience."""
        rest = memoryview(data)
        until: float | None = None
        while True:
            try:
                rest = rest[super().send(rest, flags) :]
            except BlockingIOError:
                now = monotonic()
                until = until or now + 3 * self._patience
                if not self._is_ready(select.POLLOUT, max(0.0, until - now)):
                    raise TooSlow from None
            if not rest:
                return

    def _is_ready(self, wanted: int, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self, wanted)
        return bool(poll.poll(seconds * 1000))
