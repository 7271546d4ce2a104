"""The webhook benchmark: its requests are genuine, its clock starts when a request is due, and it measures both."""

import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from benchmarks.load import ACCOUNT_SID, NUMBER, TOKEN, Forms, Order, call
from channels.base import Account, InboundRequest
from channels.whatsapp import WhatsAppChannel
from models.inbound import InboundMessage

ROOT = Path(__file__).resolve().parents[2]


def test_every_request_is_signed_and_new() -> None:
    credentials = {"account_sid": ACCOUNT_SID, "auth_token": TOKEN}
    channel = WhatsAppChannel(Account("whatsapp", "default", NUMBER, credentials, "http://127.0.0.1:8000"))
    forms, order = Forms(), Order(8000, "/webhooks/whatsapp/default", 1, 1)
    messages = []
    for _ in range(200):
        head, _, body = forms.make(order).partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        request = InboundRequest("default", "POST", order.path, headers, body)
        channel.verify(request)
        messages += channel.parse(request)
    assert len({message.external_id for message in messages if isinstance(message, InboundMessage)}) == 200
    senders = {message.sender for message in messages if isinstance(message, InboundMessage)}
    assert 100 < len(senders) < 200, "some write again"
    assert any(message.aliases for message in messages if isinstance(message, InboundMessage))


def test_a_wait_for_a_free_connection_counts() -> None:
    """One connection, ten requests due at once, each answered after 10 ms: the last has waited for all of them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer_slowly, args=(server,), daemon=True).start()
        order = Order(server.getsockname()[1], "/", 10, 1, rate=100_000)
        outcome = call(order, [b"GET / HTTP/1.1\r\n\r\n"] * 10)
    assert len(outcome.latencies) == 10
    assert outcome.failed == 5
    assert outcome.latencies[0] >= 0.01
    assert outcome.latencies[-1] >= 0.1


def answer_slowly(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        for number in range(10):
            connection.recv(1000)
            threading.Event().wait(0.01)
            status = b"200 OK" if number % 2 else b"500 Oh"
            connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nOi")


@pytest.mark.slow
def test_a_small_run_measures_the_floor_its_parts_and_the_door() -> None:
    options = ["--rounds", "1", "--seconds", "0.2"]
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.webhook", *options], cwd=ROOT, capture_output=True, text=True, timeout=280
    )
    assert run.returncode == 0, run.stdout + run.stderr
    for name in ("bare Flask", "+ signature", "+ one INSERT", "+ one push", "our door"):
        assert re.search(rf"^{re.escape(name)} +\d+ ", run.stdout, re.MULTILINE), run.stdout
    assert "throughput, ours by the floor's: " in run.stdout


@pytest.mark.slow
def test_a_small_run_of_chat_asks_the_llm_once_for_each_answer() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.chat", "--seconds", "2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    added = re.search(r"^ +1000 +8 +\d+ +(-?\d+\.\d)", run.stdout, re.MULTILINE)
    assert added is not None, run.stdout
    assert float(added[1]) > 0, "a second of the LLM's cannot be undercut"
