"""The console's own pages, rendered on the server: login, logout and the home page."""

import logging

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bot.console.attempts import LoginAttempts
from bot.console.passwords import hash_password, is_outdated, is_password
from bot.console.sessions import OperatorSessions
from bot.health import HealthRoutes
from bot.problems import Problem
from bot.web_services import WebServices
from models.memory.contact_link import ContactLinks
from models.operators.access import KnownOperator, LiveSession, find_operator, set_operator_password
from models.session import session_scope
from models.struck import count_struck
from models.tenant import get_tenant
from models.usage import total_usage, usage_report

_LONGEST_FIELD = 300
_WRONG = "E-mail ou senha incorretos."
_TOO_MANY = "Muitas tentativas. Espere 15 minutos e tente de novo."
_STALE = "O formulário expirou. Tente de novo."
_log = logging.getLogger("recado.web")


class ConsoleRoutes:
    def __init__(self, services: WebServices, health: HealthRoutes) -> None:
        self._services = services
        self._health = health
        self._sessions = OperatorSessions(services.engine, services.settings)
        self._attempts = LoginAttempts(build_redis(services.redis_url), services.clock)

    def blueprint(self) -> Blueprint:
        routes = Blueprint("console", __name__, url_prefix="/console")
        routes.add_url_rule("/", "home", self.home, methods=["GET"])
        routes.add_url_rule("/login", "login", self.show_login, methods=["GET"])
        routes.add_url_rule("/login", "log_in", self.log_in, methods=["POST"])
        routes.add_url_rule("/logout", "log_out", self.log_out, methods=["POST"])
        return routes

    def show_login(self) -> Response:
        if self._sessions.find(request):
            return _go("console.home")
        return self._login_page(200)

    def log_in(self) -> Response:
        if not self._sessions.is_own_login_form(request):
            return self._login_page(403, _STALE)
        email = request.form.get("email", "").strip().lower()
        password = request.form.get("password", "")
        if not self._attempts.admit(request.remote_addr or "", email):
            return self._login_page(429, _TOO_MANY)
        operator = self._verify(email, password)
        if operator is None:
            _log.warning("a login to the console was refused")
            return self._login_page(401, _WRONG)
        self._attempts.forgive(email)
        response = _go("console.home")
        self._sessions.begin(request, response, operator.id)
        return response

    def log_out(self) -> Response:
        session = self._sessions.find(request)
        response = _go("console.login")
        if session is None:
            return response
        if not self._sessions.is_own_form(request, session):
            raise Problem(403, "The form does not belong to this session.")
        self._sessions.end(request, response)
        return response

    def home(self) -> Response:
        session = self._sessions.find(request)
        if session is None:
            return _go("console.login")
        with session_scope(self._services.engine) as connection:
            company, timezone = get_tenant(connection, session.tenant_id)
            today = self._services.clock.today(timezone)
            rows = usage_report(connection, session.tenant_id, today, today, timezone)
            agents = count_struck(connection, session.tenant_id, today, today, timezone)
            proposals = ContactLinks(connection, session.tenant_id).proposals()
        return make_response(
            render_template(
                "console/home.html",
                session=session,
                company=company,
                today=today,
                readiness=self._health.check(),
                rows=rows,
                totals=total_usage(rows),
                struck=[agent for agent in agents if agent.struck],
                proposals=len(proposals),
            )
        )

    def _verify(self, email: str, password: str) -> KnownOperator | None:
        """The operator if the password is right; it takes as long when there is no such operator."""
        if max(len(email), len(password)) > _LONGEST_FIELD or "\0" in email:
            email, password = "", ""
        with session_scope(self._services.engine) as connection:
            operator = find_operator(connection, email)
        if not is_password(operator.password_hash if operator else None, password) or operator is None:
            return None
        if is_outdated(operator.password_hash):
            fresh = hash_password(password)
            with session_scope(self._services.engine) as connection:
                set_operator_password(connection, operator.id, fresh)
        return operator

    def _login_page(self, status: int, error: str = "") -> Response:
        token = self._sessions.login_token(request)
        response = make_response(render_template("console/login.html", token=token, error=error), status)
        self._sessions.keep_login_token(response, token)
        return response


def require_operator(sessions: OperatorSessions) -> LiveSession | Response:
    """The session of who is logged in, or the way to the login page."""
    return sessions.find(request) or _go("console.login")


def build_redis(url: str) -> "Redis":
    """A client for pages that people wait for: it gives up soon and never tries twice."""
    return Redis.from_url(url, socket_timeout=2, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))


def _go(endpoint: str) -> Response:
    response = redirect(url_for(endpoint), 303)
    return Response(response.get_data(), 303, headers=list(response.headers))
