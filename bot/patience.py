"""How long the web server waits for those who send or read slowly: not so long that the others wait with them.

Gunicorn's threads wait for the rest of a request for ever, and its main thread two seconds for each connection that it
closes: some dozens of half-sent requests would shut the door to everybody.
"""

import errno
import select
import selectors
import socket
from concurrent.futures import Future
from functools import partial
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from bot.waiting import WaitingPlaces

_SILENCE = 5.0  # seconds until a new connection must have said something; it holds no thread meanwhile
_PATIENCE = 10.0  # seconds of waiting for the bytes of one request, in all; the answer may take three times as long
_SLOWEST = 50_000  # bytes a second: what came earns this much more time, so that a large body may take longer
_HURRY = 1.0  # seconds, in place of the above, while many are waited for
_DRAINED = 65_536  # bytes thrown away at a look
_LINGER = 2.0  # seconds that a closed connection stays, so that its last answer can be read


class TooSlow(ConnectionResetError, TimeoutError):
    """The other side took too long. To gunicorn a reset connection, which it keeps quiet about."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the other side was too slow")


class PatientSocket(socket.socket):
    """One connection, its waits bounded: raises TooSlow when they have been too long.

    `places` is for how many of the server's connections there is time; `patience` is in seconds.
    """

    def __init__(self, taken: socket.socket, places: WaitingPlaces, patience: float = _PATIENCE) -> None:
        super().__init__(fileno=taken.detach())
        self._places = places
        self._patience = patience
        self._left = patience

    def renew(self) -> None:
        """A new request begins."""
        self._left = self._patience

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        if self.gettimeout() is None:  # else whoever set a timeout bounds the wait
            self._await_bytes()
        received = super().recv(bufsize, flags)
        self._left += len(received) / _SLOWEST
        return received

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        before = self.gettimeout()
        self.settimeout(3 * self._patience)
        try:
            super().sendall(data, flags)
        except TimeoutError:
            raise TooSlow from None
        finally:
            self.settimeout(before)

    def _await_bytes(self) -> None:
        poll = select.poll()
        poll.register(self, select.POLLIN)
        if poll.poll(0):
            return
        with self._places.place() as is_free:
            if not is_free:
                self._left = min(self._left, _HURRY)
            began = monotonic()
            is_there = poll.poll(max(0.0, self._left) * 1000)
            self._left -= monotonic() - began
        if not is_there:
            raise TooSlow


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's worker with threads, its connections bounded in time. All but the requests runs in the main thread."""

    def init_process(self) -> None:
        """Half of the half of the threads that /chat never takes may wait for slow senders at their leisure."""
        self._places = WaitingPlaces(self.cfg.threads // 2)
        self._lingering: list[TConn] = []
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        """A new connection gets a thread when it has said something."""
        if isinstance(conn.sock, PatientSocket):
            conn.sock.renew()
            super().enqueue_req(conn)
            return
        conn.sock = PatientSocket(conn.sock, self._places)
        conn.sock.setblocking(False)
        conn.timeout = monotonic() + _SILENCE
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def finish_request(self, conn: TConn, fs: Future[object]) -> None:
        """What stays open is gunicorn's; what ends is half closed now, and wholly at one of the next looks."""
        if not fs.cancelled() and fs.exception() is None and fs.result():
            super().finish_request(conn, fs)
            return
        conn.timeout = monotonic() + _LINGER
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
        except OSError:  # closed by the other side, or by a WebSocket's own thread
            conn.timeout = 0
        self._lingering.append(conn)

    def murder_pending(self) -> None:
        """Gunicorn looks in here after whatever happened, and every second."""
        super().murder_pending()
        ended = [conn for conn in self._lingering if _is_over(conn)]
        for conn in ended:
            self._lingering.remove(conn)
            self.nr_conns -= 1
            conn.close()


def _is_over(conn: TConn) -> bool:
    """The other side closed too, or had its time."""
    try:
        return monotonic() >= conn.timeout or not conn.sock.recv(_DRAINED)
    except BlockingIOError:
        return False
    except OSError:
        return True
