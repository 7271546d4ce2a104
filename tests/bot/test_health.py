"""Whether the process lives, and whether it can do its work."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, text

from jobs.queue import JobQueue
from models.process import heartbeats
from models.session import build_engine, session_scope
from tests.bot.conftest import Door, DoorMaker
from tests.bot.door_requests import assert_problem

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


def beat(engine: Engine, ago: timedelta = timedelta(0), kind: str = "worker") -> None:
    with session_scope(engine) as connection:
        connection.execute(insert(heartbeats).values(worker="w", kind=kind, beat_at=datetime.now(UTC) - ago))


def test_alive_needs_nothing_around_it(make_door: DoorMaker) -> None:
    door = make_door(queue=JobQueue("redis://127.0.0.1:1/0"), other_engine=build_engine(NOWHERE, application_name="t"))
    response = door.client.get("/healthz")
    assert (response.status_code, response.get_json()) == (200, {"status": "ok"})


def test_ready_with_all_around_it(door: Door) -> None:
    beat(door.engine)
    response = door.client.get("/readyz")
    assert response.status_code == 200
    assert response.get_json() == {"status": "ok", "database": "ok", "redis": "ok", "workers": 1}


@pytest.mark.parametrize("ago", [timedelta(seconds=16), timedelta(days=1)])
def test_a_worker_that_missed_its_beats_is_a_degradation_and_no_failure(door: Door, ago: timedelta) -> None:
    beat(door.engine, ago)
    response = door.client.get("/readyz")
    assert response.status_code == 200
    assert response.get_json() == {"status": "degraded", "database": "ok", "redis": "ok", "workers": 0}


def test_a_scheduler_is_no_worker(door: Door) -> None:
    beat(door.engine, kind="scheduler")
    assert door.client.get("/readyz").get_json()["workers"] == 0


def test_without_redis_it_is_degraded_and_no_failure(make_door: DoorMaker) -> None:
    door = make_door(queue=JobQueue("redis://127.0.0.1:1/0"))
    beat(door.engine)
    response = door.client.get("/readyz")
    assert response.status_code == 200
    assert response.get_json() == {"status": "degraded", "database": "ok", "redis": "unreachable", "workers": 1}


def test_without_the_database_it_is_not_ready(make_door: DoorMaker) -> None:
    response = make_door(other_engine=build_engine(NOWHERE, application_name="t")).client.get("/readyz")
    assert response.status_code == 503
    assert response.get_json() == {"status": "unavailable", "database": "unreachable", "redis": "ok", "workers": None}
    assert response.headers["Retry-After"]


def test_with_an_older_schema_it_is_not_ready_until_it_is_migrated(door: Door) -> None:
    with session_scope(door.engine) as connection:
        head = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("DELETE FROM alembic_version"))
    response = door.client.get("/readyz")
    assert (response.status_code, response.get_json()["database"]) == (503, "not_migrated")
    with session_scope(door.engine) as connection:
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    assert door.client.get("/readyz").status_code == 200


def test_other_methods_are_problems(door: Door) -> None:
    assert_problem(door.client.post("/healthz"), 405)
    assert_problem(door.client.delete("/readyz"), 405)
