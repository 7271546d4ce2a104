"""A world for one run: processes that can die in it, time that can be made to pass, and everybody outside."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from math import ceil
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from jobs.sweep import SWEEP_EVERY
from models.faultpoint import set_fault_hook
from tests.matrix.cast import Cast
from tests.matrix.deliveries import Delivery, Senders
from tests.matrix.lives import Life, current_life, living, outside
from tests.matrix.processes import Answer, Console, Web
from tests.matrix.stage import Stage
from tests.matrix.watch import Strike, Struck, Watch

_BACK, _BACK_IN_A_SEND = 20.0, 50.0  # seconds after a death until what was held goes on
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


class World(Cast):
    """One run on a stage. Everything outside a process is done here, in the calling thread, one thing after another:

    `post` delivers a webhook, `work` lets the worker do whatever was rung for, `pass_time` moves every clock, `sweep`
    and `fill_gaps` are one round each, `settle` goes on until nothing is due any more, `finish` lets every sender
    repeat itself. Whoever dies on the way is followed by a fresh process of its kind.

    `kill`, `freeze` and `intrude` are what strikes do; at a point of the program (`Watch`) or by hand.
    """

    def __init__(self, stage: Stage, strikes: Sequence[Strike] = ()) -> None:
        stage.clear()
        super().__init__(stage)
        self.senders = Senders(stage)
        self.watch = Watch(strikes, self._strike, {"turn.leased": self._note_return})
        self.deliveries: list[Delivery] = []
        self.unheard: list[Delivery] = []  # that people sent and no webhook brought
        self.late: list[str] = []  # conversations that stood still for too long after a death
        self.never_quiet = False
        self._order = count(1)
        self._left: dict[Any, tuple[float, float]] = {}  # what the dead held: since when, and for how long it may lie
        self.apologies = 0  # parts that may be accepted without being an answer
        self.encores: list[Callable[[Console], object]] = []  # commands that are given twice at once

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
        now = self.stage.clock.passed
        self._left = {key: (now, within) for key, (_, within) in self._left.items()}  # every death costs its own time
        held = (
            "SELECT id, lease_until > now() + interval '10 seconds' AS sends FROM conversation"
            " WHERE lease_owner = :name"
        )
        for row in self.rows(held, name=life.name):
            self._left[row.id] = now, _BACK_IN_A_SEND if row.sends else _BACK

    def _note_return(self) -> None:
        """Somebody has a lease: one that a dead worker held?"""
        for key in list(self._left):
            [row] = self.rows("SELECT lease_owner FROM conversation WHERE id = :key", key=key)
            life = current_life()
            if life is not None and row.lease_owner == life.name:
                since, within = self._left.pop(key)
                if self.stage.clock.passed - since > within:
                    self.late.append(f"a conversation stood still for {self.stage.clock.passed - since:.0f} s")

    def freeze(self, life: Life) -> None:
        """It stands still while its leases end, PostgreSQL ends its idle transactions, and others take over; thawed
        when this returns."""
        if life.transactions:
            self.rows(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE pid = ANY(:pids) AND state LIKE 'idle in transaction%'",
                pids=list(life.transactions),
            )
        for frozen in (life, *self.at_work):
            self.replace(frozen)
        self.pass_time(_FROZEN)
        for delivery in list(self.deliveries):
            self.post(delivery)
        self.settle()

    def intrude(self) -> None:
        """At the same time another web process gets every request again, and another worker every ring; returns when
        they are through, or wait for a lock that whoever was pre-empted holds."""
        thread = threading.Thread(target=self._intrude, name="intruder")
        self.guests.append(thread)
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

    # What the judge and the curious look at

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


def _goes_through(action: Callable[[Console], object], console: Console) -> bool:
    try:
        action(console)
    except SQLAlchemyError:
        return False
    return True


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
