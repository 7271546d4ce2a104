"""How soon work goes on after a worker was killed: from the SIGKILL to the moment another takes up what it held."""

import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import psycopg

from tests.chaos.fleet import Death
from tests.chaos.town import Town

MID_TURN = 20.0  # seconds, as promised
_LOOK_EVERY = 0.1
_ORDINARY_LEASE = 10.5  # seconds; what lasts longer is the lease of a send
_LEFT = (
    "SELECT id, fence, extract(epoch FROM lease_until - now())::float8 FROM conversation"
    " WHERE lease_owner LIKE %(owner)s AND lease_until > now()"
)


@dataclass
class Recovery:
    """One conversation that a killed worker held. `again_at` is None while nobody has taken it up."""

    died_at: float
    conversation: str
    fence: int
    in_send: bool
    again_at: float | None = None

    @property
    def seconds(self) -> float:
        return (self.again_at or time.time()) - self.died_at


class Watch:
    """Told of every death. `left_behind` are leases of workers that had been asked to stop and ended well."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._deaths: SimpleQueue[Death] = SimpleQueue()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recovery", daemon=True)
        self.recoveries: list[Recovery] = []
        self.left_behind: list[str] = []

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def note(self, death: Death) -> None:
        if death.role == "worker":
            self._deaths.put(death)

    def _run(self) -> None:
        while not self._ending.wait(_LOOK_EVERY):
            try:
                self._take_deaths()
                self._look()
            except psycopg.Error:
                continue  # away: nobody goes on working either

    def _take_deaths(self) -> None:
        while True:
            try:
                death = self._deaths.get_nowait()
            except Empty:
                return
            rows = self._town.rows(_LEFT, {"owner": f"%-{death.pid}-%"}, patience=1.0)
            if death.code == 0:
                self.left_behind += [f"conversation {row[0]} was left leased by {death.name}" for row in rows]
            elif death.code < 0:
                self.recoveries += [Recovery(death.at, str(row[0]), row[1], row[2] > _ORDINARY_LEASE) for row in rows]

    def _look(self) -> None:
        waiting = [one for one in self.recoveries if one.again_at is None]
        if not waiting:
            return
        keys = {"keys": list({one.conversation for one in waiting})}
        rows = self._town.rows("SELECT id::text, fence FROM conversation WHERE id = ANY(%(keys)s::uuid[])", keys, 1.0)
        fences = dict(rows)
        for one in waiting:
            if fences.get(one.conversation, 0) > one.fence:
                one.again_at = time.time()
