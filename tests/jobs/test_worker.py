"""The concurrent worker: many at once, truthful books, and no way to end badly that loses or blocks anything."""

import gc
import logging
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
from rq import Worker as StockWorker
from rq.job import Job
from rq.registry import FailedJobRegistry, StartedJobRegistry
from rq.serializers import JSONSerializer
from rq.suspension import resume, suspend

from bot.embedded.folders import prepare_data_folder
from bot.embedded.valkey import EmbeddedValkey
from jobs.queue import JobQueue
from jobs.rq_worker.books import EXECUTION_TTL, Books, Finished
from jobs.worker import ConcurrentWorker
from tests.jobs import sample
from tests.jobs.harness import SAMPLE, SAMPLES, at_work, in_a_process, push
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def _fresh_samples() -> Iterator[None]:
    sample.DONE.clear()
    sample.GATE.clear()
    yield
    sample.GATE.set()


@pytest.fixture
def queue(fresh_redis_url: str) -> Iterator[JobQueue]:
    made = JobQueue(fresh_redis_url, function=SAMPLE + "note", timeout=60)
    yield made
    made.connection.close()


def started(queue: JobQueue) -> list[str]:
    return StartedJobRegistry(queue.name, connection=queue.connection).get_job_ids(cleanup=False)


def expiry(queue: JobQueue) -> dict[bytes, float]:
    """What is entered as started, and when it would be given up."""
    entered = queue.connection.zrange("rq:wip:recado", 0, -1, withscores=True)
    return dict(cast(list[tuple[bytes, float]], entered))


def failed(queue: JobQueue) -> list[str]:
    return FailedJobRegistry(queue.name, connection=queue.connection).get_job_ids()


def test_a_ring_runs_and_leaves_nothing_behind(queue: JobQueue) -> None:
    conversation = uuid4()
    with at_work(queue) as worker:
        before = queue.connection.dbsize()
        queue.ring(conversation)
        eventually(lambda: [str(conversation)] == sample.DONE)
        eventually(lambda: not started(queue) and worker.in_flight == 0)
        eventually(lambda: queue.connection.dbsize() == before + 1)  # only the set of queues is new


def test_two_hundred_jobs_run_at_the_same_time(queue: JobQueue) -> None:
    with at_work(queue, threads=200) as worker:
        meeting = JobQueue(_url(queue), function=SAMPLE + "meet", timeout=60)
        assert meeting.ring_many(uuid4() for _ in range(200)) == 200
        eventually(lambda: len(sample.DONE) == 200)  # else the meeting of 200 never came about
        eventually(lambda: worker.in_flight == 0)
        eventually(lambda: stock_worker(queue).successful_job_count == 200)
        meeting.connection.close()


def test_a_full_worker_leaves_the_rings_to_others(queue: JobQueue) -> None:
    with at_work(queue, threads=2) as first:
        for number in range(5):
            push(queue, SAMPLE + "wait_for_gate", number)
        eventually(lambda: first.in_flight == 2)
        assert queue.depth() == 3
        with at_work(queue, threads=3) as second:
            eventually(lambda: second.in_flight == 3)
            assert queue.depth() == 0
            assert first.in_flight == 2
            sample.GATE.set()
            eventually(lambda: len(sample.DONE) == 5)
    assert sorted(map(str, sample.DONE)) == ["0", "1", "2", "3", "4"]


def test_three_workers_share_the_rings_and_run_each_once(queue: JobQueue) -> None:
    held, conversations = [str(number) for number in range(24)], [uuid4() for _ in range(900)]
    with at_work(queue) as first, at_work(queue) as second, at_work(queue) as third:
        for name in held:
            push(queue, SAMPLE + "wait_for_gate", name)
        eventually(lambda: [worker.in_flight for worker in (first, second, third)] == [8, 8, 8])
        assert queue.ring_many(conversations) == 900
        sample.GATE.set()
        eventually(lambda: len(sample.DONE) >= 924)
        eventually(lambda: not started(queue))
        assert sum(worker.successful_job_count for worker in StockWorker.all(connection=queue.connection)) == 924
    assert sorted(map(str, sample.DONE)) == sorted([*held, *map(str, conversations)])


def stock_worker(queue: JobQueue) -> StockWorker:
    (found,) = StockWorker.all(connection=queue.connection, serializer=JSONSerializer)
    assert isinstance(found, StockWorker)
    return found


