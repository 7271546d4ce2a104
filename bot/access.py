"""Who may use the doors for programs: API keys, and on the demo's own machine nobody in particular."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

from flask import Request
from sqlalchemy import Engine

from bot.problems import Problem
from bot.settings import Settings
from bot.web_services import WebServices
from models.ids import new_id
from models.operators.access import add_api_key, find_api_key, touch_api_key
from models.session import session_scope, statement_scope
from models.tenant import DEFAULT, find_tenant

_KEY = re.compile(r"rk_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_FORWARDING = ("forwarded", "x-real-ip", "via")  # and every x-forwarded-*
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="recado"'}
_NO_SUCH_KEY = hashlib.sha256(secrets.token_bytes(32)).digest()  # compared against when the key's id is unknown


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that proved its tenant; `key_id` is None on the keyless door."""

    tenant_id: UUID
    key_id: UUID | None


def create_api_key(engine: Engine, *, tenant_id: UUID, name: str) -> tuple[UUID, str]:
    """A new key's id, and the key itself, which is shown once and kept nowhere."""
    key_id, secret = new_id(), secrets.token_urlsafe(32)
    with session_scope(engine) as connection:
        add_api_key(connection, key_id=key_id, tenant_id=tenant_id, name=name, secret_hash=_digest(secret))
    return key_id, f"rk_{key_id.hex}_{secret}"


def authenticate(services: WebServices, request: Request, *, keyless: bool = False) -> Caller:
    """The caller, by `Authorization: Bearer <key>`; without that header, where `keyless` and the request allow it, the
    default tenant's. Raises Problem 401, or 403 for a web page that reaches for the keyless door."""
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        return _by_key(services, authorization)
    if not keyless or not is_local_demo(services.settings, request):
        raise Problem(401, "Send Authorization: Bearer <key>; python -m bot keys create makes a key.", _CHALLENGE)
    if not is_same_site(request):
        raise Problem(403, "Pages of other sites may not speak to this address.")
    with statement_scope(services.engine) as connection:
        tenant_id = find_tenant(connection, DEFAULT)
    if tenant_id is None:
        raise Problem(503, "Recado is still being set up: try again.", {"Retry-After": "2"})
    return Caller(tenant_id, None)


def is_local_demo(settings: Settings, request: Request) -> bool:
    """The embedded engines, asked from this machine, by its name, through no proxy, and meant for nobody else."""
    if not settings.is_embedded or settings.public_base_url:
        return False
    names = {name.lower() for name, _ in request.headers}
    if any(name in _FORWARDING or name.startswith("x-forwarded-") for name in names):
        return False
    return _is_loopback(request.remote_addr) and _hostname(request.headers.get("Host", "")) in _LOCAL_NAMES


def is_same_site(request: Request) -> bool:
    """No browser says that another site's page sent this. Programs, which say nothing, pass."""
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin.lower().partition("://")[2] == request.headers.get("Host", "").lower()


def _by_key(services: WebServices, authorization: str) -> Caller:
    scheme, _, presented = authorization.partition(" ")
    match = _KEY.fullmatch(presented.strip())
    refusal = Problem(
        401, "This API key is not valid.", {"WWW-Authenticate": 'Bearer realm="recado", error="invalid_token"'}
    )
    if scheme.lower() != "bearer" or match is None:
        raise refusal
    with statement_scope(services.engine) as connection:
        known = find_api_key(connection, UUID(hex=match[1]))
        is_right = hmac.compare_digest(known.secret_hash if known else _NO_SUCH_KEY, _digest(match[2]))
        if known is None or not is_right:
            raise refusal
        touch_api_key(connection, known.id)
    return Caller(known.tenant_id, known.id)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _is_loopback(address: str | None) -> bool:
    try:
        return address is not None and ip_address(address).is_loopback
    except ValueError:
        return False


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""
