"""The RQ dashboard at `/rq`: behind the operator's login, for looking only, and never unpickling anything.

Of rq-dashboard we mount the views that read, under a blueprint of ours: its own one also requeues by GET, and reads
jobs with pickle wherever it forgets to say otherwise. The two views that do forget are written anew here.
"""

import html
import json
import logging
import re
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

import rq_dashboard.web as dashboard
from flask import Blueprint, Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from redis import Redis
from rq import Worker
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.version import VERSION as RQ_VERSION
from rq.worker import BaseWorker
from rq_dashboard.version import VERSION as DASHBOARD_VERSION

from bot.console.routes import build_redis, require_operator
from bot.console.sessions import OperatorSessions
from bot.problems import Problem, answer_exception
from bot.web_services import WebServices

_REGISTRIES = frozenset({"queued", "failed", "deferred", "started", "finished", "scheduled", "canceled"})
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,200}")  # what goes into the dashboard's scripts
_MOST_PER_PAGE = 200
_MOST_PAGES = 1_000_000
_UNREADABLE = "(not JSON: left unread)"
_log = logging.getLogger("recado.web")
_ESCAPED_BY_TEMPLATE = frozenset({"description", "exc_info"})  # in the list of jobs; the rest is put in raw
_WRITING_RULES = {
    "empty_queue": "/queue/<queue_name>/<registry_name>/empty",
    "compact_queue": "/queue/<queue_name>/compact",
    "requeue_all": "/requeue/<queue_name>",
    "delete_job_view": "/job/<job_id>/delete",
    "requeue_job_view": "/job/<job_id>/requeue",
}


class JsonOnly:
    """An RQ serializer for looking: JSON becomes values, anything else a note that it was left unread."""

    @staticmethod
    def loads(data: bytes) -> Any:
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            return _UNREADABLE

    @staticmethod
    def dumps(value: object) -> bytes:
        raise TypeError("the dashboard writes nothing")


class Dashboard:
    def __init__(self, services: WebServices) -> None:
        self._sessions = OperatorSessions(services.engine, services.settings)
        self._redis = build_redis(services.redis_url)

    @property
    def redis(self) -> "Redis":
        return self._redis

    def blueprint(self) -> Blueprint:
        """Endpoints have the names that the dashboard's templates know."""
        routes = Blueprint(
            "rq_dashboard", dashboard.__name__, template_folder="templates", static_folder="static", url_prefix="/rq"
        )
        routes.before_request(self.guard)
        routes.context_processor(dashboard.inject_interval)
        routes.register_error_handler(NoSuchJobError, _no_such_job)
        for broken in (ValueError, KeyError, TypeError, AssertionError, zlib.error):
            routes.register_error_handler(broken, _unreadable)
        first = {"instance_number": 0}
        queues = partial(dashboard.queues_overview, instance_number=0)  # with defaults, werkzeug would redirect
        for rule in ("/", "/0/", "/0/view", "/0/view/queues"):
            routes.add_url_rule(rule, "queues_overview", queues)
        routes.add_url_rule("/0/view/workers", "workers_overview", dashboard.workers_overview, defaults=first)
        jobs = "/<queue_name>/<registry_name>/<int:per_page>/<order>/<int:page>"
        page = {"queue_name": None, "registry_name": "queued", "per_page": 8, "order": "asc", "page": 1}
        routes.add_url_rule("/0/view/jobs", "jobs_overview", dashboard.jobs_overview, defaults=first | page)
        routes.add_url_rule(f"/0/view/jobs{jobs}", "jobs_overview", dashboard.jobs_overview, defaults=first)
        routes.add_url_rule("/0/view/job/<job_id>", "job_view", self.show_job)
        routes.add_url_rule("/0/data/queues.json", "list_queues", _escaped(dashboard.list_queues), defaults=first)
        listing = _escaped(dashboard.list_jobs, keep=_ESCAPED_BY_TEMPLATE)
        routes.add_url_rule(f"/0/data/jobs{jobs}.json", "list_jobs", listing, defaults=first)
        routes.add_url_rule("/0/data/job/<job_id>.json", "job_info", _escaped(dashboard.job_info), defaults=first)
        routes.add_url_rule("/0/data/workers.json", "list_workers", _escaped(self.list_workers))
        for endpoint, rule in _WRITING_RULES.items():
            routes.add_url_rule(rule, endpoint, _refuse_writing, methods=["GET", "POST"])
        return routes

    def guard(self) -> ResponseReturnValue | None:
        """Only operators, only sane values, and only while Redis answers."""
        session = require_operator(self._sessions)
        if isinstance(session, Response):
            return session
        if request.endpoint == "rq_dashboard.static":
            return None
        for name, value in (request.view_args or {}).items():
            if not _is_sane(name, value):
                raise Problem(404, "There is nothing at this address.")
        self._redis.ping()
        return None

    def show_job(self, job_id: str) -> str:
        Job.fetch(job_id, connection=self._redis, serializer=JsonOnly)
        return render_template(
            "rq_dashboard/job.html",
            current_instance=0,
            instance_list=["Recado"],
            id=job_id,
            rq_url_prefix="/rq/",
            rq_dashboard_version=DASHBOARD_VERSION,
            rq_version=RQ_VERSION,
            deprecation_options_usage=False,
            enable_delete=False,
        )

    def list_workers(self) -> ResponseReturnValue:
        workers = [_worker_row(worker) for worker in Worker.all(connection=self._redis, serializer=JsonOnly)]
        workers.sort(key=lambda row: (row["state"], row["queues"], row["name"]))
        return Response(json.dumps({"workers": workers}), content_type="application/json")


