"""Sessions of operators: the browser holds a random token, the database its hash."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from flask import Request, Response
from sqlalchemy import Connection, Engine

from bot.settings import Settings
from models.operators.access import LiveSession, close_session, find_session, open_session
from models.session import session_scope

LIFETIME = timedelta(hours=12)
_LOGIN_COOKIE = "recado_login"  # pairs the login form with the browser it was given to


class OperatorSessions:
    """Opens, finds and ends the logins of this installation."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._is_https = settings.public_base_url.startswith("https://")
        self._cookie = "__Host-recado_session" if self._is_https else "recado_session"

    def find(self, request: Request) -> LiveSession | None:
        """Who is logged in here."""
        token = request.cookies.get(self._cookie)
        if not token:
            return None
        with session_scope(self._engine) as connection:
            return find_session(connection, _digest(token))

    def begin(self, request: Request, response: Response, operator_id: UUID) -> None:
        """A new session under a new token; the one this browser had before ends."""
        token = secrets.token_urlsafe(32)
        with session_scope(self._engine) as connection:
            self._close(connection, request)
            open_session(
                connection,
                operator_id=operator_id,
                token_hash=_digest(token),
                csrf_token=secrets.token_urlsafe(32),
                lifetime=LIFETIME,
            )
        self._set(response, self._cookie, token, LIFETIME)
        response.delete_cookie(_LOGIN_COOKIE, path="/console")

    def end(self, request: Request, response: Response) -> None:
        """From now on the token opens nothing, whoever kept a copy."""
        with session_scope(self._engine) as connection:
            self._close(connection, request)
        response.delete_cookie(self._cookie, path="/", secure=self._is_https, httponly=True, samesite="Lax")

    def login_token(self, request: Request) -> str:
        """The token of this browser's login form, new if it has none."""
        return request.cookies.get(_LOGIN_COOKIE) or secrets.token_urlsafe(32)

    def keep_login_token(self, response: Response, token: str) -> None:
        response.set_cookie(
            _LOGIN_COOKIE,
            token,
            max_age=3600,
            path="/console",
            secure=self._is_https,
            httponly=True,
            samesite="Strict",
        )

    def is_own_login_form(self, request: Request) -> bool:
        """The form we gave to this very browser, sent by our own page."""
        token = request.cookies.get(_LOGIN_COOKIE, "")
        return bool(token) and self._is_own_page(request) and _same(token, request.form.get("token", ""))

    def is_own_form(self, request: Request, session: LiveSession) -> bool:
        """A form of this session, sent by our own page."""
        return self._is_own_page(request) and _same(session.csrf_token, request.form.get("token", ""))

    def _is_own_page(self, request: Request) -> bool:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            return False
        origin = request.headers.get("Origin")
        if origin is None:
            return True
        own = {request.headers.get("Host", "").lower(), urlsplit(self._settings.public_base_url).netloc.lower()}
        return origin.lower().partition("://")[2] in own - {""}

    def _close(self, connection: Connection, request: Request) -> None:
        token = request.cookies.get(self._cookie)
        if token:
            close_session(connection, _digest(token))

    def _set(self, response: Response, name: str, value: str, lifetime: timedelta) -> None:
        response.set_cookie(
            name, value, max_age=lifetime, path="/", secure=self._is_https, httponly=True, samesite="Lax"
        )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(errors="replace"), given.encode(errors="replace"))
