"""`/ws/chat`: the same inbox over a WebSocket, one frame a question, answers in the order of the questions."""

import json
import logging
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from simple_websocket import ConnectionClosed, ConnectionError, Server
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from bot.access import Caller, authenticate
from bot.chat.answers import LOOK_EVERY, AnswerDesk, answer_body, pending_body
from bot.chat.routes import ChatDoor
from bot.chat.stream import wants_stream
from bot.chat.words import Hearing
from bot.intake import read_inbound
from bot.problems import Problem, problem_body, problem_of
from bot.waiting import WaitingPlaces
from bot.web_services import WebServices
from channels.base import Channel, InboundRequest
from models.tenant import AccountKey
from models.trace import new_trace_id, tracing

_PING_EVERY = 25  # seconds
_SEND_TIMEOUT = 30  # seconds; who does not read for so long is gone
_MOST_OWED = 32  # answers owed to one socket at once
_LONGEST_ID = 200
_MOST_UNREAD = 256  # frames we have not looked at yet
_MOST_HELD = _MOST_OWED + _MOST_UNREAD  # answers and refusals not sent yet
_GONE = (ConnectionClosed, LocalProtocolError, OSError)  # closed by either side, or closing, or cut
_GOING_AWAY, _POLICY_VIOLATION = 1001, 1008
_log = logging.getLogger("recado.web")


class ChatSocketRoutes:
    def __init__(self, services: WebServices, desk: AnswerDesk, places: WaitingPlaces) -> None:
        self._services = services
        self._desk = desk
        self._places = places
        self._door = ChatDoor(services)

    def blueprint(self) -> Blueprint:
        routes = Blueprint("chat_socket", __name__)
        routes.add_url_rule("/ws/chat", "plain", self.refuse_plain, methods=["GET"])
        routes.add_url_rule("/ws/chat", "talk", self.talk, methods=["GET"], websocket=True)
        return routes

    def refuse_plain(self) -> Response:
        raise Problem(426, "This address speaks WebSocket only.", {"Upgrade": "websocket", "Connection": "Upgrade"})

    def talk(self) -> Response:
        caller = authenticate(self._services, request, keyless=True)
        channel, account = self._door.open(caller.tenant_id)
        with self._places.place() as is_free:
            if not is_free:
                raise Problem(503, "Every place for waiting is taken: try again.", {"Retry-After": "5"})
            event = threading.Event()
            server = _accept(event, channel.capabilities.max_body)
            _Talk(self._services, self._desk, self._door, server, event, caller, channel, account).run()
        return _Spent()


def _accept(event: threading.Event, max_message: int) -> Server:
    """The handshake. `event` is set by whatever comes in: the talk waits for frames and answers in one place."""
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _SEND_TIMEOUT, 0))
    try:
        return Server(
            request.environ,
            ping_interval=_PING_EVERY,
            max_message_size=max_message,
            event_class=lambda: event,
            thread_class=_DaemonThread,
        )
    except (ConnectionError, RemoteProtocolError, RuntimeError):
        raise Problem(400, "The WebSocket handshake is not valid.") from None


class _DaemonThread(threading.Thread):
    """The reader of one socket; it never keeps the process alive."""

    def __init__(self, target: Any) -> None:
        super().__init__(target=target, daemon=True)


class _Spent(Response):
    """Stands for a connection that was used up: there is no HTTP response to write any more."""

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        if "gunicorn.socket" in environ:
            raise StopIteration  # how gunicorn is told that the connection is over
        return super().__call__(environ, start_response)


@dataclass(slots=True)
class _Owed:
    """One frame's answer: `body` when it is known at once, else the message to ask after."""

    echo: dict[str, str | int]
    body: dict[str, Any] | None = None
    message_id: UUID | None = None
    conversation_id: UUID | None = None
    trace_id: str = ""
    asked_at: float = 0.0  # monotonic
    is_told: bool = False  # that it is pending
    hearing: Hearing | None = None  # of who wants to see the words come


