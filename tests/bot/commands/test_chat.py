"""`chat`: lines in, answers out, through the running server's own door."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from bot.commands.base import CommandError
from bot.commands.chat import Talk
from tests.bot.commands.conftest import Cli

Answer = tuple[int, dict[str, Any], dict[str, str]]
ANSWERED: dict[str, Any] = {
    "response": "Olá!",
    "model": "recado-rules-1",
    "tokens_used": 0,
    "tools": [{"name": "sales_summary", "arguments": {"metric": "revenue"}, "result": {}}],
    "cost": "0",
    "time_ms": 12,
}


class _Door(BaseHTTPRequestHandler):
    """Gives the scripted answers in their order, and keeps what it was asked."""

    script: list[Answer]
    asked: list[tuple[str, str, dict[str, str], Any]]

    def do_GET(self) -> None:
        if self.path == "/healthz":
            return self._answer(200, {"status": "ok"}, {})
        return self._next()

    def do_POST(self) -> None:
        return self._next()

    def _next(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.asked.append((self.command, self.path, headers, json.loads(body) if body else None))
        self._answer(*self.script.pop(0))

    def _answer(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def door(*script: Answer) -> Iterator[tuple[int, type[_Door]]]:
    handler = type("Door", (_Door,), {"script": list(script), "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1], handler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def talk(*script: Answer) -> Iterator[tuple[Talk, type[_Door]]]:
    with (
        door(*script) as (port, handler),
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield Talk(client, "ana", pause=0.01), handler


def test_each_line_is_asked_and_its_answer_printed(cli: Cli) -> None:
    with door((200, ANSWERED, {}), (200, ANSWERED | {"response": "Até!"}, {})) as (port, handler):
        done = cli("chat", "--user", "ana", stdin="oi\ntchau\n\nnever sent\n", PORT=str(port))
    assert (done.code, done.out) == (0, "Olá!\nAté!\n"), done.err
    assert [body for *_, body in handler.asked] == [
        {"user_id": "ana", "message": "oi"},
        {"user_id": "ana", "message": "tchau"},
    ]


def test_verbose_shows_what_the_answer_rests_on_and_cost(cli: Cli) -> None:
    with door((200, ANSWERED | {"cost": None}, {})) as (port, _):
        done = cli("chat", "--verbose", stdin="oi\n", PORT=str(port))
    assert '  sales_summary({"metric": "revenue"})\n' in done.out
    assert "recado-rules-1 · 0 tokens · USD ? · 12 ms" in done.out


def test_without_a_server_it_says_how_to_start_one(cli: Cli) -> None:
    with door() as (port, _):
        pass
    done = cli("chat", stdin="oi\n", PORT=str(port))
    assert done.code == 1
    assert f"Recado does not answer at http://127.0.0.1:{port}: start it with `make run`" in done.err


def test_a_slow_answer_is_fetched_where_the_server_points_to() -> None:
    pending: Answer = (202, {"status": "pending"}, {"Location": "/chat/77"})
    with talk(pending, pending, (200, ANSWERED, {})) as (chat, handler):
        assert chat.say("oi")["response"] == "Olá!"
    assert [(method, path) for method, path, *_ in handler.asked] == [
        ("POST", "/chat"),
        ("GET", "/chat/77"),
        ("GET", "/chat/77"),
    ]


def test_a_retried_message_carries_the_same_idempotency_key() -> None:
    with talk((503, {}, {}), (200, ANSWERED, {})) as (chat, handler):
        chat.say("oi")
    keys = [headers["idempotency-key"] for _, _, headers, _ in handler.asked]
    assert len(keys) == 2
    assert keys[0] == keys[1]


def test_two_messages_carry_two_keys() -> None:
    with talk((200, ANSWERED, {}), (200, ANSWERED, {})) as (chat, handler):
        chat.say("oi")
        chat.say("oi")
    assert len({headers["idempotency-key"] for _, _, headers, _ in handler.asked}) == 2


def test_a_refusal_is_told_in_the_servers_words(cli: Cli) -> None:
    problem = {"title": "Unauthorized", "detail": "Send a key.", "status": 401}
    with door((401, problem, {})) as (port, _):
        done = cli("chat", stdin="oi\n", PORT=str(port))
    assert done.code == 1
    assert done.err == "recado: 401: Send a key.; set RECADO_API_KEY, or give --key\n"


def test_the_key_is_sent_when_there_is_one(cli: Cli) -> None:
    with door((200, ANSWERED, {})) as (port, handler):
        cli("chat", stdin="oi\n", PORT=str(port), RECADO_API_KEY="rk_1")
    assert handler.asked[0][2]["authorization"] == "Bearer rk_1"


def test_a_server_that_stays_away_is_given_up() -> None:
    with door() as (port, _):
        pass
    client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)
    with client, pytest.raises(CommandError, match="does not answer any more"):
        Talk(client, "ana", pause=0.01).say("oi")
