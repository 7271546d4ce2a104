"""A small world around the real jobs, tables and queue: processes that die and freeze, a clock, and a far side.

It stands on the jobs' floor: no Flask, no HTTP, one channel without a key. What happens at a stage's named moments is
the whole subject, so any outcome can be had in any order within milliseconds.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from agent.agent import Agent, Limits
from bot.intake import read_inbound, store_and_ring
from bot.settings import Settings
from bot.web_services import WebServices
from channels.base import InboundRequest
from jobs.advance import bring_forward
from jobs.allowed import ALLOWED_JOBS, parse_call
from jobs.leases import LeaseKeeper
from jobs.queue import JobQueue
from jobs.runtime import OpenDoor, Services, WorkPolicy
from jobs.sweep import Sweeper
from models.faultpoint import faultpoint, set_fault_hook
from models.trace import new_trace_id
from tests.fakes import FixedClock, OneAgent, allow_all
from tests.guards.engines import SLOTS, Engines
from tests.guards.far_side import Arrival, FarChannel, Platform, Scribe, Shop
from tests.guards.ledger import Delivery, Ledger
from tests.guards.process import INSIDE, HandAlarms, Life, Task, hear_points
from tests.jobs.house import AtOnce

_ROUNDS = 15  # of recovery, twice: a world that is not quiet then never will be
POLICY = WorkPolicy()

StopAt = Callable[[str], bool]


def never(name: str) -> bool:
    return False


@dataclass
class Process:
    """One program: a door, a worker and a sweeper, with what a process has of its own."""

    life: Life
    services: Services
    web: WebServices
    alarms: HandAlarms
    sweeper: Sweeper


class World:
    """One run. Use it as a context: faultpoints reach it only meanwhile."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self.clock = FixedClock()
        self.platform, self.shop, self.scribe = Platform(self.clock), Shop(), Scribe()
        self.channel = FarChannel(self.platform)
        self.ledger = Ledger()
        self.queue = JobQueue(engines.redis_url, name="guards", clock=self.clock, timeout=60)
        self.processes: list[Process] = []
        self._born = 0

    def __enter__(self) -> "World":
        self.engines.empty()
        hear_points()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.life.die()
        set_fault_hook(None)
        self.queue.connection.close()

    # Processes

    def spawn(self) -> Process:
        taken = {process.life.name for process in self.processes if process.life.is_alive}
        slot = next(name for name in SLOTS if name not in taken)
        engine = self.engines.of[slot]
        life = Life(slot, engine)
        self._born += 1
        owner, alarms = f"{slot}-{self._born}", HandAlarms(self.clock)
        tools = {"order": self.shop.tool()}
        services = Services(
            engine=engine,
            channel_for=lambda name, account: self.channel,
            agents=OneAgent(Agent(self.scribe, "scribe", tools, Limits(steps=3), self.clock, allow_all)),
            leases=LeaseKeeper(engine, owner, clock=self.clock),
            alarms=alarms,
            clock=self.clock,
            policy=POLICY,
            open_door=lambda connection, tenant_id: OpenDoor("Ana", "Ana Souza"),
            background=AtOnce(),
            is_stopping=lambda: life.is_stopping,
        )
        settings = Settings(quiet_window_seconds=0)
        channel_for = services.channel_for
        web = WebServices(settings, engine, self.queue, self.clock, channel_for, self.engines.database_url, "")
        process = Process(life, services, web, alarms, Sweeper(engine, owner, self.queue.ring_many))
        self.processes.append(process)
        return process

    @property
    def living(self) -> list[Process]:
        """Those that have nothing stopped: whoever is frozen does nothing."""
        return [
            process
            for process in self.processes
            if process.life.is_alive and not any(task.is_stopped for task in process.life.tasks)
        ]

    def start(self, process: Process, work: Callable[[], object], stop_at: StopAt = never) -> Task:
        """Until it is done, stops, or waits for a lock that a stopped task holds."""

        def watch(name: str) -> bool:
            self.ledger.hits.append(name)
            return stop_at(name)

        task = process.life.start(work, watch)
        task.wait(self._is_blocked)
        return task

    def _is_blocked(self, life: Life) -> bool:
        waiting = "SELECT 1 FROM pg_stat_activity WHERE application_name = :name AND wait_event_type = 'Lock'"
        return bool(self.engines.rows(waiting, name=life.name))

    def resume(self, task: Task) -> None:
        task.go_on()
        task.wait(self._is_blocked)

    # What can happen

    def deliver(self, process: Process, delivery: Delivery, stop_at: StopAt = never) -> Task:
        """A webhook reaches the process; it is acknowledged when the door returns."""
        self.ledger.deliveries.setdefault(delivery.id, delivery)

        def receive() -> None:
            request = InboundRequest("default", "POST", "/webhooks/fake/default", {}, delivery.body.encode())
            inbound = read_inbound(self.channel, request)
            store_and_ring(process.web, self.channel, self.engines.account, request, inbound, new_trace_id())
            self.ledger.acked[delivery.id] += 1
            faultpoint("ingress.acknowledged")

        def watch(name: str) -> bool:
            self.ledger.acked[delivery.id] += name == "ingress.lied"
            return stop_at(name)

        return self.start(process, receive, watch)

    def say(
        self, process: Process, message_id: str, words: str = "", sender: str = "ana", stop: StopAt = never
    ) -> Task:
        body = {"id": message_id, "from": sender, "text": f"{message_id} {words}".strip()}
        return self.deliver(process, Delivery(message_id, json.dumps(body)), stop)

    def call_back(self, process: Process, arrival: Arrival, status: str, stop_at: StopAt = never) -> Task:
        """The platform's word about a part."""
        body = {"status": status, "sid": arrival.sid, "part": str(arrival.part.id)}
        return self.deliver(process, Delivery(f"{arrival.sid} {status}", json.dumps(body)), stop_at)

    def take_ring(self) -> UUID | None:
        """The oldest ring in the queue, off it."""
        client = self.queue.connection
        job_id = client.lpop(self.queue.key)
        if job_id is None:
            return None
        key = b"rq:job:" + job_id  # type: ignore[operator]
        raw = client.hget(key, "data")
        client.delete(key)
        return None if raw is None else UUID(parse_call(raw, ALLOWED_JOBS).args[0])  # type: ignore[arg-type]

    def work(self, process: Process, conversation_id: UUID, stop_at: StopAt = never) -> Task:
        return self.start(process, partial(bring_forward, process.services, conversation_id), stop_at)

    def sweep(self, process: Process, stop_at: StopAt = never) -> Task:
        def round_of_it() -> None:
            found = process.sweeper.sweep()
            fences = dict(self.rows("SELECT id, fence FROM conversation")) if found else {}  # type: ignore[arg-type]
            self.ledger.swept += [(self.clock.monotonic(), key, fences[key]) for key in found]

        return self.start(process, round_of_it, stop_at)

    @contextmanager
    def crowd(self) -> Iterator[None]:
        """Whoever needs a conversation waits for its row, and all go on at once when the block ends."""
        with self.engines.own.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql("SELECT 1 FROM conversation FOR UPDATE SKIP LOCKED")
            yield
            connection.exec_driver_sql("COMMIT")

    def flush(self) -> None:
        self.engines.redis.flushdb()

    def kill(self, process: Process) -> None:
        for task in process.life.tasks:
            self._note_waste(task.point, deadly=True)
        process.life.die()

    def freeze(self, task: Task) -> None:
        """PostgreSQL ends a transaction that stands open for too long."""
        self._note_waste(task.point, deadly=False)
        if task.point in INSIDE:
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name"
            self.engines.rows(f"{ended} AND state LIKE 'idle in transaction%'", name=task.life.name)

    def _note_waste(self, point: str, *, deadly: bool) -> None:
        self.ledger.llm_wasted += point in {"llm.paid", "llm.answered"}
        self.ledger.shop_wasted += point in {"shop.ordered", "tool.worked"}
        if not deadly:
            self.ledger.llm_wasted += point in {"llm.opened", "llm.asked"}
            self.ledger.shop_wasted += point in {"llm.journalled", "tool.due"}  # nothing looks at the lease in between
            self.ledger.excused += point in {"send.checked", "platform.asked"}

    def pass_time(self, seconds: float) -> None:
        self.clock.move(seconds)
        self.engines.run(self.engines.shift.format(seconds))

    # Coming to rest

    def ring_due(self) -> None:
        """Alarms of the living that are due, after what they owe the database."""
        for process in self.living:
            self.pay(process)
            for key in process.alarms.take_due():
                self.queue.ring(key)

    def pay(self, process: Process) -> None:
        """What the process owes the database, which the real one tells at once and then every half second."""
        self.start(process, partial(process.services.owed.settle, process.services)).wait()

    def work_off(self) -> None:
        """Every ring, by whoever lives, in turn."""
        for turn in range(3 * _ROUNDS):
            self.ring_due()
            key = self.take_ring()
            if key is None:
                return
            for task in [self.work(self.living[turn % len(self.living)], key)]:
                task.wait()

    def settle(self) -> bool:
        """Let time pass, rings ring and sweepers sweep until nothing is due any more; False if that never comes."""
        for step in [3.0] * _ROUNDS + [600.0] * _ROUNDS:  # what takes an hour is waited for in longer steps
            self.work_off()
            wait = self.rows(_NEXT)[0][0]
            if wait is None:
                return True
            self.pass_time(max(step, float(wait) + 2.5))
            for process in self.living:
                self.sweep(process).wait()
        return False

    def redeliver(self) -> None:
        """Whatever nobody acknowledged, until somebody does, as platforms do."""
        for delivery in list(self.ledger.deliveries.values()):
            for _ in range(3):
                if self.ledger.acked[delivery.id]:
                    break
                self.deliver(self.living[0], delivery).wait()
            else:
                if not self.ledger.acked[delivery.id]:
                    self.ledger.noticed.append(("I1", f"{delivery.id} is never acknowledged"))

    def repeat(self) -> None:
        """Every webhook once more: platforms do that too."""
        for delivery in list(self.ledger.deliveries.values()):
            before = self.ledger.acked[delivery.id]
            self.deliver(self.living[0], delivery).wait()
            if self.ledger.acked[delivery.id] == before:
                self.ledger.noticed.append(("I1", f"{delivery.id} is known and was not acknowledged"))

    def rows(self, statement: str) -> Sequence[Any]:
        return self.engines.rows(statement)


# When something happens next by itself: work is due, or a lease that hides it ends.
_NEXT = """
SELECT extract(epoch FROM min(greatest(due_at, coalesce(lease_until, due_at))) - now()) FROM conversation
WHERE due_at IS NOT NULL
"""
