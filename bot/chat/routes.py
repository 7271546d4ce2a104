"""`/chat`: a question in, its answer out, or a place to ask for it later."""

import json
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from bot.access import authenticate
from bot.chat.answers import AnswerDesk, answer_body, pending_body
from bot.chat.stream import ChatStreams, wants_stream
from bot.intake import freeze_request, read_inbound, store_and_ring
from bot.problems import Problem
from bot.request_trace import adopt_trace, current_trace_id
from bot.waiting import WaitingPlaces
from bot.web_services import WebServices
from channels.base import Channel, InboundRequest
from models.answer import Answer
from models.inbound import Inbound
from models.inbox import Stored
from models.session import statement_scope
from models.tenant import AccountKey, find_tenant_account

_ASYNC = re.compile(r"(?:^|[,;])\s*respond-async\s*(?:$|[,;])", re.IGNORECASE)
_POLL_AFTER_SECONDS = 1


class ChatDoor:
    """What the two chat doors share: a tenant's chat account, and the way into its inbox."""

    def __init__(self, services: WebServices) -> None:
        self._services = services

    def open(self, tenant_id: UUID) -> tuple[Channel, AccountKey]:
        """The tenant's chat account with its adapter. Raises Problem 404."""
        with statement_scope(self._services.engine) as connection:
            account = find_tenant_account(connection, tenant_id, channel="chat")
        channel = self._services.channel_for("chat", account.name) if account else None
        if account is None or channel is None:
            raise Problem(404, "This tenant has no chat account.")
        return channel, account

    def take(self, channel: Channel, account: AccountKey, frozen: InboundRequest, trace_id: str) -> Stored:
        """Store one question and ring for it."""
        return self.store(channel, account, frozen, read_inbound(channel, frozen), trace_id)

    def store(
        self,
        channel: Channel,
        account: AccountKey,
        frozen: InboundRequest,
        inbound: Sequence[Inbound],
        trace_id: str,
    ) -> Stored:
        """The same for a question that was read already."""
        stored = store_and_ring(self._services, channel, account, frozen, inbound, trace_id)
        if len(stored) != 1:
            raise Problem(400, "The body must hold one message.")
        return stored[0]


class ChatRoutes:
    def __init__(self, services: WebServices, desk: AnswerDesk, places: WaitingPlaces) -> None:
        self._services = services
        self._desk = desk
        self._places = places
        self._door = ChatDoor(services)
        self._streams = ChatStreams(services, desk, places, self._door.store)

    def blueprint(self) -> Blueprint:
        routes = Blueprint("chat", __name__)
        routes.add_url_rule("/chat", "ask", self.ask, methods=["POST"])
        routes.add_url_rule("/chat/<turn_id>", "poll", self.poll, methods=["GET"])
        return routes

    def ask(self) -> Response:
        caller = authenticate(self._services, request, keyless=True)
        if caller.key_id is not None:
            adopt_trace()
        channel, account = self._door.open(caller.tenant_id)
        if request.mimetype != "application/json":
            raise Problem(415, "Send the body as application/json.", {"Accept": "application/json"})
        frozen = freeze_request(request, account.name, channel.capabilities.max_body)
        if wants_stream(frozen.body):
            return self._streams.answer(caller.tenant_id, channel, account, frozen, current_trace_id())
        stored = self._door.take(channel, account, frozen, current_trace_id())
        is_async = bool(_ASYNC.search(",".join(request.headers.getlist("Prefer"))))
        answer = self._await_answer(caller.tenant_id, stored.message_id, is_async)
        if answer is not None:
            return _json(200, answer_body(answer))
        body = pending_body(stored.message_id, stored.conversation_id, current_trace_id())
        return _pending(body, stored.message_id, is_async)

    def poll(self, turn_id: str) -> Response:
        caller = authenticate(self._services, request, keyless=True)
        try:
            message_id = UUID(turn_id)
        except ValueError:
            raise Problem(404, "There is no such turn.") from None
        found = self._desk.find(caller.tenant_id, message_id)
        if found is None:
            raise Problem(404, "There is no such turn.")
        if isinstance(found, Answer):
            return _json(200, answer_body(found))
        return _pending(pending_body(message_id, found.conversation_id, found.trace_id), message_id, is_async=False)

    def _await_answer(self, tenant_id: UUID, message_id: UUID, is_async: bool) -> Answer | None:
        """Wait if there is a place to wait; one look in any case: a known key's answer may be there already."""
        if is_async:
            return self._desk.look(tenant_id, message_id)
        with self._places.place() as is_free:
            seconds = self._services.settings.chat_wait_seconds if is_free else 0
            return self._desk.wait(tenant_id, message_id, seconds)


def _pending(body: dict[str, Any], message_id: UUID, is_async: bool) -> Response:
    response = _json(202, body)
    response.headers["Location"] = f"/chat/{message_id}"
    response.headers["Retry-After"] = str(_POLL_AFTER_SECONDS)
    if is_async:
        response.headers["Preference-Applied"] = "respond-async"
    return response


def _json(status: int, body: dict[str, Any]) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type="application/json")
