"""The RQ dashboard: operators only, for looking only, and a planted pickle runs nowhere."""

import pickle
import re
import zlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from werkzeug.routing import Rule

from tests.bot.conftest import Door, DoorMaker
from tests.bot.console.browsing import logged_in
from tests.bot.door_requests import assert_problem


class Bomb:
    """Unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._path,)


JOB_ID = "planted"
QUEUES = ("planted-queue", "default")
REGISTRIES = ("wip", "failed", "finished", "deferred", "scheduled", "canceled")


def plant(redis_url: str, mark: Path) -> None:
    """Pickles wherever RQ keeps something serialised: a job's call, meta and result, and a worker that runs it."""
    bomb = pickle.dumps(Bomb(mark))
    with Redis.from_url(redis_url) as redis:
        redis.hset(
            f"rq:job:{JOB_ID}",
            mapping={
                "data": zlib.compress(bomb),
                "meta": bomb,
                "result": bomb,
                "origin": QUEUES[0],
                "status": "finished",
                "created_at": "2026-03-02T12:00:00.000000Z",
                "description": "<img src=x onerror=alert(1)>",
            },
        )
        result = {"type": "1", "return_value": b64encode(bomb), "worker_name": "w"}
        redis.xadd(f"rq:results:{JOB_ID}", result)
        redis.sadd("rq:queues", *[f"rq:queue:{name}" for name in QUEUES])
        for name in QUEUES:
            redis.rpush(f"rq:queue:{name}", JOB_ID)
            for registry in REGISTRIES:
                entry = f"{JOB_ID}:execution" if registry == "wip" else JOB_ID
                redis.zadd(f"rq:{registry}:{name}", {entry: 9e12})
        redis.sadd("rq:workers", "rq:worker:evil")
        worker = {"birth": "2026-03-02T12:00:00.000000Z", "state": "busy", "current_job": JOB_ID, "queues": QUEUES[0]}
        redis.hset("rq:worker:evil", mapping=worker)


def read_paths(door: Door) -> list[str]:
    """Every address of the dashboard, its parameters filled in every way that exists."""
    paths: set[str] = set()
    for rule in door.app.url_map.iter_rules():
        if rule.endpoint.startswith("rq_dashboard.") and rule.endpoint != "rq_dashboard.static":
            paths |= set(fill(rule))
    return sorted(paths)


def fill(rule: Rule) -> list[str]:
    filled = [rule.rule]
    values = {
        "queue_name": QUEUES,
        "registry_name": ("queued", "failed", "deferred", "started", "finished", "scheduled", "canceled"),
        "per_page": ("8",),
        "order": ("asc", "dsc"),
        "page": ("1",),
        "job_id": (JOB_ID,),
    }
    for name, choices in values.items():
        pattern = rf"<(?:int:)?{name}>"
        filled = [
            re.sub(pattern, choice, path) for path in filled for choice in choices if re.search(pattern, path)
        ] or filled
    return filled


@pytest.fixture
def operator(door: Door) -> FlaskClient:
    return logged_in(door)


def test_a_planted_pickle_would_run_if_anybody_read_it(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Bomb(tmp_path / "mark")))
    assert (tmp_path / "mark").exists()


def test_a_planted_pickle_runs_on_no_page_of_the_dashboard(
    door: Door, operator: FlaskClient, redis_url: str, tmp_path: Path
) -> None:
    plant(redis_url, tmp_path / "mark")
    paths = read_paths(door)
    assert len(paths) > 30
    answers = {path: operator.get(path) for path in paths}
    assert not (tmp_path / "mark").exists()
    assert {answer.status_code for answer in answers.values()} == {200, 405}
    job = answers[f"/rq/0/data/job/{JOB_ID}.json"].get_json()
    assert job["result"] == "(not JSON: left unread)"
    workers = answers["/rq/0/data/workers.json"].get_json()["workers"]
    assert [worker["current_job"]["job_id"] for worker in workers] == [JOB_ID]


@pytest.mark.parametrize("field", ["exc_info", "status", "created_at", "timeout", "dependency_ids"])
def test_a_job_with_broken_books_is_a_problem_of_its_page_alone(
    operator: FlaskClient, redis_url: str, tmp_path: Path, field: str
) -> None:
    plant(redis_url, tmp_path / "mark")
    with Redis.from_url(redis_url) as redis:
        redis.hset(f"rq:job:{JOB_ID}", field, pickle.dumps(Bomb(tmp_path / "mark")))
    for path in (f"/rq/0/view/job/{JOB_ID}", f"/rq/0/data/job/{JOB_ID}.json"):
        assert_problem(operator.get(path), 502)
    assert operator.get("/rq/0/data/queues.json").status_code == 200
    assert not (tmp_path / "mark").exists()