def test_stock_tools_see_the_worker_and_its_running_job(queue: JobQueue) -> None:
    with at_work(queue) as worker:
        assert stock_worker(queue).name == worker.name
        assert stock_worker(queue).get_state() == "idle"
        job_id = push(queue, SAMPLE + "wait_for_gate")
        eventually(lambda: worker.in_flight == 1)
        assert started(queue) == [job_id]
        seen = stock_worker(queue)
        assert (seen.get_state(), seen.get_current_job_id(), seen.queue_names()) == ("busy", job_id, [queue.name])
        job = Job.fetch(job_id, connection=queue.connection, serializer=JSONSerializer)
        assert job.get_status() == "started"
        assert [execution.worker_name for execution in job.get_executions()] == [worker.name]
        info = subprocess.run(
            [sys.executable, "-m", "rq.cli", "info", "-u", _url(queue), "--raw"], capture_output=True, text=True
        )
        assert f"worker {worker.name}" in info.stdout, info.stderr
        sample.GATE.set()
        eventually(lambda: stock_worker(queue).get_state() == "idle")
        assert stock_worker(queue).get_current_job_id() is None
        assert stock_worker(queue).successful_job_count == 1
    assert StockWorker.all(connection=queue.connection) == []
    assert not queue.connection.exists("rq:job:" + job_id)


def test_a_failing_job_is_logged_and_shown_and_the_worker_lives_on(
    queue: JobQueue, caplog: pytest.LogCaptureFixture
) -> None:
    with at_work(queue):
        job_id = push(queue, SAMPLE + "fail", "socks")
        eventually(lambda: failed(queue) == [job_id])
        job = Job.fetch(job_id, connection=queue.connection, serializer=JSONSerializer)
        result = job.latest_result()
        assert job.get_status() == "failed"
        assert result is not None
        assert "LookupError: no such thing: socks" in str(result.exc_string)
        assert 0 < queue.connection.ttl(job.key) <= 60
        assert stock_worker(queue).failed_job_count == 1
        push(queue, SAMPLE + "note", "next")
        eventually(lambda: sample.DONE == ["next"])
    (record,) = [item for item in caplog.records if item.levelno == logging.ERROR]
    assert job_id in record.getMessage()
    assert record.exc_info is not None


def test_jobs_go_on_when_redis_is_flushed_under_them(queue: JobQueue) -> None:
    with at_work(queue) as worker:
        for number in range(3):
            push(queue, SAMPLE + "wait_for_gate", number)
        eventually(lambda: worker.in_flight == 3)
        queue.connection.flushall()
        sample.GATE.set()
        eventually(lambda: len(sample.DONE) == 3 and worker.in_flight == 0)
        assert queue.ring(uuid4())
        eventually(lambda: len(sample.DONE) == 4)
        eventually(lambda: queue.connection.smembers("rq:workers") == {f"rq:worker:{worker.name}".encode()})
        assert stock_worker(queue).queue_names() == [queue.name]
        eventually(lambda: not started(queue))


def test_the_worker_survives_a_restart_of_redis() -> None:
    with tempfile.TemporaryDirectory(prefix="recado-tests-") as folder:
        server = EmbeddedValkey(prepare_data_folder(Path(folder) / "data"))
        server.start()
        queue = JobQueue(server.url, function=SAMPLE + "note", timeout=60)
        with at_work(queue) as worker:
            push(queue, SAMPLE + "wait_for_gate", "before")
            eventually(lambda: worker.in_flight == 1)
            server.stop()
            sample.GATE.set()
            eventually(lambda: worker.in_flight == 0)  # a job needs no Redis to end
            server.start()
            eventually(lambda: queue.ring(uuid4()))
            eventually(lambda: len(sample.DONE) == 2)
            eventually(lambda: not started(queue))  # what ended meanwhile is entered afterwards
        queue.connection.close()
        server.stop()


def test_stopping_takes_no_new_job_and_finishes_the_running_ones(queue: JobQueue) -> None:
    with at_work(queue, threads=1) as worker:
        push(queue, SAMPLE + "wait_for_gate", "running")
        eventually(lambda: worker.in_flight == 1)
        push(queue, SAMPLE + "note", "waiting")
        worker.stop()
        sample.GATE.set()
    assert sample.DONE == ["running"]
    assert queue.depth() == 1


def test_when_the_grace_is_over_the_process_ends_at_once(queue: JobQueue) -> None:
    exits: list[int] = []
    worker = ConcurrentWorker(queue, 1, timedelta(seconds=0.2), SAMPLES, exit_process=exits.append)
    thread = threading.Thread(target=worker.run)
    thread.start()
    push(queue, SAMPLE + "wait_for_gate")
    eventually(lambda: worker.in_flight == 1)
    worker.stop()
    eventually(lambda: exits == [1])
    sample.GATE.set()
    thread.join(180)


def test_a_suspended_worker_takes_nothing_until_it_is_resumed(queue: JobQueue) -> None:
    with at_work(queue):
        suspend(queue.connection)
        queue.ring(uuid4())
        time.sleep(0.7)
        assert queue.depth() == 1
        resume(queue.connection)
        eventually(lambda: len(sample.DONE) == 1)