class _Talk:
    """One open socket. Every frame is stored as soon as it is seen, however many answers are still owed."""

    def __init__(
        self,
        services: WebServices,
        desk: AnswerDesk,
        door: ChatDoor,
        server: Server,
        event: threading.Event,
        caller: Caller,
        channel: Channel,
        account: AccountKey,
    ) -> None:
        self._services = services
        self._desk = desk
        self._door = door
        self._server = server
        self._event = event
        self._caller = caller
        self._channel = channel
        self._account = account
        self._owed: deque[_Owed] = deque()
        self._look_at = 0.0  # monotonic

    def run(self) -> None:
        """Until one side closes or the process ends; what is still owed then can be fetched at /chat/<turn id>."""
        try:
            while True:
                is_due = self._wait()
                self._event.clear()
                is_over = not self._server.connected or self._desk.is_stopping()
                if not self._take_all():
                    self._server.close(_POLICY_VIOLATION, "too many messages at once")
                    break
                if is_over:
                    self._server.close(_GOING_AWAY, "the server is stopping")
                    break
                if is_due:
                    self._answer()
        except _GONE:
            self._take_all()  # who has left has still asked
        finally:
            for owed in self._owed:
                self._forget(owed)

    def _take_all(self) -> bool:
        """Store what has come, and what comes meanwhile; False if it is so much that the rest is not looked at."""
        while unread := self._server.input_buffer:
            if len(unread) > _MOST_UNREAD or len(self._owed) >= _MOST_HELD:
                unread.clear()
                return False
            self._take(self._server.receive(timeout=0))
        return True

    def _wait(self) -> bool:
        """For a frame or an answer, or so long that one is to be looked for; meanwhile the words of the first answer
        that is owed go out as they come. Whether to look now: each word of an answer is no reason to."""
        head = self._owed[0] if self._owed else None
        if head is None or head.hearing is None:
            self._event.wait(self._pause())
            return True
        if not self._event.is_set():
            for name, body in head.hearing.take(self._event):
                self._send({"event": name, **body}, head)
        return self._event.is_set() or self._services.clock.monotonic() >= self._look_at

    def _pause(self) -> float:
        """Until the next look, or until the first who waits is to be told that it will take longer."""
        head = self._owed[0] if self._owed else None
        if head is None or head.message_id is None or head.is_told:
            return LOOK_EVERY
        left = head.asked_at + self._services.settings.chat_wait_seconds - self._services.clock.monotonic()
        return max(0.0, min(LOOK_EVERY, left))

    def _take(self, frame: str | bytes | None) -> None:
        if frame is None:
            return
        trace_id = new_trace_id()
        with tracing(trace_id):
            echo = read_frame_id(frame)
            try:
                self._owed.append(self._store(frame, echo, trace_id))
            except Exception as error:
                problem = problem_of(error)
                if problem.status == 500:
                    _log.error("unexpected error on a socket", exc_info=error)
                self._owed.append(_Owed(echo, problem_body(problem.status, problem.detail, trace_id)))

    def _store(self, frame: str | bytes, echo: dict[str, str | int], trace_id: str) -> _Owed:
        if isinstance(frame, bytes):
            raise Problem(400, "Send text frames.")
        if len(self._owed) >= _MOST_OWED:
            raise Problem(429, f"{_MOST_OWED} answers are owed on this socket: wait for some of them.")
        headers = {"content-type": "application/json"}
        body = frame.encode(errors="surrogatepass")
        frozen = InboundRequest(self._account.name, "POST", "/ws/chat", headers, body)
        inbound = read_inbound(self._channel, frozen)
        with ExitStack() as failing:
            hearing = Hearing(self._services.redis_url, self._account, inbound) if wants_stream(body) else None
            if hearing is not None:
                failing.callback(hearing.close)
            stored = self._door.store(self._channel, self._account, frozen, inbound, trace_id)
            failing.pop_all()
        self._desk.bell.register(stored.message_id, self._event)
        self._event.set()  # look once after registering
        now = self._services.clock.monotonic()
        return _Owed(echo, None, stored.message_id, stored.conversation_id, trace_id, now, hearing=hearing)

    def _answer(self) -> None:
        """Send what is ready, in order; the first that is not holds back the rest."""
        self._look_at = self._services.clock.monotonic() + self._pause()
        while self._owed:
            head = self._owed[0]
            body = head.body or self._look(head)
            if body is None:
                return
            self._send(body, head)
            self._owed.popleft()
            self._forget(head)

    def _look(self, head: _Owed) -> dict[str, Any] | None:
        """The answer, or None after having said once, when the wait got long, that it is pending."""
        assert head.message_id is not None, "an owed answer without a body has a message"
        assert head.conversation_id is not None, "a stored message has a conversation"
        answer = self._desk.look(self._caller.tenant_id, head.message_id)
        if answer is not None:
            return answer_body(answer)
        waited = self._services.clock.monotonic() - head.asked_at
        if not head.is_told and waited >= self._services.settings.chat_wait_seconds:
            head.is_told = True
            self._send(pending_body(head.message_id, head.conversation_id, head.trace_id), head)
        return None

    def _send(self, body: dict[str, Any], owed: _Owed) -> None:
        self._server.send(json.dumps(owed.echo | body, ensure_ascii=False))

    def _forget(self, owed: _Owed) -> None:
        if owed.message_id is not None:
            self._desk.bell.unregister(owed.message_id, self._event)
        if owed.hearing is not None:
            owed.hearing.close()


def read_frame_id(frame: str | bytes) -> dict[str, str | int]:
    """The frame's own `id`, to be echoed; nothing if there is none that is fit. Never raises."""
    try:
        content = json.loads(frame)
    except (ValueError, RecursionError):
        return {}  # the channel says what is wrong with it
    frame_id = content.get("id") if isinstance(content, dict) else None
    if isinstance(frame_id, str) and not frame_id.isprintable():  # a lone surrogate could not be sent back
        return {}
    if isinstance(frame_id, str | int) and len(repr(frame_id)) <= _LONGEST_ID:
        return {"id": frame_id}
    return {}
