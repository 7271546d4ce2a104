"""The way of every inbound request into the inbox: frozen, read by its channel, stored, rung for."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import unquote

from flask import Request
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.problems import Problem
from bot.redaction import is_secret_name
from bot.web_services import WebServices
from channels.base import Channel, InboundRequest, Templates
from models.delivery import find_refused_part, record_receipt, say_again
from models.errors import ChannelError, PayloadError, VerificationError
from models.faultpoint import faultpoint
from models.inbound import Confirmation, Inbound, InboundMessage, Receipt
from models.inbox import RawRequest, Stored, store_messages
from models.postgres import ServerSilent
from models.privacy.opt_out import opt_out_by_platform
from models.session import session_scope
from models.tenant import AccountKey

_CHUNK = 65_536  # bytes
# What may be kept beside a raw event. Never what proves an identity: tokens, cookies, signatures.
_HARMLESS = frozenset(
    {
        "content-type",
        "content-length",
        "content-encoding",
        "user-agent",
        "date",
        "i-twilio-idempotency-token",
        "webhook-id",
    }
)
_log = logging.getLogger("recado.web")


def freeze_request(request: Request, account: str, max_body: int) -> InboundRequest:
    """The request as it came on the wire. Raises Problem 413 as soon as the body passes `max_body` bytes."""
    environ = request.environ
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI") or request.full_path.rstrip("?")
    if target.startswith(("http://", "https://")):  # the absolute form, as proxies send it
        target = "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
    headers = {name.lower(): value for name, value in request.headers}
    body = _read_body(request, max_body)
    faultpoint("ingress.read")
    return InboundRequest(account, request.method, target, headers, body)


def _read_body(request: Request, cap: int) -> bytes:
    """With or without Content-Length; without either there is none. Never holds more than `cap` bytes and one."""
    length = request.content_length  # None for a body in chunks, whose end the server finds
    if length is None and not request.environ.get("wsgi.input_terminated"):
        return b""
    if length is not None and length > cap:
        raise _too_large(cap)
    wanted = cap + 1 if length is None else length
    body = bytearray()
    try:
        while chunk := request.environ["wsgi.input"].read(min(_CHUNK, wanted - len(body))):
            body += chunk
    except TimeoutError as error:
        raise Problem(408, "The body came too slowly.") from error
    except OSError as error:  # broken chunks, or the caller went away
        raise _cut_short() from error
    if len(body) > cap:
        raise _too_large(cap)
    if length is not None and len(body) < length:
        raise _cut_short()
    return bytes(body)


def _cut_short() -> Problem:
    return Problem(400, "The body ended before its time.")


def _too_large(cap: int) -> Problem:
    return Problem(413, f"The body is larger than {cap} bytes, the limit of this address.")


def read_inbound(channel: Channel, request: InboundRequest) -> Sequence[Inbound]:
    """Verify, then parse. Whatever an adapter stumbles over is the request's fault, never a 500."""
    try:
        channel.verify(request)
    except ChannelError:
        raise
    except Exception as error:
        _log.exception("%s could not verify a request", channel.name)
        raise VerificationError("the signature cannot be read") from error
    try:
        return channel.parse(request)
    except ChannelError:
        raise
    except Exception as error:
        _log.exception("%s could not parse a request", channel.name)
        raise PayloadError("The request cannot be read.") from error


def store_and_ring(
    services: WebServices,
    channel: Channel,
    account: AccountKey,
    request: InboundRequest,
    inbound: Sequence[Inbound],
    trace_id: str,
) -> list[Stored]:
    """Commit messages and receipts, then ring. What was stored before rings again: its first ring may be lost."""
    items = [item.as_message() if isinstance(item, Confirmation) else item for item in inbound]
    incoming = [item for item in items if isinstance(item, InboundMessage)]
    receipts = [item for item in inbound if isinstance(item, Receipt)]
    raw = RawRequest(harmless_target(request.target), harmless_headers(request.headers), request.body, trace_id)
    stored = _store(services, channel, account, raw, incoming) if incoming else []
    if receipts:
        _record(services, channel, account, receipts)
    faultpoint("ingress.committed")
    for conversation_id in dict.fromkeys(item.conversation_id for item in stored):
        services.queue.ring(conversation_id)
    faultpoint("ingress.rung")
    for item in stored:
        words = "message was known" if item.is_duplicate else "message stored"
        _log.info(words, extra={"message_id": str(item.message_id), "conversation_id": str(item.conversation_id)})
    return stored


def harmless_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that may be kept, by an allow-list."""
    return {name: value for name, value in headers.items() if name in _HARMLESS}


def harmless_target(target: str) -> str:
    """The target without secrets in its query: where a platform cannot sign, a token stands there."""
    path, _, query = target.partition("?")
    kept = [pair for pair in query.split("&") if pair and not is_secret_name(unquote(pair.partition("=")[0]))]
    return f"{path}?{'&'.join(kept)}" if kept else path


def _store(
    services: WebServices, channel: Channel, account: AccountKey, raw: RawRequest, incoming: list[InboundMessage]
) -> list[Stored]:
    seconds = services.settings.quiet_window_seconds if channel.capabilities.coalesces else 0
    quiet = timedelta(seconds=seconds)
    try:
        return store_messages(services.engine, account, raw, incoming, quiet)
    except DBAPIError as error:
        if not is_worth_another_try(error):
            raise
        return store_messages(services.engine, account, raw, incoming, quiet)  # once, on a new connection
    except UnicodeError as error:  # lone surrogates have no UTF-8
        raise PayloadError("The text is not valid Unicode.") from error


def _record(services: WebServices, channel: Channel, account: AccountKey, receipts: list[Receipt]) -> None:
    try:
        _record_all(services, channel, account, receipts)
    except DBAPIError as error:
        if not is_worth_another_try(error):
            raise
        _record_all(services, channel, account, receipts)


def _record_all(services: WebServices, channel: Channel, account: AccountKey, receipts: list[Receipt]) -> None:
    with session_scope(services.engine) as connection:
        faultpoint("ingress.opened")
        for receipt in receipts:
            is_news = record_receipt(connection, account.id, account.tenant_id, receipt)
            if is_news and isinstance(channel, Templates) and channel.needs_template(receipt.error_code):
                _say_by_template(connection, channel, account, receipt)
            if is_news and receipt.error_code in channel.capabilities.opt_out_codes:
                _heed_opting_out(connection, account, receipt)
        faultpoint("ingress.inserted")


def _say_by_template(connection: Connection, channel: Templates, account: AccountKey, receipt: Receipt) -> None:
    """The platform took the part and found its reply window closed afterwards."""
    part = find_refused_part(connection, account.tenant_id, receipt)
    template = channel.as_template(part) if part is not None else None
    if part is None or template is None or template == part or not say_again(connection, template):
        _log.warning("a part was refused for the window's sake, and no template says it")


def _heed_opting_out(connection: Connection, account: AccountKey, receipt: Receipt) -> None:
    """The platform took the part, and refused it afterwards as it refuses those that it never takes."""
    if (part := find_refused_part(connection, account.tenant_id, receipt)) is not None:
        opt_out_by_platform(connection, part.id)


def is_worth_another_try(error: DBAPIError) -> bool:
    """The connection had died in the pool, or two transactions were in each other's way. Storing is safe to repeat."""
    if isinstance(error.orig, ServerSilent):  # the platform's patience would end before ours
        return False
    return error.connection_invalidated or str(getattr(error.orig, "sqlstate", None) or "").startswith("40")