def test_sigterm_lets_the_running_job_end_and_the_process_exits_well(queue: JobQueue, tmp_path: Path) -> None:
    result = tmp_path / "written"
    with in_a_process(_url(queue)) as process:
        push(queue, SAMPLE + "nap_and_write", str(result), 1.0)
        eventually(result.with_suffix(".begun").exists)
        process.send_signal(signal.SIGSTOP)  # so that it meets both at once, however late the second comes
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)  # as when Ctrl-C reaches both the supervisor and its children
        process.send_signal(signal.SIGCONT)
        out, _ = process.communicate(timeout=180)
    assert process.returncode == 0
    assert b"ended in good order" in out
    assert result.exists()
    assert not started(queue)
    assert StockWorker.all(connection=queue.connection) == []


def test_a_second_signal_ends_the_process_at_once(queue: JobQueue, tmp_path: Path) -> None:
    result = tmp_path / "written"
    with in_a_process(_url(queue), grace=600) as process:
        push(queue, SAMPLE + "nap_and_write", str(result), 600.0)
        eventually(result.with_suffix(".begun").exists)

        def ends_when_asked() -> bool:
            process.send_signal(signal.SIGTERM)
            return process.poll() is not None

        eventually(ends_when_asked)  # those within a second are one wish, and when it heard the first nobody knows
        assert process.returncode == 1
    assert not result.exists()


def test_what_a_killed_worker_leaves_is_forgotten_and_not_run_again(queue: JobQueue, tmp_path: Path) -> None:
    result = tmp_path / "written"
    with in_a_process(_url(queue)) as process:
        job_id = push(queue, SAMPLE + "nap_and_write", str(result), 100.0)
        eventually(result.with_suffix(".begun").exists)
        process.kill()
        process.wait()
    result.with_suffix(".begun").unlink()
    ((member, expires_at),) = expiry(queue).items()
    assert expires_at <= time.time() + EXECUTION_TTL + 1
    queue.connection.zadd("rq:wip:recado", {member: time.time() - 1})  # as if that time had gone by
    (dead,) = queue.connection.smembers("rq:workers")
    assert 0 < queue.connection.ttl(dead) <= 30
    queue.connection.delete(dead)  # so had this
    with at_work(queue) as worker:
        eventually(lambda: not started(queue))
        assert stock_worker(queue).name == worker.name
        assert failed(queue) == []
        assert not queue.connection.exists("rq:job:" + job_id)
    assert not result.with_suffix(".begun").exists()


def test_a_long_job_stays_alive_in_the_books(queue: JobQueue) -> None:
    with at_work(queue):
        push(queue, SAMPLE + "wait_for_gate")
        eventually(lambda: started(queue))
        ((member, first),) = expiry(queue).items()
        eventually(lambda: expiry(queue)[member] > first)
        key = "rq:execution:" + member.decode()
        eventually(lambda: queue.connection.ttl(key) > EXECUTION_TTL - 3)
        sample.GATE.set()


def test_thousands_of_jobs_leave_no_trace_in_memory_or_in_redis(queue: JobQueue) -> None:
    with at_work(queue, threads=4) as worker:
        run_many(queue, worker, 400)
        gc.collect()
        objects, keys = len(gc.get_objects()), queue.connection.dbsize()
        run_many(queue, worker, 3_000)
        gc.collect()
        assert len(gc.get_objects()) - objects < 600
        assert queue.connection.dbsize() == keys


def run_many(queue: JobQueue, worker: ConcurrentWorker, count: int) -> None:
    sample.DONE.clear()
    assert queue.ring_many(uuid4() for _ in range(count)) == count
    eventually(lambda: len(sample.DONE) == count)
    eventually(lambda: worker.in_flight == 0 and not started(queue))
    sample.DONE.clear()


def test_entering_an_end_twice_counts_once(queue: JobQueue) -> None:
    client = queue.connect(5)
    books = Books(client, queue.name, "tester")
    books.beat([])
    queue.ring(uuid4())
    claims = books.claim(5)
    assert claims is not None
    ended = [Finished(claim, 1.5, "") for claim in claims]
    books.finish(ended, busy=False)
    books.finish(ended, busy=False)
    assert stock_worker(queue).successful_job_count == 1
    assert stock_worker(queue).total_working_time == 1.5
    client.close()


def test_an_id_whose_job_is_gone_is_skipped(queue: JobQueue) -> None:
    queue.connection.rpush(queue.key, "ghost", b"\xff\xfe", "a:b:c")
    with at_work(queue):
        queue.ring(uuid4())
        eventually(lambda: len(sample.DONE) == 1)
    assert queue.depth() == 0


def _url(queue: JobQueue) -> str:
    return f"unix://{queue.connection.connection_pool.connection_kwargs['path']}?db=0"