def register_dashboard(app: Flask, services: WebServices) -> None:
    """Mount it; `redis_conn` and the configuration are where its views look for them."""
    mounted = Dashboard(services)
    dashboard.config.serializer = JsonOnly
    app.config["RQ_DASHBOARD_REDIS_URL"] = ["Recado"]  # shown on its pages; never our address
    app.config["RQ_DASHBOARD_DISABLE_DELETE"] = True
    app.redis_conn = mounted.redis  # type: ignore[attr-defined]
    app.register_blueprint(mounted.blueprint())


def _is_sane(name: str, value: Any) -> bool:
    match name:
        case "registry_name":
            return value in _REGISTRIES
        case "order":
            return value in {"asc", "dsc"}
        case "per_page":
            return 1 <= int(value) <= _MOST_PER_PAGE
        case "page":
            return 1 <= int(value) <= _MOST_PAGES
        case "queue_name" | "job_id":
            return value is None or _NAME.fullmatch(value) is not None
        case _:
            return True


def _worker_row(worker: BaseWorker) -> dict[str, Any]:
    return {
        "name": worker.name,
        "pid": worker.pid,
        "queues": [queue.name for queue in worker.queues],
        "state": str(worker.get_state()),
        "current_job": _current_job(worker),
        "last_heartbeat": dashboard.serialize_date(worker.last_heartbeat),
        "birth_date": dashboard.serialize_date(worker.birth_date),
        "successful_job_count": worker.successful_job_count,
        "failed_job_count": worker.failed_job_count,
        "total_working_time": worker.total_working_time,
        "version": str(worker.version or ""),
        "python_version": str(worker.python_version or ""),
    }


def _current_job(worker: BaseWorker) -> Any:
    """By its description: the dashboard's own view reads the job's arguments for this."""
    try:
        job = worker.get_current_job()
    except NoSuchJobError:
        job = None
    if job is None:
        return "idle"
    return {
        "job_id": job.id,
        "description": job.description,
        "created_at": dashboard.serialize_date(job.created_at),
        "call_string": job.description,
    }


def _escaped(
    view: Callable[..., ResponseReturnValue], keep: frozenset[str] = frozenset()
) -> Callable[..., ResponseReturnValue]:
    """The view's JSON with every string made harmless as HTML: the dashboard's scripts write most of it unescaped."""

    def safe_view(**arguments: Any) -> ResponseReturnValue:
        answered = view(**arguments)
        response = answered[0] if isinstance(answered, tuple) else answered
        assert isinstance(response, Response), "these views answer with JSON"
        body = json.dumps(_escape(response.get_json(), keep))
        return Response(body, content_type="application/json")

    return safe_view


def _escape(value: Any, keep: frozenset[str]) -> Any:
    if isinstance(value, str):
        return html.escape(value)
    if isinstance(value, list):
        return [_escape(item, keep) for item in value]
    if isinstance(value, dict):
        return {html.escape(name): item if name in keep else _escape(item, keep) for name, item in value.items()}
    return value


def _no_such_job(error: NoSuchJobError) -> Response:
    return answer_exception(Problem(404, "There is no such job."))


def _unreadable(error: Exception) -> Response:
    """RQ's books were written by somebody else, or half; its own classes read them with no care."""
    _log.warning("the dashboard could not read what Redis holds (%s)", type(error).__name__)
    return answer_exception(Problem(502, "What Redis holds here cannot be read."))


def _refuse_writing(**arguments: str) -> Response:
    raise Problem(405, "The dashboard is for looking only.", {"Allow": ""})
