"""How long the web server waits for those who send or read slowly: not so long that the others wait with them.

Gunicorn's threads wait for the rest of a request for ever, and its main thread two seconds for each connection that it
closes: some dozens of half-sent requests would shut the door to everybody.
"""

import selectors
import socket
from concurrent.futures import Future
from functools import partial
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from bot.chat.patient_socket import PatientSocket
from bot.refused_requests import answer_refused
from bot.waiting import WaitingPlaces

_SILENCE = 5.0  # seconds until a new connection must have said something; it holds no thread meanwhile
_DRAINED = 65_536  # bytes thrown away at a look
_LINGER = 2.0  # seconds that a closed connection stays, so that its last answer can be read
_IN_A_ROW = 50  # requests of one connection that a thread takes before it looks for those of others
_STAY = 0.01  # seconds that a thread stays with a connection after an answer


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's worker with threads, its connections bounded in time. All but the requests runs in the main thread."""

    def init_process(self) -> None:
        """Half of the half of the threads that /chat never takes may wait for slow senders at their leisure, and the
        other half stay with who may go on talking."""
        self._places = WaitingPlaces(self.cfg.threads // 2)
        self._stays = WaitingPlaces(self.cfg.threads // 2)
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

    def handle(self, conn: TConn) -> Any:
        """Who asks one thing after the other is answered by one thread: gunicorn's way back to its main thread and
        forth again costs as much as half an answer."""
        outcome = super().handle(conn)
        for _ in range(_IN_A_ROW):
            if outcome is not True or not self.alive or not self._goes_on(conn.sock):
                break
            conn.sock.renew()
            outcome = super().handle(conn)
        return outcome

    def _goes_on(self, connection: PatientSocket) -> bool:
        with self._stays.place() as is_free:
            return connection.has_more(_STAY if is_free else 0)

    def handle_request(self, req: Any, conn: TConn) -> bool:
        is_kept: bool = super().handle_request(req, conn)
        conn.sock.flush()
        return is_kept

    def handle_error(self, req: Any, client: socket.socket, addr: object, exc: Exception) -> None:
        """Gunicorn's own answers are pages, and its lines in the log repeat what was sent."""
        answer_refused(client, exc)

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
