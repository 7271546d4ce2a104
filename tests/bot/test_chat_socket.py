"""`/ws/chat` through a real server with a real WebSocket client."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import Engine, text
from websocket import (
    ABNF,
    WebSocket,
    WebSocketBadStatusException,
    WebSocketException,
    WebSocketTimeoutException,
    create_connection,
)

from bot.chat.socket import read_frame_id
from bot.tenant import prepare_tenant
from jobs.live import LiveTurn, LiveWords, live_channel
from models.session import build_engine, session_scope
from tests.bot.answering import inbound_rows, pretend_worker
from tests.bot.conftest import embedded_settings
from tests.bot.running_web import RunningWeb, running_web
from tests.waiting import eventually


@pytest.fixture(scope="module")
def served(
    clone_database: Callable[[], str], redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RunningWeb, Engine]]:
    """One server for all tests here, with four places to wait and no long waits."""
    database_url = clone_database()
    settings = embedded_settings(database_url, redis_url, chat_wait_seconds=0.5)
    made = build_engine(database_url, application_name="recado-tests")
    prepare_tenant(made, settings)
    with running_web(settings, tmp_path_factory.mktemp("web")) as running:
        yield running, made
    made.dispose()


@pytest.fixture
def engine(served: tuple[RunningWeb, Engine]) -> Engine:
    """Of the server's database, emptied of what was said."""
    with session_scope(served[1]) as connection:
        connection.execute(text("TRUNCATE conversation, raw_event CASCADE"))
    return served[1]


@pytest.fixture
def web(served: tuple[RunningWeb, Engine], engine: Engine) -> RunningWeb:
    return served[0]


def open_socket(web: RunningWeb, **options: Any) -> WebSocket:
    options = {"timeout": 180, "suppress_origin": True} | options
    return create_connection(f"ws://127.0.0.1:{web.port}/ws/chat", **options)


def open_when_free(web: RunningWeb) -> WebSocket:
    deadline = time.monotonic() + 180
    while True:
        try:
            return open_socket(web)
        except WebSocketBadStatusException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@contextmanager
def talk(web: RunningWeb, **options: Any) -> Iterator[WebSocket]:
    socket = open_socket(web, **options)
    try:
        yield socket
        socket.close()
    finally:
        socket.shutdown()


def say(socket: WebSocket, message: str, **more: object) -> None:
    socket.send(json.dumps({"user_id": "ana", "message": message, **more}))


def hear(socket: WebSocket) -> dict[str, Any]:
    heard: dict[str, Any] = json.loads(socket.recv())
    return heard


def hear_answer(socket: WebSocket) -> dict[str, Any]:
    """Past the word that it is pending, which comes first where the machine is busy."""
    while (heard := hear(socket)).get("status") == "pending":
        continue
    return heard


def is_ended(socket: WebSocket) -> bool:
    """Whether the server ends the connection, by a close frame or without."""
    try:
        return bool(socket.recv_data()[0] == ABNF.OPCODE_CLOSE)
    except WebSocketTimeoutException:
        return False
    except (WebSocketException, OSError):
        return True


def test_questions_are_answered_in_order_with_the_body_of_chat(web: RunningWeb, engine: Engine) -> None:
    with pretend_worker(engine), talk(web) as socket:
        for number in range(5):
            say(socket, f"pergunta {number}", id=number)
        answers = [hear_answer(socket) for _ in range(5)]
    assert [answer["id"] for answer in answers] == [0, 1, 2, 3, 4]
    assert [answer["response"] for answer in answers] == [f"eco: pergunta {number}" for number in range(5)]
    assert {"model", "tokens_used", "context_size", "memory", "turn_id", "trace_id"} <= set(answers[0])


def test_a_slow_answer_is_announced_as_pending_and_follows(web: RunningWeb, engine: Engine) -> None:
    may_answer = threading.Event()
    with pretend_worker(engine, lambda text: "agora" if may_answer.is_set() else None), talk(web) as socket:
        say(socket, "Oi", id="a")
        pending = hear(socket)
        may_answer.set()
        answer = hear(socket)
    assert pending["status"] == "pending"
    assert answer["response"] == "agora"
    assert (pending["id"], pending["turn_id"]) == (answer["id"], answer["turn_id"]) == ("a", pending["turn_id"])


