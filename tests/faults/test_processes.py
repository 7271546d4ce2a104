"""The program in processes of its own: neighbours that fall silent under it, deploys, and deaths with the time it takes
to be back at work."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.faults.neighbours import proxied_database, proxied_redis
from tests.running import RunningProgram, running_program
from tests.standins.llm import StandInLlm
from tests.standins.llm_wires import Asked, Says
from tests.standins.proxy import Proxy
from tests.standins.twilio_http import Fault
from tests.standins.twilio_webhooks import post_form
from tests.waiting import eventually

pytestmark = pytest.mark.slow

_PLATFORM = 15.0  # seconds that Twilio waits for a webhook's answer


@dataclass
class Scene:
    program: RunningProgram
    llm: StandInLlm
    sql: Proxy
    redis: Proxy

    def post(self, number: int, words: str = "") -> int:
        """A person of her own writes."""
        return self.program.twilio.post_inbound(
            self.program.webhook, words or f"pergunta-{number:04}", f"whatsapp:+55119{number:08}"
        )

    def settled(self) -> int:
        return int(self.program.rows("SELECT count(*) FROM turn WHERE status = 'settled'")[0][0])

    def judge(self, count: int) -> None:
        """Each of so many messages is answered once, and nobody holds anything any more."""
        eventually(lambda: self.settled() == count)
        bodies = [message.body for message in self.program.twilio.history.messages]
        assert sorted(bodies) == sorted(f"re: {asked}" for asked in {asked.text for asked in self.llm.history})
        assert len(bodies) == count
        eventually(
            lambda: self.program.rows("SELECT count(*) FROM conversation WHERE lease_owner IS NOT NULL") == [(0,)]
        )

    def restart_worker(self) -> None:
        """Until it hears signals: before that, one to stop would simply end it."""
        self.program.start("worker")
        eventually(self.program.is_ready)

    def add_worker(self) -> None:
        """Another one, on the same queue."""
        self.program.start("worker-2")
        eventually(lambda: self.program.listens("worker-2"))


@pytest.fixture
def scene(company_url: str, fresh_redis_url: str, tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    """Starts the program once, between proxies; further arguments are settings."""
    with ExitStack() as stack:

        def start(latency: float = 0.0, **settings: str) -> Scene:
            llm = stack.enter_context(StandInLlm(latency=latency, answer=_answer))
            sql, sql_url = stack.enter_context(proxied_database(company_url))
            redis, far_redis = stack.enter_context(proxied_redis(fresh_redis_url))
            chosen = {"LLM_PROVIDER": "openai-compatible", "LLM_BASE_URL": llm.url, "LLM_MODEL": "standin"} | settings
            chosen |= {"DATABASE_URL": sql_url, "REDIS_URL": far_redis}
            program = stack.enter_context(running_program(company_url, fresh_redis_url, tmp_path, **chosen))
            return Scene(program, llm, sql, redis)

        yield start


def _answer(asked: Asked) -> Says:
    return Says(f"re: {asked.text}")


@contextmanager
def timed(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def test_a_silent_postgresql_is_a_503_in_time_and_gives_every_thread_back(scene: Callable[..., Scene]) -> None:
    it = scene(WEB_THREADS="16")
    assert it.post(0) == 200
    eventually(lambda: it.settled() == 1)
    it.sql.silence()
    with ThreadPoolExecutor(20) as pool:
        with timed(_PLATFORM):
            assert set(pool.map(it.post, range(1, 21))) == {503}
        assert urlopen(f"{it.program.url}/healthz", timeout=_PLATFORM).status == 200
        it.sql.heal()
        with timed(_PLATFORM):
            assert set(pool.map(it.post, range(1, 21))) == {200}
    it.judge(21)
    assert "Traceback" not in it.program.log("web")


def test_a_silent_redis_costs_a_webhook_half_a_second_once(scene: Callable[..., Scene]) -> None:
    it = scene()

    def seconds(number: int) -> float:
        began = time.monotonic()
        assert it.post(number) == 200
        return time.monotonic() - began

    usual = min(map(seconds, range(5)))  # on this machine, as busy as it is
    it.redis.silence()
    took = [seconds(number) for number in range(5, 20)]
    assert max(took) < _PLATFORM
    assert min(took) < usual + 0.5, "while it does not answer, not everybody waits for it"
    it.redis.heal()
    it.judge(20)


def test_a_flapping_postgresql_loses_nothing_and_doubles_nothing(scene: Callable[..., Scene]) -> None:
    it = scene(latency=0.5)
    it.sql.flap(1.0)
    statuses: set[int] = set()

    def deliver(number: int) -> None:
        """As a platform does: again until there is a 2xx, which it is given once."""
        time.sleep(number * 0.25)
        form = it.program.twilio.receive(f"pergunta-{number:04}", f"whatsapp:+55119{number:08}")
        for _ in range(60):
            status = post_form(it.program.webhook, form, it.program.twilio.auth_token)
            statuses.add(status)
            if status == 200:
                return
            time.sleep(0.4)
        raise AssertionError("never taken")

    with ThreadPoolExecutor(24) as pool:
        list(pool.map(deliver, range(24)))
    it.sql.heal()
    assert statuses == {200, 503}
    it.judge(24)
    # A beginning that was committed while the word of it got lost counts as a crash (docs/reliability.md).
    assert it.program.rows("SELECT count(*) FROM turn WHERE outcome <> 'answered'") == [(0,)]


def test_sigterm_with_a_full_queue_finishes_what_is_in_flight_and_leaves_the_rest(scene: Callable[..., Scene]) -> None:
    """In the middle of LLM calls and of a send, with more waiting than there are threads."""
    it, may_send = scene(WORKER_THREADS="4"), threading.Event()
    it.program.twilio.witness = lambda moment: not may_send.wait(180)
    it.post(0)
    eventually(lambda: it.program.rows("SELECT 1 FROM outbox WHERE status = 'sending'"))
    it.llm.is_held = True
    for number in range(1, 11):
        assert it.post(number) == 200
    eventually(lambda: len(it.llm.history) == 4)
    worker = it.program.children.pop("worker")
    worker.send_signal(signal.SIGTERM)
    may_send.set()
    eventually(lambda: it.settled() == 1)  # meanwhile it has heard the signal
    it.llm.is_held = False
    assert worker.wait(180) == 0
    asked = len(it.llm.history)
    assert len(it.program.twilio.history.messages) == asked, "what had begun was finished"
    assert it.program.rows("SELECT count(*) FROM conversation WHERE lease_owner IS NOT NULL") == [(0,)]
    assert asked < 11
    it.restart_worker()
    it.judge(11)
    assert len(it.llm.history) == 11, "nothing was paid for twice"


def test_a_second_sigterm_ends_it_at_once_and_the_turn_is_taken_up(scene: Callable[..., Scene]) -> None:
    it = scene(latency=60)
    it.post(0)
    eventually(lambda: it.llm.history)
    worker = it.program.children.pop("worker")

    def ends_when_asked() -> bool:
        worker.send_signal(signal.SIGTERM)
        return worker.poll() is not None

    with timed(30):
        eventually(ends_when_asked)  # those within a second are one wish, and when it heard the first nobody knows
    assert worker.returncode == 1
    it.llm.latency = 0
    it.restart_worker()
    it.judge(1)
    assert it.program.rows("SELECT crashes, outcome FROM turn") == [(1, "answered")]


def test_a_worker_killed_in_the_middle_of_a_turn_is_followed_within_twenty_seconds(scene: Callable[..., Scene]) -> None:
    it = scene()
    it.llm.is_held = True
    it.add_worker()
    victim = it.program.children.pop("worker")
    orphans = f"SELECT count(*) FROM conversation WHERE lease_owner LIKE '%-{victim.pid}-%'"
    people = 0
    while people < 6 or it.program.rows(orphans) == [(0,)]:
        it.post(people)
        people += 1
    eventually(lambda: it.program.rows("SELECT count(*) FROM completion WHERE status = 'started'") == [(people,)])
    victim.kill()
    killed_at = time.monotonic()
    victim.wait()
    it.llm.is_held = False
    count = it.program.rows(orphans)[0][0]
    again = "SELECT count(*) FROM completion WHERE attempt = 2"
    eventually(lambda: it.program.rows(again) == [(count,)])
    recovered = time.monotonic() - killed_at
    print(f"{count} turns taken up {recovered:.1f} s after the kill")
    assert count > 0
    assert recovered < 20
    it.restart_worker()
    it.judge(people)


def test_a_worker_killed_inside_a_send_is_followed_within_fifty_seconds(scene: Callable[..., Scene]) -> None:
    it = scene()
    it.program.twilio.faults.append(Fault("hang", accepted=True))
    it.post(0)
    eventually(lambda: it.program.twilio.history.messages)
    victim = it.program.children.pop("worker")
    victim.kill()
    killed_at = time.monotonic()
    victim.wait()
    it.restart_worker()
    eventually(lambda: any(method == "GET" for method, _, _ in it.program.twilio.requests))
    recovered = time.monotonic() - killed_at
    print(f"asked for {recovered:.1f} s after the kill")
    assert recovered < 50
    it.judge(1)
