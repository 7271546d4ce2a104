"""Simulated processes: work in threads that stop at any named moment, and then are killed, frozen or let go on."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import ProgrammingError

from jobs.alarms import Alarms
from models.clock import Clock
from models.faultpoint import set_fault_hook
from tests.fakes import Killed

_PATIENCE = 20.0  # seconds of real time before a stuck world is a failure
_LOOK_EVERY = 0.02  # seconds between looks for a task that waits for another's lock

_present = threading.local()

# Inside a transaction: whoever stops here holds what others may wait for.
INSIDE = frozenset(
    {
        "ingress.inserted",
        "turn.frozen",
        "turn.looked",
        "answer.written",
        "answer.halved",
        "send.due",
        "send.marked",
        "send.recorded",
        "reconcile.recorded",
    }
)


class Stuck(Exception):
    """Work that goes round in circles, or waits for what never comes."""


class HandAlarms(Alarms):
    """Alarms without a thread: the world rings for those that are due."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(lambda key: None, clock)
        self._waiting: list[tuple[float, UUID]] = []
        self._clock_of_world = clock

    def set(self, conversation_id: UUID, wait: timedelta) -> None:
        self._waiting.append((self._clock_of_world.monotonic() + max(wait.total_seconds(), 0.0), conversation_id))

    def take_due(self) -> list[UUID]:
        now = self._clock_of_world.monotonic()
        due = [key for at, key in self._waiting if at <= now]
        self._waiting = [(at, key) for at, key in self._waiting if at > now]
        return due


class Task:
    """One piece of a process's work in a thread of its own. `stop_at` says, point by point, whether to stop there."""

    def __init__(self, life: "Life", work: Callable[[], object], stop_at: Callable[[str], bool]) -> None:
        self.life = life
        self.point = ""  # where it stands, while it is stopped
        self.hits: list[str] = []
        self.error: BaseException | None = None
        self._work = work
        self._stop_at = stop_at
        self.trouble = ""  # what its next statement meets: "refused" before it ran, or "unheard" after it was committed
        self._rests = threading.Event()  # stopped, or done
        self._may_go = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def is_stopped(self) -> bool:
        return bool(self.point)

    @property
    def is_done(self) -> bool:
        return self._rests.is_set() and not self.point

    def wait(self, is_blocked: Callable[["Life"], bool] | None = None) -> None:
        """Until it stops or is done, or waits for a lock that a stopped task holds."""
        for _ in range(round(_PATIENCE / _LOOK_EVERY)):
            if self._rests.wait(_LOOK_EVERY):
                if isinstance(self.error, ProgrammingError):
                    raise AssertionError("a statement that cannot run") from self.error
                return
            if is_blocked is not None and is_blocked(self.life):
                return
        raise Stuck(f"{self.life.name} neither ends nor stops; it passed {', '.join(self.hits[-5:])}")

    def go_on(self) -> None:
        """Let a stopped task go on."""
        assert self.is_stopped
        self.point = ""
        self._rests.clear()
        self._may_go.set()

    def reach(self, name: str) -> None:
        """Called in its thread at each point."""
        if not self.life.is_alive:
            raise Killed
        self.hits.append(name)
        if not self._stop_at(name):
            return
        self.point = name
        self._rests.set()
        self._may_go.wait()
        self._may_go.clear()
        if not self.life.is_alive:
            raise Killed

    def _run(self) -> None:
        _present.task = self
        try:
            self._work()
        except Killed:
            pass
        except BaseException as error:
            self.error = error
        self._rests.set()


@dataclass
class Life:
    """What can die: a name for the database to know it by, and an engine that serves it only while it lives."""

    name: str
    engine: Engine
    is_alive: bool = True
    is_stopping: bool = False
    tasks: list[Task] = field(default_factory=list)

    def start(self, work: Callable[[], object], stop_at: Callable[[str], bool] = lambda name: False) -> Task:
        task = Task(self, work, stop_at)
        self.tasks.append(task)
        return task

    def die(self) -> None:
        """Everything it does from now on fails, clean-up included, and what it had open is rolled back."""
        self.is_alive = False
        for task in self.tasks:
            if task.is_stopped:
                task.go_on()
                task.wait()


def guard_engine(engine: Engine, rewrite: Callable[[str], str]) -> None:
    """The dead send no statements; those of the living are rewritten on their way, or meet trouble."""

    class Watched(psycopg.Cursor[Any]):
        def execute(self, query: Any, *given: Any, **named: Any) -> Any:
            task: Task | None = getattr(_present, "task", None)
            if task is not None and not task.life.is_alive:
                raise Killed
            _meet_trouble("refused")
            done = super().execute(rewrite(query) if isinstance(query, str) else query, *given, **named)
            if self.connection.autocommit:
                _meet_trouble("unheard")
            return done

    @event.listens_for(engine, "connect")
    def watch(connection: "psycopg.Connection[Any]", record: object) -> None:
        connection.cursor_factory = Watched

    commit = engine.dialect.do_commit

    def commit_and_hear(connection: Any) -> None:
        commit(connection)
        _meet_trouble("unheard")

    engine.dialect.do_commit = commit_and_hear  # type: ignore[method-assign]


def _meet_trouble(kind: str) -> None:
    task: Task | None = getattr(_present, "task", None)
    if task is not None and task.trouble == kind:
        task.trouble = ""
        raise psycopg.OperationalError("the server closed the connection")


def hear_points() -> None:
    """Let every faultpoint reach the task that passes it."""

    def pass_on(name: str) -> None:
        task: Task | None = getattr(_present, "task", None)
        if task is not None:
            task.reach(name)

    set_fault_hook(pass_on)
