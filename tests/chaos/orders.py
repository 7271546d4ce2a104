"""The tool that writes, and the far side that takes its orders and keeps a history of its own.

The far side takes an Idempotency-Key once, as a good API does; what is judged is that one wish never brings two keys.
"""

import json
import os
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import ProxyHandler, Request, build_opener

from agent.base import Tool, ToolResult, ToolSpec
from agent.tools.decorator import Blueprint
from agent.tools.desk import Answer, Bench, Desk
from agent.tools.schema import Arguments, strict_schema

URL_VARIABLE = "CHAOS_ORDERS_URL"
NAME = "note_order"
_TRIES = 3
_direct = build_opener(ProxyHandler({}))


class OrderArguments(Arguments):
    what: str


class _NoteOrder(Blueprint[OrderArguments]):
    """A desk does not carry the call's key, so this tool is bound by hand."""

    def bind(self, bench: Bench) -> Tool:
        return Tool(self.spec, self.effect, self.roles, lambda context, given: _note(context.key, str(given["what"])))


def _never_called(desk: Desk, arguments: OrderArguments) -> Answer:
    raise AssertionError("bound by hand")


note_order = _NoteOrder(
    ToolSpec(NAME, "Note an order. what is the mark that the person gave it.", strict_schema(OrderArguments)),
    "write",
    frozenset({"rep", "manager", "customer"}),
    OrderArguments,
    _never_called,
)


def _note(key: str, what: str) -> ToolResult:
    """The same key however often it is tried."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    body = json.dumps({"what": what}).encode()
    for _ in range(_TRIES):
        try:
            with _direct.open(Request(os.environ[URL_VARIABLE], body, headers), timeout=5) as answer:
                number = json.loads(answer.read())["number"]
                return ToolResult(True, {"ok": True, "effect": f"{what}n{number}"}, {"what": what})
        except OSError:
            time.sleep(0.2)
    return ToolResult(False, {"ok": False, "error": {"code": "unavailable", "message": "nobody answers"}})


class OrderBook:
    """A context manager; `taken` are orders by key, `posts` every request. `on_taken` is called before the answer."""

    def __init__(self) -> None:
        self.taken: dict[str, tuple[int, str]] = {}
        self.posts: list[tuple[str, str, float]] = []  # key, what, when
        self.on_taken: Callable[[str], None] = lambda what: None
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="orders", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/orders"

    def __enter__(self) -> "OrderBook":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, key: str, what: str) -> int:
        """The order's number; a key known before gets its old one."""
        with self._lock:
            self.posts.append((key, what, time.time()))
            number, _ = self.taken.setdefault(key, (len(self.taken) + 1, what))
        self.on_taken(what)
        return number


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        what = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["what"]
        number = self.server.book.take(self.headers["Idempotency-Key"], what)
        body = json.dumps({"number": number}).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The history is the log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, book: OrderBook) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.book = book

    def handle_error(self, *_: object) -> None:
        """A client that was killed is part of the game."""
