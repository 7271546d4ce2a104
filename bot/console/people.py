"""The console's page about which addresses are one person: what is proposed is agreed to or turned down, and what was
linked is taken back."""

import logging
from collections.abc import Callable
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from bot.console.routes import require_operator
from bot.console.sessions import OperatorSessions
from bot.problems import Problem
from bot.web_services import WebServices
from models.memory.contact_link import CannotLink, ContactLinks
from models.operators.access import LiveSession
from models.session import session_scope
from models.tenant import get_tenant

_NOTES: Final = {
    "agreed": "Pronto: os dois endereços são agora a mesma pessoa. O que ela contou em um vale no outro.",
    "declined": "Recusada: esta proposta não volta.",
    "undone": "Desfeito: o endereço voltou para onde estava, com o que foi contado por ele.",
    "gone": "Isso já foi decidido, ou mudou enquanto a página estava aberta.",
    "refused": "Nada mudou: os dois foram cadastrados como pessoas diferentes. Remova um deles antes.",
    "own": "Nada mudou: este endereço foi cadastrado como dela. Remova-o no cadastro de pessoas.",
}
_MOST_LINKS = 50  # the latest that are shown
_log = logging.getLogger("recado.web")


class PeopleRoutes:
    def __init__(self, services: WebServices) -> None:
        self._services = services
        self._sessions = OperatorSessions(services.engine, services.settings)

    def blueprint(self) -> Blueprint:
        routes = Blueprint("people", __name__, url_prefix="/console/people")
        routes.add_url_rule("/", "show", self.show, methods=["GET"])
        for action, decide in (("agree", self.agree), ("decline", self.decline), ("undo", self.undo)):
            routes.add_url_rule(f"/<uuid:link_id>/{action}", action, decide, methods=["POST"])
        return routes

    def show(self) -> Response:
        session = require_operator(self._sessions)
        if isinstance(session, Response):
            return session
        with session_scope(self._services.engine) as connection:
            company, timezone = get_tenant(connection, session.tenant_id)
            links = ContactLinks(connection, session.tenant_id)
            proposals, linked = links.proposals(), links.linked(_MOST_LINKS)
        note = _NOTES.get(request.args.get("note", ""), "")
        return make_response(
            render_template(
                "console/people.html",
                session=session,
                company=company,
                zone=ZoneInfo(timezone),
                proposals=proposals,
                linked=linked,
                note=note,
            )
        )

    def agree(self, link_id: UUID) -> Response:
        return self._decide("agreed", "refused", lambda links, by: links.agree(link_id, by=by))

    def decline(self, link_id: UUID) -> Response:
        return self._decide("declined", "refused", lambda links, by: links.decline(link_id, by=by))

    def undo(self, link_id: UUID) -> Response:
        return self._decide("undone", "own", lambda links, by: links.undo(link_id, by=by))

    def _decide(self, done: str, refused: str, decide: Callable[[ContactLinks, str], bool]) -> Response:
        """By a form of this operator's own session, and within her company."""
        session = require_operator(self._sessions)
        if isinstance(session, Response):
            return session
        if not self._sessions.is_own_form(request, session):
            raise Problem(403, "The form does not belong to this session.")
        note = self._try(session, done, refused, decide)
        response = redirect(url_for("people.show", note=note), 303)
        return Response(response.get_data(), 303, headers=list(response.headers))

    def _try(self, session: LiveSession, done: str, refused: str, decide: Callable[[ContactLinks, str], bool]) -> str:
        try:
            with session_scope(self._services.engine) as connection:
                is_done = decide(ContactLinks(connection, session.tenant_id), session.email)
        except CannotLink:
            return refused
        if is_done:
            _log.info("an operator decided who is who", extra={"outcome": done})
        return done if is_done else "gone"
