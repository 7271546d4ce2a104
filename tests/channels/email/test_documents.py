"""The programs printed in docs/channels-email.md do what is said of them."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from channels.base import Account, InboundRequest
from channels.email import EmailChannel
from tests.channels.email.providers.posting import payload

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "channels-email.md"
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"


class Door(HTTPServer):
    """Answers with `status` and keeps what was posted."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Keeping)
        self.posted: list[InboundRequest] = []


class _Keeping(BaseHTTPRequestHandler):
    server: Door

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.posted.append(InboundRequest("default", "POST", self.path, headers, body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@pytest.fixture
def door() -> Iterator[Door]:
    server = Door()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run_pipe(door: Door, folder: Path, mail: bytes) -> int:
    """The pipe's exit status; only its address and the place of its secret are changed."""
    match = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert match is not None
    secret = folder / "secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    program = (
        match[1]
        .replace("https://bot.example.com", f"http://127.0.0.1:{door.server_port}")
        .replace("/etc/recado-webhook-secret", str(secret))
    )
    return subprocess.run([sys.executable, "-c", program], input=mail, timeout=240, check=False).returncode


def test_the_postfix_pipe_posts_what_the_channel_accepts(door: Door, tmp_path: Path) -> None:
    assert run_pipe(door, tmp_path, payload("raw/question.eml")) == 0
    [request] = door.posted
    assert request.target == "/webhooks/email/default"
    assert request.body == payload("raw/question.eml")
    EmailChannel(Account("email", "default", "bot@aurora.example", {"webhook_secret": SECRET})).verify(request)


@pytest.mark.parametrize(("status", "exit_status"), [(503, 75), (403, 75), (400, 65), (413, 65)])
def test_the_postfix_pipe_lets_postfix_keep_what_was_not_taken(
    door: Door, tmp_path: Path, status: int, exit_status: int
) -> None:
    door.status = status
    assert run_pipe(door, tmp_path, b"From: a@b.example\n\nOi\n") == exit_status
