"""What someone plants in Redis runs nowhere: not in our worker, not in RQ's, not in a tool that only looks."""

import json
import logging
import socket
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rq import SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from jobs.allowed import ADVANCE, ALLOWED_JOBS, AllowedJob, Call, JobRefused, parse_call
from jobs.queue import JobQueue
from tests.jobs import sample
from tests.jobs.harness import SAMPLES, at_work, push
from tests.jobs.planted import PLANTED, plant, web_hook
from tests.waiting import eventually


class SampleJob(AllowedJob):
    """The gate, with the list of the tests."""

    allowed = SAMPLES


@pytest.fixture(autouse=True)
def _fresh_samples() -> None:
    sample.DONE.clear()


@pytest.fixture
def queue(fresh_redis_url: str) -> Iterator[JobQueue]:
    made = JobQueue(fresh_redis_url, timeout=60)
    yield made
    made.connection.close()


@pytest.fixture
def hook() -> Iterator[socket.socket]:
    """A server that notices whether anybody calls."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        yield server


def hook_url(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.fixture(params=PLANTED, ids=str)
def planted(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_our_worker_refuses_what_was_planted_and_goes_on(
    queue: JobQueue, planted: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mark = tmp_path / "mark"
    job_id = plant(queue.connection, queue.name, PLANTED[planted](mark))
    with at_work(queue):
        push(queue, "tests.jobs.sample.note", "next")
        eventually(lambda: list(sample.DONE) == ["next"])
        eventually(lambda: queue.connection.zscore("rq:failed:recado", job_id) is not None)
        assert queue.connection.hget("rq:job:planted", "status") == b"failed"
    assert not mark.exists()
    (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert "planted was not run" in line


def test_a_stock_worker_with_our_job_class_refuses_all_of_it_too(queue: JobQueue, tmp_path: Path) -> None:
    for number, fields in enumerate(PLANTED.values()):
        plant(queue.connection, queue.name, fields(tmp_path / f"mark{number}"), f"planted{number}")
    push(queue, "tests.jobs.sample.note", "next")
    run_stock_worker(queue)
    assert list(sample.DONE) == ["next"]
    assert list(tmp_path.iterdir()) == []


def test_a_stock_worker_without_it_would_have_run_them(queue: JobQueue, tmp_path: Path) -> None:
    plant(queue.connection, queue.name, PLANTED["os.system"](tmp_path / "mark"))
    run_stock_worker(queue, Job)
    assert (tmp_path / "mark").exists()


def run_stock_worker(queue: JobQueue, job_class: type[Job] = SampleJob) -> None:
    client = queue.connect(timeout=600)
    worker = SimpleWorker([queue.name], connection=client, serializer=JSONSerializer, job_class=job_class)
    worker.work(burst=True, logging_level="CRITICAL")
    client.close()


def test_no_web_hook_is_called_by_our_worker(queue: JobQueue, hook: socket.socket) -> None:
    job_id = plant(queue.connection, queue.name, web_hook(hook_url(hook)))
    with at_work(queue):
        eventually(lambda: queue.connection.zscore("rq:failed:recado", job_id) is not None)
    with pytest.raises(TimeoutError):
        hook.accept()
    assert not sample.DONE


def test_no_web_hook_is_called_by_a_stock_worker_with_our_job_class(queue: JobQueue, hook: socket.socket) -> None:
    plant(queue.connection, queue.name, web_hook(hook_url(hook)))
    run_stock_worker(queue)
    with pytest.raises(TimeoutError):
        hook.accept()
    assert not sample.DONE


def test_only_the_ring_job_is_on_the_list() -> None:
    assert {ADVANCE} == ALLOWED_JOBS == {"jobs.advance.advance"}
    assert AllowedJob.allowed is ALLOWED_JOBS


def test_a_call_is_read_compressed_or_not() -> None:
    raw = json.dumps([ADVANCE, None, ["c1"], {}]).encode()
    expected = Call(ADVANCE, ("c1",), {})
    assert parse_call(raw, ALLOWED_JOBS) == expected
    assert parse_call(zlib.compress(raw), ALLOWED_JOBS) == expected


@given(raw=st.binary(max_size=400), compress=st.booleans())
def test_any_bytes_are_read_or_refused(raw: bytes, compress: bool) -> None:
    with pytest.raises(JobRefused):
        parse_call(zlib.compress(raw) if compress else raw, ALLOWED_JOBS)


@given(
    document=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.just(ADVANCE),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=3),
    )
)
def test_any_json_is_a_listed_call_or_refused(document: object) -> None:
    try:
        call = parse_call(json.dumps(document).encode(), ALLOWED_JOBS)
    except JobRefused:
        return
    assert call.function == ADVANCE
    assert isinstance(document, list)
    assert len(document) == 4
