"""A world for one run: processes that can die in it, time that can be made to pass, and everybody outside."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from jobs.sweep import SWEEP_EVERY
from models.faultpoint import set_fault_hook
from models.session import session_scope
from tests.fakes import Killed
from tests.matrix.deliveries import Delivery, Senders
from tests.matrix.lives import Life, living, outside
from tests.matrix.processes import BERTHS, Answer, Console, Scheduler, Web, Worker
from tests.matrix.stage import Stage
from tests.matrix.watch import Strike, Struck, Watch

_FROZEN = 60.0  # seconds: longer than any lease
_LATE = 0.5  # seconds: what is due is due for certain, however long the machine took meanwhile
_ROUNDS = 60  # of waiting for something due, until a run counts as never quiet
_ATTEMPTS = 6  # of a sender that hears no 2xx
_BLOCKED = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active'"
)
_NEXT_DUE = (
    "SELECT extract(epoch FROM min(greatest(due_at + interval '2 seconds',"
    " CASE WHEN lease_owner IS NOT NULL THEN lease_until END, rung_at + interval '10 seconds',"
    " (SELECT held_until FROM named_lease WHERE name = 'sweeper' AND owner <> :worker)) - clock_timestamp()))"
    " FROM conversation WHERE due_at IS NOT NULL"
)


class World:
    """One run on a stage. Everything outside a process is done here, in the calling thread, one thing after another:

    `post` delivers a webhook, `work` lets the worker do whatever was rung for, `pass_time` moves every clock, `sweep`
    and `fill_gaps` are one round each, `settle` goes on until nothing is due any more, `finish` lets every sender
    repeat itself. Whoever dies on the way is followed by a fresh process of its kind.

    `kill`, `stop`, `freeze` and `intrude` are what strikes do; at a point of the program (`Watch`) or by hand.
    """

    def __init__(self, stage: Stage, strikes: Sequence[Strike] = ()) -> None:
        stage.clear()
        self.stage = stage
        self.senders = Senders(stage)
        self.watch = Watch(strikes, self._strike)
        self.deliveries: list[Delivery] = []
        self.unheard: list[Delivery] = []  # that people sent and no webhook brought
        self.leaks: list[str] = []  # leases that a process left behind though it ended in good order
        self.never_quiet = False
        self.counts = dict.fromkeys(BERTHS, 0)
        self._order = count(1)
        self._at_work: list[Life] = []  # one waits for another where an errand is run
        self._intruders: list[threading.Thread] = []
        self.web = self.start_web()
        self.worker = self.start_worker()
        self.scheduler = self.start_scheduler()
        self.console = self.start_console()
        self.apologies = 0  # parts that may be accepted without being an answer
        self.encores: list[Callable[[Console], object]] = []  # commands that are given twice at once

    # Processes

    def start_web(self) -> Web:
        life, berth = self._berth("web")
        return Web(life, berth)

    def start_worker(self) -> Worker:
        life, berth = self._berth("worker")
        return Worker(life, berth, self.stage)

    def start_scheduler(self) -> Scheduler:
        life, berth = self._berth("scheduler")
        return Scheduler(life, berth, self.stage)

    def start_console(self) -> Console:
        life, berth = self._berth("console")
        return Console(life, berth)

    def _berth(self, kind: str) -> tuple[Life, Any]:
        number = self.counts[kind]
        self.counts[kind] += 1
        berths = self.stage.berths.setdefault(kind, [])
        if number == len(berths):
            berths.append(BERTHS[kind](self.stage))
        return Life(f"{kind}-{number + 1}"), berths[number]

    def act(self, life: Life, action: Callable[[], object]) -> bool:
        """Let that process do something; False if it died over it. Afterwards another stands where it was needed."""
        self._at_work.append(life)
        try:
            with living(life):
                action()
        except Killed:
            assert life.is_dead, "only the dead are killed"
        finally:
            self._at_work.remove(life)
            self._join_intruders()
        if life.is_stopping and not life.is_dead:
            self._see_off(life)
        if life.is_dead or life.is_stopping:
            self.replace(life)
        return not life.is_dead

    def replace(self, life: Life) -> None:
        """A fresh process where that one was at work; nothing if it was replaced before."""
        if self.web.life is life:
            self.web = self.start_web()
        elif self.worker.life is life:
            self.worker = self.start_worker()
        elif self.scheduler.life is life:
            self.scheduler = self.start_scheduler()
        elif self.console.life is life:
            self.console = self.start_console()

    def _see_off(self, life: Life) -> None:
        left = self.rows("SELECT id FROM conversation WHERE lease_owner = :owner", owner=life.name)
        self.leaks += [f"{life.name} ended and kept the lease on {row.id}" for row in left]

    # What happens outside

    def post(self, delivery: Delivery) -> Answer | None:
        """One attempt; None when the sender heard nothing."""
        if delivery not in self.deliveries:
            self.deliveries.append(delivery)
        return self._post_to(self.web, delivery)

    def insist(self, delivery: Delivery) -> None:
        """Until it is acknowledged."""
        while not delivery.is_acked and delivery.attempts < _ATTEMPTS:
            self.post(delivery)

    def _post_to(self, web: Web, delivery: Delivery) -> Answer | None:
        delivery.attempts += 1
        delivery.sent_at = delivery.sent_at or next(self._order)
        sent: list[Answer] = []
        self.act(web.life, lambda: web.serve(delivery.environ(), sent))
        delivery.answers += sent
        if delivery.is_acked and not delivery.acked_at:
            delivery.acked_at = next(self._order)
        return sent[0] if sent else None

    def poll(self, location: str) -> Answer | None:
        """A look at an answer of /chat, at the address that the 202 gave."""
        sent: list[Answer] = []
        self.act(self.web.life, lambda: self.web.serve(self.senders.poll(location), sent))
        return sent[0] if sent else None

    def work(self) -> None:
        """Until no ring waits; a worker that dies or stops is followed by another."""
        while True:
            worker, taken = self.worker, [0]
            self.act(worker.life, lambda: taken.__setitem__(0, worker.take_rings()))  # noqa: B023  # called at once
            if not taken[0] and worker is self.worker:
                return

    def sweep(self) -> None:
        """One round of the worker's sweeper, which waits for better times like the real one's thread."""
        worker = self.worker

        def sweep() -> None:
            try:
                worker.sweep()
            except SQLAlchemyError as error:
                worker.troubles.append(error)

        self.act(worker.life, sweep)

    def fill_gaps(self) -> None:
        scheduler = self.scheduler
        self.act(scheduler.life, scheduler.fill_gaps)

    def command(self, action: Callable[[Console], object]) -> None:
        """Given by an operator until it goes through."""
        done: list[bool] = []
        for _ in range(_ATTEMPTS):
            console = self.console
            self.act(console.life, lambda one=console: done.append(_goes_through(action, one)))
            if any(done):
                return

    def come_by(self, point: str) -> None:
        """A moment of the worker's that no line of the program names."""
        self.act(self.worker.life, lambda: self.watch.reach(point))

    def purge(self) -> None:
        """One round of the retention."""
        scheduler = self.scheduler

        def purge() -> None:
            try:
                scheduler.purge()
            except SQLAlchemyError:
                return

        self.act(scheduler.life, purge)

    def pass_time(self, seconds: float) -> None:
        """For everybody: what is stored moves into the past, as do the platforms' histories; monotonic clocks jump."""
        self.stage.times.shift(seconds)
        self.stage.clock.passed += seconds
        for message in (*self.stage.twilio.history.messages, *self.stage.twilio.history.received):
            message.created_at -= timedelta(seconds=seconds)

    def flush(self) -> None:
        """Empty Redis."""
        self.stage.redis.flushall()

    def settle(self) -> None:
        """Work, wait, ring and sweep until nothing is due any more."""
        for _ in range(_ROUNDS):
            self.work()
            alarm, due = self.worker.next_alarm(), self._next_due()
            if due is None and alarm is None:
                return
            if alarm is not None and (due is None or alarm <= due):
                self.pass_time(alarm + _LATE)
                self.act(self.worker.life, self.worker.ring_alarms)
            else:
                every = SWEEP_EVERY.total_seconds()
                self.pass_time(max(1, ceil((due or 0.0) / every)) * every)
                self.sweep()
        self.never_quiet = True

    def _next_due(self) -> float | None:
        """Seconds until the sweeper may find something; None when nothing is due for ever."""
        [row] = self.rows(_NEXT_DUE, worker=self.worker.life.name)
        return None if row[0] is None else max(0.0, float(row[0]))

    def finish(self) -> None:
        """Every sender repeats itself until it is acknowledged, and once more after that."""
        self.settle()
        for delivery in list(self.deliveries):
            self.insist(delivery)
        self.settle()
        self.watch.is_over = True
        for delivery in list(self.deliveries):
            self.post(delivery)
        self.settle()

    # Strikes

    def _strike(self, struck: Struck) -> None:
        with outside():
            match struck.mode:
                case "A":
                    self.kill(struck.life)
                case "B":
                    self.kill(struck.life)
                    self.flush()
                case "C":
                    struck.life.is_stopping = True
                case "D":
                    self.freeze(struck.life)
                case "E":
                    self.intrude()

    def kill(self, life: Life) -> None:
        """From now on it does nothing; what it holds stays as it is."""
        life.is_dead = True

    def freeze(self, life: Life) -> None:
        """It stands still while its leases end, PostgreSQL ends its idle transactions, and others take over; thawed
        when this returns."""
        if life.transactions:
            self.rows(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE pid = ANY(:pids) AND state LIKE 'idle in transaction%'",
                pids=list(life.transactions),
            )
        for frozen in (life, *self._at_work):
            self.replace(frozen)
        self.pass_time(_FROZEN)
        for delivery in list(self.deliveries):
            self.post(delivery)
        self.settle()

    def intrude(self) -> None:
        """At the same time another web process gets every request again, and another worker every ring; returns when
        they are through, or wait for a lock that whoever was pre-empted holds."""
        thread = threading.Thread(target=self._intrude, name="intruder")
        self._intruders.append(thread)
        thread.start()
        while thread.is_alive() and not self.rows(_BLOCKED)[0][0]:
            thread.join(0.002)

    def _intrude(self) -> None:
        web, worker = self.start_web(), self.start_worker()
        web.life.is_guest = worker.life.is_guest = True
        for delivery in list(self.deliveries):
            self._as_guest(web.life, lambda one=delivery: web.serve(one.environ(), one.answers))
        for [conversation_id] in self.rows("SELECT id FROM conversation"):
            self._as_guest(worker.life, lambda key=conversation_id: worker.ring(key))
        self._as_guest(worker.life, worker.take_rings)
        for encore in self.encores:
            console = self.start_console()
            console.life.is_guest = True
            self._as_guest(console.life, lambda action=encore, one=console: _goes_through(action, one))

    def _as_guest(self, life: Life, action: Callable[[], object]) -> None:
        with living(life):
            action()

    def _join_intruders(self) -> None:
        while self._intruders and threading.current_thread() not in self._intruders:
            thread = self._intruders.pop()
            thread.join(30)
            assert not thread.is_alive(), "the intruder is stuck"

    # What the judge and the curious look at

    def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        with session_scope(self.stage.engine) as connection:
            return connection.execute(text(statement), values).all()

    @property
    def expected(self) -> dict[tuple[str, str], list[str]]:
        """The messages to be answered, by channel and thread, in the order in which they were sent."""
        found: dict[tuple[str, str], list[str]] = {}
        for delivery in (*self.deliveries, *self.unheard):
            if delivery.tags:
                found.setdefault((delivery.channel, delivery.thread), []).extend(delivery.tags)
        return found

    @property
    def written(self) -> list[str]:
        """The messages whose words were to be written down, each once."""
        every = (*self.deliveries, *self.unheard)
        return [tag for delivery in every if "anote" in delivery.words for tag in delivery.tags]

    def fetched(self) -> dict[str, list[str]]:
        """What /chat gives to those who wrote there, by user, in the order in which it was answered."""
        order = [row.turn_id for row in self.rows("SELECT turn_id FROM message WHERE direction = 'out' ORDER BY seq")]
        found: dict[str, dict[UUID, str]] = {}
        for delivery in self.deliveries:
            if delivery.channel == "chat" and delivery.is_acked:
                turn_id = UUID(json.loads(delivery.answers[-1].body)["turn_id"])
                answer = self.poll(f"/chat/{turn_id}")
                body = json.loads(answer.body) if answer is not None else {}
                found.setdefault(delivery.thread, {})[turn_id] = str(body.get("response", ""))
        return {
            user: [said for _, said in sorted(answers.items(), key=lambda one: _place(order, one[0]))]
            for user, answers in found.items()
        }


def _goes_through(action: Callable[[Console], object], console: Console) -> bool:
    try:
        action(console)
    except SQLAlchemyError:
        return False
    return True


def _place(order: Sequence[UUID], turn_id: UUID) -> int:
    return order.index(turn_id) if turn_id in order else len(order)


@contextmanager
def opened_world(stage: Stage, strikes: Sequence[Strike] = ()) -> Iterator[World]:
    """The world of one run, watched from its first moment to its end."""
    world = World(stage, strikes)
    set_fault_hook(world.watch.reach)
    for name, standin in (("whatsapp", stage.twilio), ("email", stage.smtp), ("crm", stage.crm)):
        standin.witness = lambda moment, name=name: world.watch.see(name, moment)
    try:
        yield world
    finally:
        set_fault_hook(None)
