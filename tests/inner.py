"""A server of our own network that must not be asked, and counts who asked all the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

NAME = "llm.acme.example"


class Inner(HTTPServer):
    """A server of our own network, and the Host headers that it saw."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        super().__init__(("127.0.0.1", 0), _Answering)

    @property
    def url(self) -> str:
        return f"http://{NAME}:{self.server_port}"


class _Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Inner)
        self.server.hosts.append(self.headers["Host"])
        path = self.path.removeprefix("/to=")
        self.send_response(302 if path != self.path else 200)
        if path != self.path:
            self.send_header("Location", f"http://{path}/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815  # named so by the base

    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def inner_server() -> Iterator[Inner]:
    with Inner() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
