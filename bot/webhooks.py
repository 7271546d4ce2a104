"""The platforms' door: a webhook is verified, stored and acknowledged, in this order and never another.

It stands before Flask, whose care for a request costs as much as all that a webhook needs: what goes well goes past it,
and what does not is Flask's to answer, as any other error.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NoReturn
from uuid import UUID

from flask import Blueprint, request
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound

from bot.intake import freeze_environ, read_inbound, store_and_ring
from bot.problems import Problem
from bot.request_trace import TRACE_HEADER, give_trace
from bot.security_headers import STRICT_HEADERS, https_headers
from bot.web_services import WebServices
from bot.wsgi import Application, Environ, StartResponse
from channels.base import Acknowledging, Channel
from models.faultpoint import faultpoint
from models.inbound import Inbound, Receipt
from models.session import statement_scope
from models.tenant import AccountKey, find_account
from models.trace import new_trace_id, tracing

_PATH = re.compile(r"/webhooks/([^/]+)/([^/]+)(?:/status/([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}))?")
_PLAIN = ("", "text/plain")
_ERROR = "recado.webhook_error"  # in the environ of a request that goes on to Flask


class WebhookDoor:
    """POST `/webhooks/<channel>/<account>`, and its callbacks about the parts we sent; all else goes to `behind`."""

    def __init__(self, services: WebServices, behind: Application) -> None:
        self._services = services
        self._behind = behind
        self._accounts = KnownAccounts(services.engine)
        is_https = services.settings.public_base_url.startswith("https://")
        self._headers = [*STRICT_HEADERS.items(), *https_headers(is_https).items()]

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        match = _PATH.fullmatch(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] == "POST" else None
        if match is None:
            return self._behind(environ, start_response)
        channel, account, part_id = match.groups()
        trace_id = new_trace_id()
        try:
            with tracing(trace_id):
                words, content_type = self._take(environ, channel, account, part_id, trace_id)
        except Exception as error:
            environ[_ERROR] = error
            give_trace(environ, trace_id)
            return self._behind(environ, start_response)
        body = words.encode()
        told = [("Content-Type", content_type), ("Content-Length", str(len(body))), (TRACE_HEADER, trace_id)]
        start_response("200 OK", told + self._headers)
        return _Acknowledgement(body)

    def _take(
        self, environ: Environ, channel: str, account: str, part_id: str | None, trace_id: str
    ) -> tuple[str, str]:
        """The acknowledgement: a body and its content type."""
        adapter = self._channel(channel, account)
        frozen = freeze_environ(environ, account, adapter.capabilities.max_body)
        inbound = read_inbound(adapter, frozen)
        if part_id is not None:
            inbound = _about_part(inbound, UUID(part_id))
        self._accounts.with_key(
            channel,
            account,
            lambda key: store_and_ring(self._services, adapter, key, frozen, inbound, trace_id),
        )
        return adapter.acknowledge() if isinstance(adapter, Acknowledging) else _PLAIN

    def _channel(self, channel: str, account: str) -> Channel:
        """Only channels that push have webhooks: the others have doors of their own, with other proofs."""
        adapter = self._services.channel_for(channel, account)
        if adapter is None or adapter.capabilities.delivery != "push":
            raise Problem(404, "There is no such channel account.")
        return adapter


def error_routes() -> Blueprint:
    """The same addresses in Flask, which answers what did not go well there, and methods that they do not take."""
    routes = Blueprint("webhooks", __name__, url_prefix="/webhooks")
    routes.add_url_rule("/<channel>/<account>", "receive", _answer_error, methods=["POST"])
    routes.add_url_rule("/<channel>/<account>/status/<uuid:part_id>", "receive_status", _answer_error, methods=["POST"])
    return routes


def _answer_error(**_: object) -> NoReturn:
    raise request.environ.get(_ERROR) or NotFound


def _about_part(inbound: Sequence[Inbound], part_id: UUID) -> list[Inbound]:
    """The signature covers the URL, so its part id is as good as the form."""
    return [replace(item, part_id=item.part_id or part_id) if isinstance(item, Receipt) else item for item in inbound]


class _Acknowledgement:
    """A body that says when its last byte has been handed to the system."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body

    def close(self) -> None:
        faultpoint("ingress.acknowledged")


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
