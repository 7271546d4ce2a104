"""rq-dashboard, as it is, shows our rings in the queue, at work and failed."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import rq_dashboard
import rq_dashboard.web
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from rq.serializers import JSONSerializer

from jobs.queue import JobQueue
from tests.jobs import sample
from tests.jobs.harness import SAMPLE, at_work
from tests.waiting import eventually


@pytest.fixture
def queue(fresh_redis_url: str) -> Iterator[JobQueue]:
    made = JobQueue(fresh_redis_url, function=SAMPLE + "wait_for_gate", timeout=60)
    sample.GATE.clear()
    yield made
    sample.GATE.set()
    made.connection.close()


@pytest.fixture
def browser(fresh_redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    monkeypatch.setattr(rq_dashboard.web.config, "serializer", JSONSerializer)
    app: Any = Flask(__name__)
    app.config.from_object(rq_dashboard.default_settings)
    app.config["RQ_DASHBOARD_REDIS_URL"] = [fresh_redis_url]
    app.redis_conn = Redis.from_url(fresh_redis_url)
    app.register_blueprint(rq_dashboard.web.blueprint)
    with app.test_client() as client:
        yield client
    app.redis_conn.close()


def test_waiting_running_and_failed_rings_are_shown(
    queue: JobQueue, browser: FlaskClient, fresh_redis_url: str
) -> None:
    conversation = uuid4()
    queue.ring(conversation)
    assert descriptions(browser, "queued") == [f"{SAMPLE}wait_for_gate('{conversation}')"]
    with at_work(queue) as worker:
        eventually(lambda: worker.in_flight == 1)
        assert descriptions(browser, "started") == [f"{SAMPLE}wait_for_gate('{conversation}')"]
        failing = JobQueue(fresh_redis_url, function=SAMPLE + "fail", timeout=60)
        failing.ring(conversation)
        eventually(lambda: descriptions(browser, "failed") == [f"{SAMPLE}fail('{conversation}')"])
        failing.connection.close()
        sample.GATE.set()
        eventually(lambda: descriptions(browser, "started") == [])


def descriptions(browser: FlaskClient, registry: str) -> list[str]:
    answer = browser.get(f"/0/data/jobs/recado/{registry}/8/asc/1.json")
    return [job["description"] for job in answer.get_json()["jobs"]]
