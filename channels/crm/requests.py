"""The mapping's requests filled in for one part: where they go, what they carry."""

import json
import re
from collections.abc import Mapping as Fields
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from channels.base import Account
from channels.crm.fields import Request
from channels.crm.mapping import Mapping, ReplyRequest
from channels.crm.marker import marker_of
from models.errors import ConfigurationError, PayloadError
from models.reply import OutboundPart

_SECRET = re.compile(r"\{([a-z_]+)\}")
_SECRETS = frozenset({"api_token", "account_id"})
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request as it will leave; `headers` hold secrets."""

    method: str
    url: str
    headers: Fields[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


def prepare_reply(mapping: Mapping, account: Account, part: OutboundPart, now: datetime) -> Prepared:
    """The request that writes the part as a note, under a key that a CRM may refuse a second time."""
    document = _document(mapping, account, part, now)
    return fill_request(mapping, mapping.reply, account, document, {"Idempotency-Key": str(part.id)})


def prepare_find(mapping: Mapping, account: Account, part: OutboundPart, now: datetime) -> Prepared | None:
    """The request that lists the notes where the part would stand; None where the CRM has no such list."""
    if mapping.find is None:
        return None
    return fill_request(mapping, mapping.find, account, _document(mapping, account, part, now), {})


def base_url(mapping: Mapping, account: Account) -> str:
    """Where the CRM's API is. Raises ConfigurationError for a host that the mapping does not allow."""
    base = account.credentials.get("api_base_url", "").rstrip("/") or mapping.reply.base_url.rstrip("/")
    if base:
        _check_base(mapping.reply, base, split_names(account.credentials.get("allow_insecure_hosts", "")))
    return base


def split_names(value: str) -> list[str]:
    return [name.strip().lower() for name in value.split(",") if name.strip()]


def _check_base(reply: ReplyRequest, base: str, insecure: list[str]) -> None:
    try:
        parts = urlsplit(base)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise ConfigurationError("CRM_API_BASE_URL: not a URL") from None
    if parts.query or parts.fragment or parts.username or not (_HOST.fullmatch(host) or ":" in host):
        raise ConfigurationError("CRM_API_BASE_URL: a URL like https://api.example.com is expected")
    if host in insecure or f"{host}:{port}" in insecure:
        return
    if parts.scheme != "https" or port not in (None, 443):
        raise ConfigurationError("CRM_API_BASE_URL: https on its usual port is expected")
    if not any(_host_fits(host, pattern) for pattern in reply.hosts):
        raise ConfigurationError(f"CRM_API_BASE_URL: its host is none of {', '.join(reply.hosts)}")


def _host_fits(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return pattern in ("*", host)


def fill_request(
    mapping: Mapping, request: Request, account: Account, document: Fields[str, Any], headers: Fields[str, str]
) -> Prepared:
    """As it will leave. Raises ConfigurationError for the settings, PayloadError for what cannot be filled in."""
    base = base_url(mapping, account)
    if not base:
        raise ConfigurationError("CRM_API_BASE_URL: not set, so nobody knows where replies go")
    sent = {**headers, "Accept": "application/json", "User-Agent": "Recado"}
    sent |= {name: _with_secrets(value, account) for name, value in request.headers.items()}
    body = None
    if request.body is not None:
        sent["Content-Type"] = "application/json"
        body = json.dumps(request.body.fill(document), ensure_ascii=False, separators=(",", ":")).encode()
    path = request.path.fill(document, _segment)
    return Prepared(request.method, base + path, sent, body)


def _segment(text: str) -> str:
    """Escaped, so that it stays one segment of the path. Dots cannot be escaped: they would lead elsewhere."""
    if text in (".", ".."):
        raise PayloadError("a path cannot be made of dots")
    return quote(text, safe="")


def _document(mapping: Mapping, account: Account, part: OutboundPart, now: datetime) -> dict[str, Any]:
    """What the expressions of a request see."""
    marker = marker_of(part.id)
    text = mark_text(part.body, part.id, html=mapping.reply.html)
    return {
        "part": {"id": str(part.id), "text": text, "marker": marker, "number": part.number},
        "to": part.to,
        "target": part.to.split("/"),
        "question": dict(part.extra),
        **surroundings(account, now),
    }


def mark_text(body: str, key: UUID, *, html: bool) -> str:
    """With the line at its end by which it is found again, as the CRM takes texts."""
    text = f"{body}\n\n{marker_of(key)}"
    return escape(text).replace("\n", "<br>") if html else text


def surroundings(account: Account, now: datetime) -> dict[str, Any]:
    """What the expressions of every request see."""
    return {
        "now": {"iso": now.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "ms": int(now.timestamp() * 1000)},
        "account": {"name": account.name, "address": account.address},
    }


def _with_secrets(value: str, account: Account) -> str:
    """`{api_token}` in a header; a token with a line break in it would be another header."""

    def secret(match: re.Match[str]) -> str:
        found = account.address if match[1] == "account_id" else account.credentials.get(match[1], "")
        if match[1] not in _SECRETS:
            raise ConfigurationError(f"{{{match[1]}}} in a header: only {', '.join(sorted(_SECRETS))} may stand there")
        if not found:
            raise ConfigurationError(f"CRM_{match[1].upper()}: not set, so the CRM would refuse every reply")
        if not found.isascii() or not found.isprintable():
            raise ConfigurationError(f"CRM_{match[1].upper()}: holds characters that cannot stand in a header")
        return found

    return _SECRET.sub(secret, value)
