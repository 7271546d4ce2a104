"""Ringing: one round trip, readable by stock RQ, and never in a webhook's way."""

import json
import logging
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import as_text

from jobs.queue import FAILURE_TTL, JOB_TIMEOUT, JobQueue
from tests.jobs import sample

CONVERSATION = UUID("0192f0a4-0000-7000-8000-000000000001")


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds

    def today(self, timezone: str) -> date:
        return self.now().date()


@pytest.fixture
def queue(fresh_redis_url: str) -> Iterator[JobQueue]:
    made = JobQueue(fresh_redis_url, timeout=60)  # nobody here is a webhook
    yield made
    made.connection.close()


@dataclass
class Deaf:
    """A server that takes connections and never answers."""

    server: socket.socket

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.server.getsockname()[1]}/0"

    def knocks(self) -> int:
        """How many have connected since it was asked last."""
        found = 0
        with suppress(BlockingIOError):
            while True:
                self.server.accept()[0].close()
                found += 1
        return found


@pytest.fixture
def deaf() -> Iterator[Deaf]:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        server.setblocking(False)
        yield Deaf(server)


def waiting(queue: JobQueue) -> list[str]:
    return [as_text(raw) for raw in queue.connection.lrange(queue.key, 0, -1)]


def test_a_ring_is_one_round_trip(queue: JobQueue, fresh_redis_url: str) -> None:
    queue.ring(CONVERSATION)  # the first one also connects and loads the script
    with Redis.from_url(fresh_redis_url) as watcher:
        watcher.config_resetstat()
        assert queue.ring(CONVERSATION)
        seen = {name: stats["calls"] for name, stats in watcher.info("commandstats").items()}
    assert seen.pop("cmdstat_evalsha") == 1
    # whatever else was counted ran inside the script, or is the watcher's own
    assert set(seen) <= {"cmdstat_hset", "cmdstat_rpush", "cmdstat_sadd", "cmdstat_llen", "cmdstat_info"} | {
        "cmdstat_config|resetstat"
    }


def test_a_ring_is_the_job_that_stock_rq_would_have_written(queue: JobQueue, fresh_redis_url: str) -> None:
    assert queue.ring(CONVERSATION)
    with Redis.from_url(fresh_redis_url) as client:
        stock = Queue("stock", connection=client, serializer=JSONSerializer)
        theirs = stock.enqueue(
            "jobs.advance.advance",
            args=[str(CONVERSATION)],
            job_timeout=JOB_TIMEOUT,
            result_ttl=0,
            failure_ttl=FAILURE_TTL,
        )
        expected = client.hgetall(theirs.key)
        (job_id,) = client.lrange("rq:queue:recado", 0, -1)
        ours = client.hgetall(b"rq:job:" + job_id)
        assert client.smembers("rq:queues") == {b"rq:queue:recado", b"rq:queue:stock"}
        differing = {b"created_at", b"enqueued_at", b"origin", b"data"}
        assert ours.keys() == expected.keys()
        assert {k: v for k, v in ours.items() if k not in differing} == {
            k: v for k, v in expected.items() if k not in differing
        }
        assert json.loads(ours[b"data"]) == json.loads(zlib.decompress(expected[b"data"]))
        read = Job.fetch(job_id.decode(), connection=client, serializer=JSONSerializer)
        assert (read.func_name, read.args, read.kwargs) == (theirs.func_name, list(theirs.args), theirs.kwargs)


def test_the_job_id_tells_the_conversation_and_is_never_the_same_twice(queue: JobQueue) -> None:
    queue.ring(CONVERSATION)
    queue.ring(CONVERSATION)
    ids = waiting(queue)
    assert len(set(ids)) == 2
    assert all(job_id.startswith(f"ring_{CONVERSATION.hex}_") and len(job_id) == 46 for job_id in ids)