def test_errors_are_problems_on_the_socket_which_stays_open(web: RunningWeb, engine: Engine) -> None:
    with pretend_worker(engine), talk(web) as socket:
        socket.send("{not json")
        assert (hear(socket))["status"] == 400
        socket.send(json.dumps({"user_id": "ana", "message": "", "id": "x"}))
        problem = hear(socket)
        assert (problem["status"], problem["id"]) == (400, "x")
        assert {"type", "title", "detail", "trace_id"} <= set(problem)
        socket.send("[" * 100_000)
        assert hear(socket)["status"] == 400
        socket.send_binary(b"\xff")
        assert hear(socket)["status"] == 400
        say(socket, "ainda aí?")
        assert hear_answer(socket)["response"] == "eco: ainda aí?"
    assert [text for _, text in inbound_rows(engine)] == ["ainda aí?"]


def test_a_frame_beyond_the_cap_ends_the_socket(web: RunningWeb) -> None:
    with talk(web) as socket:
        say(socket, "x" * 1_000_000)  # so little too much that it is sent before it is refused
        opcode, data = socket.recv_data()
    assert opcode == ABNF.OPCODE_CLOSE
    assert int.from_bytes(data[:2], "big") == 1009


def test_what_was_asked_is_stored_even_if_the_asker_leaves(web: RunningWeb, engine: Engine) -> None:
    with talk(web) as socket:
        say(socket, "tchau")
    eventually(lambda: inbound_rows(engine))
    assert [text for _, text in inbound_rows(engine)] == ["tchau"]


def test_sockets_count_as_waiters_and_free_their_place(web: RunningWeb) -> None:
    sockets = [open_when_free(web) for _ in range(4)]  # the test before may have left its place a moment ago
    with pytest.raises(WebSocketBadStatusException) as refused:
        open_socket(web)
    assert refused.value.status_code == 503
    sockets[0].close()
    sockets.append(open_when_free(web))
    for socket in sockets:
        socket.close()
        socket.shutdown()


def test_the_handshake_is_authenticated_like_chat(web: RunningWeb) -> None:
    for options, status in (
        ({"header": ["Authorization: Bearer rk_no"]}, 401),
        ({"header": ["X-Forwarded-For: 8.8.8.8"]}, 401),
        ({"host": "evil.example"}, 401),
        ({"suppress_origin": False, "origin": "https://evil.example"}, 403),
    ):
        with pytest.raises(WebSocketBadStatusException) as refused:
            open_socket(web, **options)
        assert refused.value.status_code == status, options
    with talk(web, suppress_origin=False, origin=f"http://127.0.0.1:{web.port}") as socket:
        assert socket.connected


def test_open_sockets_are_closed_with_going_away_when_the_server_stops(
    fresh_database_url: str, redis_url: str, tmp_path: Path
) -> None:
    settings = embedded_settings(fresh_database_url, redis_url)
    upkeep = build_engine(fresh_database_url, application_name="recado-tests")
    prepare_tenant(upkeep, settings)
    upkeep.dispose()
    with running_web(settings, tmp_path) as stopping, talk(stopping) as socket:
        stopping.process.terminate()
        opcode, data = socket.recv_data()
        assert opcode == ABNF.OPCODE_CLOSE
        assert int.from_bytes(data[:2], "big") == 1001
        assert stopping.process.wait(timeout=180) == 0


def test_too_many_questions_at_once_are_refused_one_by_one(web: RunningWeb, engine: Engine) -> None:
    may_answer = threading.Event()
    with pretend_worker(engine, lambda text: "sim" if may_answer.is_set() else None), talk(web) as socket:
        for number in range(40):
            say(socket, f"{number}", id=number)
        eventually(lambda: len(inbound_rows(engine)) == 32)
        wait_for_pong(socket)  # the last eight are there too
        may_answer.set()
        heard: list[dict[str, Any]] = []
        while len(heard) < 40:
            heard += [one for one in [hear(socket)] if one.get("status") != "pending"]
    refused = [one["id"] for one in heard if one.get("status") == 429]
    assert len(inbound_rows(engine)) + len(refused) == 40
    assert refused, "a socket may not owe answers without bound"


def wait_for_pong(socket: WebSocket) -> None:
    """Until the server has read whatever was sent before."""
    socket.ping()
    while socket.recv_data(control_frame=True)[0] != ABNF.OPCODE_PONG:
        continue


