"""The processes of a run: who is at work, who follows whom, and who ends in good order."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import text

from models.session import session_scope
from tests.fakes import Killed
from tests.matrix.lives import Life, living
from tests.matrix.processes import BERTHS, Console, Scheduler, Web, Worker
from tests.matrix.stage import Stage


class Cast:
    """One process of each kind stands ready; whoever dies or is stopped over what it does is followed by another."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.leaks: list[str] = []  # leases that a process left behind though it ended in good order
        self.at_work: list[Life] = []  # the first wait for the last
        self.guests: list[threading.Thread] = []  # at work beside it
        self._counts = dict.fromkeys(BERTHS, 0)
        self.web = self.start_web()
        self.worker = self.start_worker()
        self.scheduler = self.start_scheduler()
        self.console = self.start_console()

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
        number = self._counts[kind]
        self._counts[kind] += 1
        berths = self.stage.berths.setdefault(kind, [])
        if number == len(berths):
            berths.append(BERTHS[kind](self.stage))
        return Life(f"{kind}-{number + 1}"), berths[number]

    def act(self, life: Life, action: Callable[[], object]) -> bool:
        """Let that process do something; False if it died over it. Afterwards another stands where it was needed."""
        self.at_work.append(life)
        try:
            with living(life):
                action()
        except Killed:
            assert life.is_dead, "only the dead are killed"
        finally:
            self.at_work.remove(life)
            self._join_guests()
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

    def _join_guests(self) -> None:
        while self.guests and threading.current_thread() not in self.guests:
            thread = self.guests.pop()
            thread.join(30)
            assert not thread.is_alive(), "the intruder is stuck"

    def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        with session_scope(self.stage.engine) as connection:
            return connection.execute(text(statement), values).all()
