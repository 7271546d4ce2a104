"""Slow and broken senders: what they send is refused, and nobody waits for them but themselves."""

import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from gunicorn.http.errors import InvalidResponseHeader, LimitRequestLine, ObsoleteFolding
from sqlalchemy import Engine

from bot.chat.patient_socket import PatientSocket, TooSlow
from bot.refused_requests import judge
from bot.tenant import prepare_tenant
from bot.waiting import WaitingPlaces
from tests.bot.answering import inbound_rows
from tests.bot.conftest import MakeSettings
from tests.bot.door_requests import TOKEN, WEBHOOK, whatsapp_form
from tests.bot.running_web import RunningWeb, running_web
from tests.standins.twilio_webhooks import post_form

_HALF_A_HEAD = b"POST /chat HTTP/1.1\r\nHost: localhost\r\nX-Note: "
_HALF_A_BODY = f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nX-Twilio-Signature: x\r\nContent-Length: 900\r\n".encode() + (
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nBody="
)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def read_on(connection: socket.socket, until: float) -> None:
    while time.monotonic() < until:
        connection.recv(1)


def test_a_trickle_does_not_keep_a_thread(pair: tuple[socket.socket, socket.socket]) -> None:
    patient, theirs = PatientSocket(pair[0], WaitingPlaces(8), patience=0.3), pair[1]
    stopped = threading.Event()

    def trickle() -> None:
        while not stopped.wait(0.05):
            theirs.send(b"x")

    thread = threading.Thread(target=trickle)
    thread.start()
    began_at = time.monotonic()
    with patient, pytest.raises(TooSlow):
        read_on(patient, until=began_at + 60)
    stopped.set()
    thread.join()


def test_a_body_that_comes_at_a_fair_pace_may_take_its_time(pair: tuple[socket.socket, socket.socket]) -> None:
    patient, theirs = PatientSocket(pair[0], WaitingPlaces(8), patience=0.5), pair[1]
    with patient:
        for _ in range(5):  # more than a second each, for a machine that is slow
            theirs.sendall(b"x" * 60_000)
            assert patient.recv(65_536)
        for _ in range(4):
            timer = threading.Timer(0.4, theirs.sendall, [b"x" * 60_000])
            timer.start()
            assert patient.recv(65_536)
            timer.join()


def test_an_answer_that_nobody_takes_is_given_up(pair: tuple[socket.socket, socket.socket]) -> None:
    with PatientSocket(pair[0], WaitingPlaces(8), patience=0.05) as patient, pytest.raises(TooSlow):
        patient.sendall(b"x" * 50_000_000)


def test_head_and_body_of_an_answer_leave_together(pair: tuple[socket.socket, socket.socket]) -> None:
    with PatientSocket(pair[0], WaitingPlaces(8)) as patient:
        patient.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        pair[1].setblocking(False)
        with pytest.raises(BlockingIOError):
            pair[1].recv(100)
        patient.sendall(b"Oi")
        assert pair[1].recv(100) == b"HTTP/1.1 200 OK\r\n\r\nOi"


def test_an_answer_without_a_body_leaves_when_it_has_ended(pair: tuple[socket.socket, socket.socket]) -> None:
    with PatientSocket(pair[0], WaitingPlaces(8)) as patient:
        patient.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        patient.flush()
        assert pair[1].recv(100) == b"HTTP/1.1 204 No Content\r\n\r\n"


def test_what_was_read_ahead_is_read_first(pair: tuple[socket.socket, socket.socket]) -> None:
    with PatientSocket(pair[0], WaitingPlaces(8)) as patient:
        assert not patient.has_more()
        pair[1].sendall(b"abcd")
        assert patient.has_more()
        pair[1].sendall(b"ef")
        assert [patient.recv(3), patient.recv(3), patient.recv(3)] == [b"abc", b"d", b"ef"]


def test_a_socket_that_was_told_not_to_block_does_not(pair: tuple[socket.socket, socket.socket]) -> None:
    with PatientSocket(pair[0], WaitingPlaces(8)) as patient:
        patient.setblocking(False)
        with pytest.raises(BlockingIOError):
            patient.recv(1)
        patient.settimeout(0.01)
        with pytest.raises(TimeoutError):
            patient.recv(1)


def test_a_file_is_sent_behind_its_head(pair: tuple[socket.socket, socket.socket], tmp_path: Path) -> None:
    content = os.urandom(1_000_000)
    (tmp_path / "file").write_bytes(content)
    received = bytearray()

    def read() -> None:
        while piece := pair[1].recv(65_536):
            received.extend(piece)

    reader = threading.Thread(target=read)
    reader.start()
    with PatientSocket(pair[0], WaitingPlaces(8)) as patient, (tmp_path / "file").open("rb") as file:
        patient.sendall(b"head\r\n\r\n")
        patient.sendfile(file)
    reader.join()
    assert received == b"head\r\n\r\n" + content


