"""A vendor's HTTP edge on loopback: gives the answer it was told to give and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """`body` goes out as it is; `drip` sends it a byte at a time with that many seconds between."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0
    gate: threading.Event | None = None  # opens before `tail` goes out
    tail: bytes = b""


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    body: Any


class VendorServer:
    """One server, many answers. Connections are kept alive."""

    def __init__(self) -> None:
        self.answer = Answer()
        self.asked: list[Asked] = []
        self.connections = 0
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.vendor = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def answer_json(self, body: object, status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = Answer(status, json.dumps(body).encode(), {"content-type": "application/json"} | named)

    @contextmanager
    def held(self, head: bytes, tail: bytes, headers: Mapping[str, str]) -> Iterator[Callable[[], None]]:
        """Answers with `head` at once, and with `tail` when the yielded function is called or the block ends."""
        gate = threading.Event()
        self.answer = Answer(200, head, headers, gate=gate, tail=tail)
        try:
            yield gate.set
        finally:
            gate.set()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    vendor: VendorServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.server.vendor.connections += 1

    def do_POST(self) -> None:
        vendor = self.server.vendor
        raw = self.rfile.read(int(self.headers["content-length"]))
        vendor.asked.append(Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(raw)))
        answer = vendor.answer
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "content-length" not in answer.headers:
            self.send_header("content-length", str(len(answer.body) + len(answer.tail)))
        self.end_headers()
        try:
            self._write(answer)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _write(self, answer: Answer) -> None:
        if answer.gate is not None:
            self.wfile.write(answer.body)
            self.wfile.flush()
            answer.gate.wait(180)
            self.wfile.write(answer.tail)
            return
        if not answer.drip:
            self.wfile.write(answer.body)
            return
        pause = threading.Event()
        for number in range(len(answer.body)):
            self.wfile.write(answer.body[number : number + 1])
            self.wfile.flush()
            pause.wait(answer.drip)

    def log_message(self, format: str, *args: object) -> None:
        """The test output is not the place for an access log."""
