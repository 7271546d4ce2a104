"""The two requests to Amazon: bounded, without redirects, and clear about what failed."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx2
import pytest

from channels.email.providers.amazon_http import confirm_subscription, fetch_certificate
from models.errors import DeliveryError


class Amazon(HTTPServer):
    """Answers with `status` and `body`, and counts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.status, self.body, self.asked = 200, b"pem", 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/x"


class _Answering(BaseHTTPRequestHandler):
    server: Amazon

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(self.server.status)
        self.send_header("location", self.server.url)
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Iterator[Amazon]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Amazon()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_certificate_is_what_the_address_holds(amazon: Amazon) -> None:
    assert fetch_certificate(amazon.url) == b"pem"


@pytest.mark.parametrize(("status", "body"), [(404, b"pem"), (302, b"pem"), (200, b"x" * 70_000)])
def test_whatever_else_it_holds_is_no_certificate(amazon: Amazon, status: int, body: bytes) -> None:
    amazon.status, amazon.body = status, body
    assert fetch_certificate(amazon.url) == b""
    assert amazon.asked == 1


def test_a_confirmation_is_a_visit(amazon: Amazon) -> None:
    confirm_subscription(amazon.url)
    assert amazon.asked == 1


@pytest.mark.parametrize(("status", "permanent"), [(400, True), (404, True), (429, False), (500, False), (302, False)])
def test_a_confirmation_that_is_refused_says_whether_to_come_back(amazon: Amazon, status: int, permanent: bool) -> None:
    amazon.status = status
    with pytest.raises(DeliveryError) as caught:
        confirm_subscription(amazon.url)
    assert caught.value.permanent is permanent
    assert amazon.asked == 1


def test_a_confirmation_that_reaches_nobody_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(DeliveryError, match="cannot be reached") as caught:
        confirm_subscription("http://127.0.0.1:1/")
    assert not caught.value.permanent
    with pytest.raises(httpx2.HTTPError):
        fetch_certificate("http://127.0.0.1:1/")