def test_many_requests_on_one_connection_are_answered_in_order(
    engine: Engine, make_settings: MakeSettings, tmp_path: Path
) -> None:
    with (
        running_web(make_settings(), tmp_path) as web,
        socket.create_connection(("127.0.0.1", web.port), timeout=180) as connection,
    ):
        paths = ["/healthz", "/nothing"] * 60
        connection.sendall(b"".join(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for path in paths))
        answers = b""
        while answers.count(b"HTTP/1.1 ") < len(paths):
            answers += connection.recv(65_536)
        codes = re.findall(rb"HTTP/1\.1 (\d+)", answers)
    assert codes == [b"200", b"404"] * 60


def test_half_sent_requests_do_not_shut_the_door(engine: Engine, make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(web_threads=8)
    prepare_tenant(engine, settings)
    with running_web(settings, tmp_path) as web, ExitStack() as senders:
        for half in [b"", _HALF_A_HEAD, _HALF_A_BODY] * 6:
            connection = senders.enter_context(socket.create_connection(("127.0.0.1", web.port)))
            connection.sendall(half)
        for pause in (0, 1, 1):  # the second and third while the connections of some are being closed
            time.sleep(pause)
            began_at = time.monotonic()
            assert post_form(web.base + WEBHOOK, whatsapp_form("Oi"), TOKEN) == 200
            assert time.monotonic() - began_at < 20
    assert len(inbound_rows(engine)) == 3


def test_who_never_closes_keeps_nobody_waiting(engine: Engine, make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings()
    prepare_tenant(engine, settings)
    with running_web(settings, tmp_path) as web, ExitStack() as senders:
        took = []
        for _ in range(8):
            began_at = time.monotonic()
            connection = senders.enter_context(socket.create_connection(("127.0.0.1", web.port), timeout=180))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            while connection.recv(65_536):
                continue
            took.append(time.monotonic() - began_at)
    assert min(took) < 2, "as long as the server lets such a connection linger"


def test_broken_chunks_are_a_400_at_every_door_that_reads(
    engine: Engine, make_settings: MakeSettings, tmp_path: Path
) -> None:
    settings = make_settings()
    prepare_tenant(engine, settings)
    with running_web(settings, tmp_path) as web:
        for path, content_type in {
            "/chat": "application/json",
            WEBHOOK: "application/x-www-form-urlencoded",
            "/console/login": "application/x-www-form-urlencoded",
        }.items():
            assert b"400 " in _post_chunks(web, path, content_type, b"zz\r\n{}\r\n").partition(b"\r\n")[0], path
    assert inbound_rows(engine) == []


def test_what_is_no_http_is_answered_with_a_problem_and_repeated_nowhere(
    engine: Engine, make_settings: MakeSettings, tmp_path: Path
) -> None:
    heads = [
        (b"GET /" + b"s3cret" * 1_500 + b" HTTP/1.1\r\n", 414),
        (b"GET /healthz HTTP/1.1\r\nX-Note: " + b"s3cret" * 3_000 + b"\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\nX-Note s3cret\r\n", 400),
        (b"s3cret\r\n", 400),
        (b"POST /chat HTTP/1.1\r\nTransfer-Encoding: s3cret\r\n", 501),
    ]
    with running_web(make_settings(), tmp_path) as web:
        answers = [_exchange(web, head + b"\r\n") for head, _ in heads]
    for (head, status), answer in zip(heads, answers, strict=True):
        top, _, body = answer.partition(b"\r\n\r\n")
        assert top.startswith(b"HTTP/1.1 %d " % status), head[:40]
        assert b"\r\nContent-Type: application/problem+json\r\n" in top
        assert top.endswith(b"\r\nContent-Length: %d" % len(body))
        problem = json.loads(body)
        assert problem["status"] == status
        assert f"\r\nX-Trace-Id: {problem['trace_id']}\r\n".encode() in top
        assert problem["trace_id"] in (tmp_path / "web.log").read_text()
    assert b"s3cret" not in b"".join(answers)
    assert "s3cret" not in (tmp_path / "web.log").read_text()


def _exchange(web: RunningWeb, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", web.port), timeout=60) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError("s3cret"), 500),
        (InvalidResponseHeader("s3cret"), 500),
        (ObsoleteFolding("s3cret"), 400),
        (LimitRequestLine(9_000, 8_190), 414),
    ],
)
def test_whose_fault_a_refused_request_is(error: Exception, status: int) -> None:
    found, words = judge(error)
    assert found == status
    assert "s3cret" not in words


def _post_chunks(web: RunningWeb, path: str, content_type: str, chunks: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nCookie: recado_login=a\r\n"
    with socket.create_connection(("127.0.0.1", web.port), timeout=180) as connection:
        connection.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
        return connection.recv(65_536)
