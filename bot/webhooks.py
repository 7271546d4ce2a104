"""The platforms' door: a webhook is verified, stored and acknowledged, in this order and never another."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from bot.intake import freeze_request, read_inbound, store_and_ring
from bot.problems import Problem
from bot.request_trace import current_trace_id
from bot.web_services import WebServices
from channels.base import Acknowledging, Channel
from models.inbound import Inbound, Receipt
from models.session import statement_scope
from models.tenant import AccountKey, find_account

_PLAIN = ("", "text/plain")


class WebhookRoutes:
    """`/webhooks/<channel>/<account>`, and its callbacks about the parts we sent."""

    def __init__(self, services: WebServices) -> None:
        self._services = services
        self._accounts = KnownAccounts(services.engine)

    def blueprint(self) -> Blueprint:
        routes = Blueprint("webhooks", __name__, url_prefix="/webhooks")
        routes.add_url_rule("/<channel>/<account>", "receive", self.receive, methods=["POST"])
        routes.add_url_rule(
            "/<channel>/<account>/status/<uuid:part_id>", "receive_status", self.receive, methods=["POST"]
        )
        return routes

    def receive(self, channel: str, account: str, part_id: UUID | None = None) -> Response:
        adapter = self._channel(channel, account)
        frozen = freeze_request(request, account, adapter.capabilities.max_body)
        inbound = read_inbound(adapter, frozen)
        if part_id is not None:
            inbound = _about_part(inbound, part_id)
        self._accounts.with_key(
            channel,
            account,
            lambda key: store_and_ring(self._services, adapter, key, frozen, inbound, current_trace_id()),
        )
        body, content_type = adapter.acknowledge() if isinstance(adapter, Acknowledging) else _PLAIN
        return Response(body, content_type=content_type)

    def _channel(self, channel: str, account: str) -> Channel:
        """Only channels that push have webhooks: the others have doors of their own, with other proofs."""
        adapter = self._services.channel_for(channel, account)
        if adapter is None or adapter.capabilities.delivery != "push":
            raise Problem(404, "There is no such channel account.")
        return adapter


def _about_part(inbound: Sequence[Inbound], part_id: UUID) -> list[Inbound]:
    """The signature covers the URL, so its part id is as good as the form."""
    return [replace(item, part_id=item.part_id or part_id) if isinstance(item, Receipt) else item for item in inbound]


class KnownAccounts:
    """The keys of accounts, each read once: an account keeps its key for as long as its row is there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._keys: dict[tuple[str, str], AccountKey] = {}

    def with_key(self, channel: str, name: str, store: Callable[[AccountKey], object]) -> None:
        """Call `store` with the key; a second time if the database was replaced, and with it the row. Raises Problem
        404 without a row."""
        known = self._keys.get((channel, name))
        if known is not None:
            try:
                store(known)
            except IntegrityError:
                if self._read(channel, name) == known:
                    raise
            else:
                return
        store(self._read(channel, name))

    def _read(self, channel: str, name: str) -> AccountKey:
        with statement_scope(self._engine) as connection:
            found = find_account(connection, channel=channel, name=name)
        if found is None:
            raise Problem(404, "There is no such channel account.")
        self._keys[channel, name] = found
        return found
