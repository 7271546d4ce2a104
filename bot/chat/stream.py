"""`/chat` with `"stream": true`: the answer's words as server-sent events while it is made, and at last the answer.

The words are provisional: they come over Redis, which may lose them, before anybody has checked them. Only the last
event counts, and it is read from the database like every other answer.
"""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from flask import Response

from bot.chat.answers import LOOK_EVERY, AnswerDesk, answer_body, pending_body
from bot.chat.words import Hearing
from bot.intake import read_inbound
from bot.problems import Problem
from bot.waiting import WaitingPlaces
from bot.web_services import WebServices
from channels.base import Channel, InboundRequest
from models.inbound import Inbound
from models.inbox import Stored
from models.tenant import AccountKey

_COMMENT_EVERY = 10.0  # seconds; finds out who has gone, and keeps proxies from closing
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Store = Callable[[Channel, AccountKey, InboundRequest, Sequence[Inbound], str], Stored]


def wants_stream(body: bytes) -> bool:
    """Whether the question asks for a stream. Raises Problem 400 where it says so in no clear way; what is no JSON is
    for the channel to refuse."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return False
    stream = asked.get("stream", False) if isinstance(asked, dict) else False
    if not isinstance(stream, bool):
        raise Problem(400, "stream: true or false is expected.")
    return stream


class ChatStreams:
    """Answers to questions that want to see the words come."""

    def __init__(self, services: WebServices, desk: AnswerDesk, places: WaitingPlaces, store: Store) -> None:
        self._services = services
        self._desk = desk
        self._places = places
        self._store = store

    def answer(
        self, tenant_id: UUID, channel: Channel, account: AccountKey, frozen: InboundRequest, trace_id: str
    ) -> Response:
        """The stream; a plain 202 where no place to wait is free. Whoever listens does so before the question is
        stored, so that not even the first word is missed."""
        inbound = read_inbound(channel, frozen)
        with ExitStack() as stack:
            has_place = stack.enter_context(self._places.place())
            heard = Hearing(self._services.redis_url, account, inbound) if has_place else None
            if heard is not None:
                stack.callback(heard.close)
            stored = self._store(channel, account, frozen, inbound, trace_id)
            pending = pending_body(stored.message_id, stored.conversation_id, trace_id)
            if heard is None:
                body = json.dumps(pending, ensure_ascii=False)
                headers = {"Location": f"/chat/{stored.message_id}", "Retry-After": "1"}
                return Response(body, 202, headers, content_type="application/json")
            events = self._events(tenant_id, stored.message_id, pending, heard, stack.pop_all())
        response = Response(events, 200, _HEADERS, content_type="text/event-stream")
        response.call_on_close(events.close)
        return response

    def _events(
        self, tenant_id: UUID, message_id: UUID, pending: dict[str, Any], heard: Hearing, stack: ExitStack
    ) -> "_Events":
        bell = threading.Event()
        stack.enter_context(self._desk.bell.registered(message_id, bell))
        return _Events(self._services, self._desk, tenant_id, message_id, pending, heard, bell, stack)


class _Events:
    """The events of one stream; closed by whoever reads it to its end or goes away, even before the first event."""

    def __init__(
        self,
        services: WebServices,
        desk: AnswerDesk,
        tenant_id: UUID,
        message_id: UUID,
        pending: dict[str, Any],
        heard: Hearing,
        bell: threading.Event,
        stack: ExitStack,
    ) -> None:
        self._services = services
        self._desk = desk
        self._asked = tenant_id, message_id
        self._pending = pending
        self._heard = heard
        self._bell = bell
        self._stack = stack
        self._generated = self._generate()

    def __iter__(self) -> Iterator[bytes]:
        return self._generated

    def close(self) -> None:
        """Give the place back. Safe to repeat."""
        self._stack.close()

    def _generate(self) -> Iterator[bytes]:
        clock = self._services.clock
        deadline = clock.monotonic() + self._services.settings.chat_wait_seconds
        looked = commented = clock.monotonic() - LOOK_EVERY
        yield _event("begun", self._pending)
        while True:
            now = clock.monotonic()
            if self._bell.is_set() or now - looked >= LOOK_EVERY or now >= deadline:
                self._bell.clear()
                looked = now
                answer = self._desk.look(*self._asked)
                if answer is not None:
                    yield _event("answer", answer_body(answer))
                    return
            if now >= deadline or self._desk.is_stopping():
                yield _event("pending", self._pending)
                return
            if now - commented >= _COMMENT_EVERY:
                commented = now
                yield b": waiting\n\n"
            for name, body in self._heard.take(self._bell):
                yield _event(name, body)


def _event(name: str, body: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n".encode()