def test_what_was_planted_as_html_is_shown_as_text(operator: FlaskClient, redis_url: str, tmp_path: Path) -> None:
    plant(redis_url, tmp_path / "mark")
    job = operator.get(f"/rq/0/data/job/{JOB_ID}.json").get_json()
    assert job["description"] == "&lt;img src=x onerror=alert(1)&gt;"


def test_ordinary_jobs_are_shown(operator: FlaskClient, redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        queue = Queue("recado", connection=redis, serializer=JSONSerializer)
        job = queue.enqueue_call("jobs.advance.advance", ("an-id",), job_id="ring-1")
    listed = operator.get("/rq/0/data/jobs/recado/queued/8/asc/1.json").get_json()
    assert [one["id"] for one in listed["jobs"]] == ["ring-1"]
    shown = operator.get("/rq/0/data/job/ring-1.json").get_json()
    assert "an-id" in shown["description"]
    assert shown["status"] == job.get_status().value
    queues = operator.get("/rq/0/data/queues.json").get_json()["queues"]
    assert ("recado", 1) in [(one["name"], one["count"]) for one in queues]


@pytest.mark.parametrize(
    "path",
    [
        "/rq/requeue/planted-queue",
        "/rq/job/planted/delete",
        "/rq/job/planted/requeue",
        "/rq/queue/planted-queue/queued/empty",
        "/rq/queue/planted-queue/compact",
        "/rq/0/view/queues",
        "/rq/0/data/queues.json",
    ],
)
def test_nothing_can_be_changed_by_any_method(operator: FlaskClient, redis_url: str, tmp_path: Path, path: str) -> None:
    plant(redis_url, tmp_path / "mark")
    is_page = "view" in path or "data" in path
    with Redis.from_url(redis_url) as redis:
        before = {key: redis.dump(key) for key in redis.scan_iter("rq:*")}
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            response = operator.open(path, method=method)
            if not (is_page and method == "GET"):
                assert_problem(response, 405)
        after = {key: redis.dump(key) for key in redis.scan_iter("rq:*")}
    assert before == after


def test_strangers_see_nothing_and_change_nothing(door: Door, redis_url: str, tmp_path: Path) -> None:
    plant(redis_url, tmp_path / "mark")
    for path in read_paths(door):
        for method in ("GET", "POST"):
            response = door.client.open(path, method=method)
            assert response.status_code in {303, 405}, (method, path)
    key = door.bearer()
    assert door.client.get("/rq/", headers=key).status_code == 303, "an API key is no operator"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rq/0/data/job/no-such-job.json", 404),
        ("/rq/0/view/job/no-such-job", 404),
        ("/rq/1/view/queues", 404),
        ("/rq/0/data/jobs/default/nonsense/8/asc/1.json", 404),
        ("/rq/0/data/jobs/default/queued/0/asc/1.json", 404),
        ("/rq/0/data/jobs/default/queued/999999/asc/1.json", 404),
        ("/rq/0/data/jobs/default/queued/8/sideways/1.json", 404),
        ("/rq/0/view/jobs/%3C%2Fscript%3E/queued/8/asc/1", 404),
    ],
)
def test_odd_addresses_are_not_found_rather_than_errors(operator: FlaskClient, path: str, status: int) -> None:
    assert_problem(operator.get(path), status)


def test_without_redis_the_dashboard_is_a_503(make_door: DoorMaker, door: Door) -> None:
    client = logged_in(door)
    cookie = client.get_cookie("recado_session")
    assert cookie is not None
    away = make_door(redis_url="redis://127.0.0.1:1/0").client
    away.set_cookie("recado_session", cookie.value)
    for path in ("/rq/", "/rq/0/data/queues.json", "/rq/0/data/workers.json"):
        response = away.get(path)
        assert_problem(response, 503)
        assert response.headers["Retry-After"]


def test_its_pages_name_no_address_of_ours(operator: FlaskClient, redis_url: str) -> None:
    page = operator.get("/rq/").get_data(as_text=True)
    assert redis_url not in page
    assert "/run/" not in page
