"""`POST /v1/search`: what the company's documents say about something, without any LLM."""

import json
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.access import authenticate
from bot.passages import describe_passage
from bot.problems import Problem
from bot.request_trace import adopt_trace
from bot.web_services import WebServices
from models.knowledge.passage import SearchScope
from models.session import session_scope
from models.strict_json import parse_json
from models.tenant import get_tenant

if TYPE_CHECKING:
    from jobs.knowledge.library import Library

_LONGEST_QUERY = 8_000  # characters, as on /chat
_MOST = 100  # passages


class SearchBody(BaseModel):
    """What a program asks."""

    model_config = ConfigDict(extra="forbid", strict=True)

    query: str = Field(min_length=1, max_length=_LONGEST_QUERY)
    k: int = Field(default=5, ge=1, le=_MOST)
    role: str = Field(default="", pattern="^(rep|manager|customer|)$")
    language: str | None = Field(default=None, pattern="^(pt|en|es)$")
    on: str | None = None

    @field_validator("on")
    @classmethod
    def _is_a_day(cls, value: str | None) -> str | None:
        if value is not None:
            date.fromisoformat(value)
        return value


class SearchRoutes:
    def __init__(self, services: WebServices) -> None:
        self._services = services

    def blueprint(self) -> Blueprint:
        routes = Blueprint("search", __name__, url_prefix="/v1")
        routes.add_url_rule("/search", "search", self.search, methods=["POST"])
        return routes

    @cached_property
    def _library(self) -> "Library":
        from bot.embeddings import (
            build_library,
        )  # NumPy comes with it, and a door that nobody searches through needs none

        return build_library(self._services.settings, self._services.engine)

    def search(self) -> Response:
        """The passages, the best first."""
        caller = authenticate(self._services, request)
        adopt_trace()
        body = _read_body()
        with session_scope(self._services.engine) as connection:
            _, timezone = get_tenant(connection, caller.tenant_id)
        on = date.fromisoformat(body.on) if body.on else self._services.clock.today(timezone)
        scope = SearchScope(caller.tenant_id, body.role, body.language, on)
        found = self._library.search(body.query, scope, body.k)
        answer = {"query": body.query, "passages": [describe_passage(passage) for passage in found]}
        return Response(json.dumps(answer, ensure_ascii=False), content_type="application/json")


def _read_body() -> SearchBody:
    """Raises PayloadError or Problem."""
    if request.mimetype != "application/json":
        raise Problem(415, "Send the body as application/json.", {"Accept": "application/json"})
    fields: Any = parse_json(request.get_data())
    try:
        return SearchBody.model_validate(fields)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "body"
        raise Problem(400, f"{where}: {error.errors()[0]['msg']}.") from None
