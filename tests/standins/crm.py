"""A stand-in for a CRM's API: real HTTP on loopback, a history of notes, credentials enforced, faults on demand.

It judges what it was sent: a note without its marker, without an idempotency key or written twice is on record.
"""

import json
import re
import socket
import struct
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Literal, Self

from tests.standins.crm_dialects import DIALECTS, TOKEN, Note
from tests.standins.crm_records import RecordShelf
from tests.standins.witness import Witness, nobody

_MARKER = re.compile(r"ref: r_[0-9a-f-]{36}")


@dataclass(frozen=True)
class Fault:
    """What happens to one request that writes. `accepted` tells whether the note is taken all the same."""

    kind: Literal["hang", "reset", "trickle", "status", "garbage", "flood", "redirect"]
    accepted: bool = False
    status: int = 500
    retry_after: str = ""


class StandInCrm:
    """A CRM of one dialect. A context manager; `faults` meet the next writing requests in their order."""

    def __init__(self, preset: str = "generic", *, token: str = TOKEN, honours_keys: bool = False) -> None:
        """`honours_keys`: an Idempotency-Key seen before is answered with the note it made."""
        self.dialect = DIALECTS[preset]
        self.token = token
        self.honours_keys = honours_keys
        self.notes: list[Note] = []
        self.faults: deque[Fault] = deque()
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.refusals: list[int] = []
        self.records = RecordShelf()  # of the generic dialect alone
        self.lists = True  # whether listing notes works
        self.witness: Witness = nobody
        self.stopping = Event()
        self._lock = Lock()
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), name="stand-in-crm", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def take(self, place: str, text: str, key: str) -> Note:
        with self._lock:
            for note in self.notes:
                if self.honours_keys and note.key == key:
                    return note
            note = Note(str(1001 + len(self.notes)), place, text, key)
            self.notes.append(note)
            return note

    def double_notes(self) -> list[str]:
        """Markers that stand in more than one note."""
        counts = Counter(marker for note in self.notes for marker in _MARKER.findall(note.text))
        return [marker for marker, count in counts.items() if count > 1]

    def careless_notes(self) -> list[Note]:
        """Notes that could not be found again, or that no CRM could know for a repetition."""
        return [note for note in self.notes if not note.key or not _MARKER.search(note.text)]

    def newest(self, place: str) -> list[Note]:
        """HubSpot searches texts, the others list what hangs on a place."""
        found = [note for note in self.notes if note.place == place or place in note.text]
        return list(reversed(found))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "_Server"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or b"null")
        self._serve(body)

    def do_PATCH(self) -> None:
        self.do_POST()

    def do_GET(self) -> None:
        self._serve(None)

    def do_DELETE(self) -> None:
        self._serve(None)

    def _serve(self, body: Any) -> None:
        crm = self.server.crm
        wanted = f"{self.command} {self.path}"
        crm.requests.append((self.command, self.path, dict(self.headers.items())))
        name, value = crm.dialect.credential
        if self.headers.get(name, "") != value.replace(TOKEN, crm.token):
            self._refuse(401)
        elif path := re.fullmatch(crm.dialect.find, wanted):
            listed = crm.dialect.listed(crm.newest(crm.dialect.found_place(path, body))) if crm.lists else None
            self._write(500 if not crm.lists else 200 if listed is not None else 204, listed)
        elif path := re.fullmatch(crm.dialect.write, wanted):
            self._take(path, body)
        elif crm.dialect is DIALECTS["generic"] and crm.records.is_known(self.path):
            self._serve_record(body)
        else:
            self._refuse(404)

    def _take(self, path: re.Match[str], body: Any) -> None:
        crm = self.server.crm
        if crm.witness("half"):
            return self._hang_up()
        fault = crm.faults.popleft() if crm.faults else None
        note = None
        if fault is None or fault.accepted:
            place, text = crm.dialect.read(path, body)
            note = crm.take(place, text, self.headers.get("Idempotency-Key", ""))
        if fault is not None or note is None:
            return self._fail(fault or Fault("reset"))
        if crm.witness("accepted"):
            return self._hang_up()
        return self._write(crm.dialect.created, crm.dialect.written(note))

    def _serve_record(self, body: Any) -> None:
        crm = self.server.crm
        if self.command == "GET":
            return self._write(*crm.records.look(self.path) if crm.lists else (500, None))
        if crm.witness("half"):
            return self._hang_up()
        fault = crm.faults.popleft() if crm.faults else None
        if fault is not None and not fault.accepted:
            return self._fail(fault)
        answer = crm.records.write(self.command, self.path, body, dict(self.headers.items()))
        if fault is not None:
            return self._fail(fault)
        return self._hang_up() if crm.witness("accepted") else self._write(*answer)

    def _fail(self, fault: Fault) -> None:
        match fault.kind:
            case "hang":
                self.server.crm.stopping.wait(180)
                self.close_connection = True
            case "reset":
                self._hang_up()
            case "trickle":
                self._trickle()
            case "garbage":
                self._write_bytes(201, b"<html>ok</html>", {})
            case "flood":
                self._write_bytes(201, b"[" + b" " * 3_000_000 + b"]", {})
            case "redirect":
                self._write_bytes(302, b"", {"Location": f"{self.server.crm.url}/elsewhere"})
            case _:
                self._write_bytes(fault.status, b"{}", {"Retry-After": fault.retry_after} if fault.retry_after else {})

    def _hang_up(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _trickle(self) -> None:
        """A header that never ends, one byte at a time: no read time-out ever fires."""
        with suppress(OSError):
            self.connection.sendall(b"HTTP/1.1 201 Created\r\nX-Slow: ")
            while not self.server.crm.stopping.wait(0.05):
                self.connection.sendall(b"x")
        self.close_connection = True

    def _refuse(self, status: int) -> None:
        self.server.crm.refusals.append(status)
        self._write(status, {"error": status})

    def _write(self, status: int, body: Any) -> None:
        self._write_bytes(status, b"" if body is None else json.dumps(body).encode(), {})

    def _write_bytes(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The history is the log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, crm: StandInCrm) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.crm = crm

    def handle_error(self, *_: object) -> None:
        """A client that hung up is part of the game."""