def test_a_flood_is_sent_away(web: RunningWeb, engine: Engine) -> None:
    with talk(web) as socket:
        say(socket, "Oi")  # nobody answers: what follows is held, however fast the server reads
        flood(socket, 20_000)
        assert is_gone(socket)
    assert len(inbound_rows(engine)) <= 1


def test_a_flood_that_the_server_keeps_up_with_is_sent_away_too(web: RunningWeb, engine: Engine) -> None:
    with talk(web) as socket:
        say(socket, "Oi")
        eventually(lambda: inbound_rows(engine))
        flood(socket, 1000, every=0.001)
        assert is_gone(socket)


def flood(socket: WebSocket, frames: int, every: float = 0) -> None:
    try:
        for _ in range(frames):
            socket.send("{")
            if every:
                time.sleep(every)
    except OSError:
        pass  # the server has closed already


def is_gone(socket: WebSocket) -> bool:
    """Whether the server ends the connection after whatever it had to say before; a busy machine takes its time.
    Its pings come for as long as it does not, so that no read of ours would ever time out."""
    socket.settimeout(120)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if socket.recv_data(control_frame=True)[0] == ABNF.OPCODE_CLOSE:
                return True
        except WebSocketTimeoutException:
            return False
        except (WebSocketException, OSError):
            return True
    return False


def test_a_plain_request_is_told_to_upgrade(web: RunningWeb) -> None:
    connection = web.connect()
    connection.request("GET", "/ws/chat")
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Content-Type")) == (426, "application/problem+json")
    connection.close()


def test_a_broken_handshake_is_a_400(web: RunningWeb) -> None:
    connection = web.connect()
    connection.request("GET", "/ws/chat", headers={"Connection": "Upgrade", "Upgrade": "websocket"})
    assert connection.getresponse().status == 400
    connection.close()


@pytest.mark.parametrize(
    ("frame", "echo"),
    [
        ('{"id": "a"}', {"id": "a"}),
        ('{"id": 7}', {"id": 7}),
        ('{"id": {"a": 1}}', {}),
        ('{"id": null}', {}),
        ("[1]", {}),
        ("", {}),
        (b"\xff", {}),
        ("[" * 100_000, {}),
        ('{"id": "' + "x" * 500 + '"}', {}),
        ('{"id": ' + "9" * 5000 + "}", {}),
        (r'{"id": "\ud800"}', {}),
    ],
)
def test_only_a_fit_id_is_echoed(frame: str | bytes, echo: dict[str, object]) -> None:
    assert read_frame_id(frame) == echo


def test_rubbish_instead_of_frames_ends_one_socket_and_nothing_else(web: RunningWeb, engine: Engine) -> None:
    with talk(web) as socket:
        socket.sock.sendall(b"\xff\xff\xff\xff rubbish \x00" * 50)
        assert is_ended(socket)
    with pretend_worker(engine), talk(web) as socket:
        say(socket, "Oi")
        assert hear_answer(socket)["response"] == "eco: Oi"


def _live(engine: Engine, redis: Redis) -> LiveTurn:
    """A worker's, for the one question that is stored."""
    with session_scope(engine) as connection:
        account_id, external_id = connection.execute(text("SELECT account_id, external_id FROM message")).one()
    live = LiveWords(redis).listen(live_channel(account_id, external_id), str)
    assert live is not None, "nobody listens"
    return live


def test_words_come_over_the_socket_while_the_answer_is_made(web: RunningWeb, engine: Engine, redis_url: str) -> None:
    line = "Vendemos mais que no ano passado, e bem mais. "
    with Redis.from_url(redis_url) as redis, talk(web) as socket:
        say(socket, "Oi", id=7, stream=True)
        eventually(lambda: inbound_rows(engine))
        _live(engine, redis).say(line)
        assert hear(socket) == {"id": 7, "event": "delta", "text": line, "provisional": True}
        _live(engine, redis).say(line)  # another try
        assert hear(socket) == {"id": 7, "event": "reset"}
        assert hear(socket)["event"] == "delta"
        with pretend_worker(engine):
            said = hear(socket)
            while "event" in said or "status" in said:
                said = hear(socket)
        assert (said["id"], said["response"]) == (7, "eco: Oi")


def test_a_frame_that_asks_for_no_stream_is_heard_by_nobody(web: RunningWeb, engine: Engine, redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis, talk(web) as socket:
        say(socket, "Oi")
        eventually(lambda: inbound_rows(engine))
        with pytest.raises(AssertionError, match="nobody listens"):
            _live(engine, redis)
