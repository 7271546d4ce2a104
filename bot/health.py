"""Whether the process lives, and whether it can do its work."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from bot.migrate import is_at_head
from bot.web_services import WebServices
from models.health import count_live_workers
from models.session import session_scope

DatabaseState = Literal["ok", "unreachable", "not_migrated"]


@dataclass(frozen=True, slots=True)
class Readiness:
    """`workers` is None when the database cannot say."""

    database: DatabaseState
    is_redis_up: bool
    workers: int | None

    @property
    def is_ready(self) -> bool:
        """Messages can be stored; Redis and workers only make answers late."""
        return self.database == "ok"

    @property
    def status(self) -> Literal["ok", "degraded", "unavailable"]:
        if not self.is_ready:
            return "unavailable"
        return "ok" if self.is_redis_up and self.workers else "degraded"

    def as_json(self) -> dict[str, Any]:
        redis = "ok" if self.is_redis_up else "unreachable"
        return {"status": self.status, "database": self.database, "redis": redis, "workers": self.workers}


class HealthRoutes:
    """`/healthz` and `/readyz`. The schema never goes back, so that it was once at head is remembered."""

    def __init__(self, services: WebServices) -> None:
        self._services = services
        self._was_at_head = False

    def blueprint(self) -> Blueprint:
        routes = Blueprint("health", __name__)
        routes.add_url_rule("/healthz", "alive", self.alive, methods=["GET"])
        routes.add_url_rule("/readyz", "ready", self.ready, methods=["GET"])
        return routes

    def alive(self) -> Response:
        return Response('{"status": "ok"}', content_type="application/json")

    def ready(self) -> Response:
        readiness = self.check()
        status = 200 if readiness.is_ready else 503
        response = Response(json.dumps(readiness.as_json()), status=status, content_type="application/json")
        if not readiness.is_ready:
            response.headers["Retry-After"] = "5"
        return response

    def check(self) -> Readiness:
        is_redis_up = self._services.queue.ping()
        try:
            self._was_at_head = self._was_at_head or is_at_head(self._services.engine)
            if not self._was_at_head:
                return Readiness("not_migrated", is_redis_up, None)
            with session_scope(self._services.engine) as connection:
                return Readiness("ok", is_redis_up, count_live_workers(connection))
        except SQLAlchemyError:
            return Readiness("unreachable", is_redis_up, None)