def test_a_stock_worker_can_run_our_rings(fresh_redis_url: str) -> None:
    queue = JobQueue(fresh_redis_url, function="tests.jobs.sample.note", timeout=60)
    sample.DONE.clear()
    queue.ring(CONVERSATION)
    client = queue.connect(timeout=600)  # stock workers block for minutes
    SimpleWorker([queue.name], connection=client, serializer=JSONSerializer).work(burst=True, logging_level="ERROR")
    client.close()
    assert list(sample.DONE) == [str(CONVERSATION)]
    assert queue.depth() == 0
    queue.connection.close()


def test_many_rings_go_in_few_round_trips_and_in_order(queue: JobQueue) -> None:
    ids = [uuid4() for _ in range(450)]
    queue.ring(ids[0])
    queue.connection.config_resetstat()
    assert queue.ring_many(ids) == 450
    assert queue.connection.info("commandstats")["cmdstat_evalsha"]["calls"] == 3
    assert queue.depth() == 451
    assert [UUID(job_id.split("_")[1]) for job_id in waiting(queue)[1:]] == ids
    assert queue.ring_many([]) == 0


def test_rings_survive_a_forgotten_script(queue: JobQueue) -> None:
    assert queue.ring(CONVERSATION)
    queue.connection.script_flush()
    assert queue.ring(CONVERSATION)
    assert queue.depth() == 2


def test_rings_survive_a_lost_connection(queue: JobQueue, fresh_redis_url: str) -> None:
    assert queue.ring(CONVERSATION)
    with Redis.from_url(fresh_redis_url) as other:
        other.client_kill_filter(_type="normal", skipme=True)
    assert queue.ring(CONVERSATION)


def test_a_refused_connection_costs_no_time_and_raises_nothing(caplog: pytest.LogCaptureFixture) -> None:
    queue = JobQueue("redis://127.0.0.1:1/0")
    with caplog.at_level(logging.WARNING):
        assert not queue.ring(CONVERSATION)
        assert queue.ring_many([CONVERSATION] * 3) == 0
    assert queue.lost_rings == 4
    assert not queue.ping()
    assert len(caplog.records) == 1, "one line a minute is enough"


def test_a_hung_redis_delays_one_ring_and_not_the_next_ones(deaf: Deaf) -> None:
    clock = HandClock()
    queue = JobQueue(deaf.url, clock=clock)
    assert not queue.ring(CONVERSATION)
    assert deaf.knocks() == 1
    assert not any(queue.ring(CONVERSATION) for _ in range(200))
    assert deaf.knocks() == 0, "the circuit is open: nobody waits"
    queue.connection.close()


def test_while_redis_is_away_one_caller_a_second_tries(deaf: Deaf) -> None:
    clock = HandClock()
    queue = JobQueue(deaf.url, clock=clock)
    queue.ring(CONVERSATION)
    clock.seconds += 1.5
    assert deaf.knocks() == 1
    threads = [threading.Thread(target=queue.ring, args=(CONVERSATION,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert deaf.knocks() == 1
    queue.connection.close()


def test_rings_go_through_again_as_soon_as_redis_is_back(
    fresh_redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = HandClock()
    queue = JobQueue(fresh_redis_url, clock=clock, timeout=60)
    with Redis.from_url(fresh_redis_url) as other:
        other.config_set("maxmemory", "1")  # full: every write is refused
        taken = queue.ring(CONVERSATION)
        other.config_set("maxmemory", "0")
    assert not taken
    assert not queue.ring(CONVERSATION), "the circuit is still open"
    clock.seconds += 1.1
    assert queue.ring(CONVERSATION)
    assert queue.ring(CONVERSATION)
    assert queue.lost_rings == 2
    assert "Redis takes no rings" in caplog.text
    queue.connection.close()


def test_rq_reads_a_ring_as_a_queued_job(queue: JobQueue) -> None:
    queue.ring(CONVERSATION)
    (job,) = Queue(queue.name, connection=queue.connection, serializer=JSONSerializer).get_jobs()
    assert isinstance(job, Job)
    assert job.func_name == "jobs.advance.advance"
    assert job.args == [str(CONVERSATION)]
    assert job.is_queued
    assert job.enqueued_at is not None
    assert job.result_ttl == 0
