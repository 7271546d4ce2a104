"""The leases this process holds, renewed together in one statement, and the sign that this process lives."""

import logging
import threading
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from models.clock import Clock, SystemClock
from models.heartbeat import beat
from models.lease import Lease, acquire_lease, renew_leases
from models.session import session_scope, statement_scope

LEASE = timedelta(seconds=10)
RENEW_EVERY = timedelta(seconds=3)
LONGEST = timedelta(minutes=10)  # of a stage, for whoever says nothing else

_log = logging.getLogger("recado.leases")


class LeaseKeeper:
    """Takes leases in the name of one process and keeps them alive until they are forgotten. Thread-safe.

    `pulse` is the engine for renewals: one of their own, or they would queue behind the very work they protect.
    A lease without progress for `longest`, or for as long as its stage was given, belongs to a thread that hangs: it is
    renewed no more.
    """

    def __init__(
        self,
        engine: Engine,
        owner: str,
        *,
        kind: str = "worker",
        pulse: Engine | None = None,
        longest: timedelta = LONGEST,
        clock: Clock | None = None,
    ) -> None:
        self.owner = owner
        self._kind = kind
        self._engine = engine
        self._pulse = pulse or engine
        self._longest = longest.total_seconds()
        self._clock = clock or SystemClock()
        self._held: dict[UUID, Lease] = {}
        self._moves_by: dict[UUID, float] = {}  # when each hangs, unless it is seen to move before
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    @property
    def in_flight(self) -> int:
        return len(self._held)

    def start(self) -> None:
        self.renew()
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def acquire(self, conversation_id: UUID, *, only_if_due: bool = False) -> Lease | None:
        """None if another thread or process works on it, or it is not due and was to be."""
        with self._lock:
            if conversation_id in self._held:
                return None
        with statement_scope(self._engine) as connection:
            lease = acquire_lease(connection, conversation_id, self.owner, LEASE, only_if_due=only_if_due)
        if lease is not None:
            with self._lock:
                self._held[conversation_id] = lease
                self._moves_by[conversation_id] = self._clock.monotonic() + self._longest
        return lease

    def note_progress(self, lease: Lease, longest: timedelta | None = None) -> None:
        """A stage has ended, so the thread that holds the lease is alive; the next may take so long."""
        seconds = self._longest if longest is None else longest.total_seconds()
        with self._lock:
            if self._held.get(lease.conversation_id) == lease:
                self._moves_by[lease.conversation_id] = self._clock.monotonic() + seconds

    def forget(self, lease: Lease) -> None:
        """Stop renewing it; it was released, or is to expire."""
        with self._lock:
            if self._held.get(lease.conversation_id) == lease:
                del self._held[lease.conversation_id]
                del self._moves_by[lease.conversation_id]

    def renew(self) -> None:
        """One statement for every lease and one for the heartbeat. Safe to repeat."""
        self._drop_stuck()
        with self._lock:
            held = list(self._held.values())
        with session_scope(self._pulse) as connection:
            if held:
                renew_leases(connection, self.owner, held, LEASE)
            beat(connection, self.owner, kind=self._kind, in_flight=len(held))

    def _drop_stuck(self) -> None:
        now = self._clock.monotonic()
        with self._lock:
            stuck = [self._held[key] for key, at in self._moves_by.items() if at < now]
        for lease in stuck:
            _log.error(
                "a stage hangs: its conversation goes on without it",
                extra={"conversation_id": str(lease.conversation_id)},
            )
            self.forget(lease)

    def _run(self) -> None:
        while not self._stopping.wait(RENEW_EVERY.total_seconds()):
            try:
                self.renew()
            except SQLAlchemyError as error:
                _log.warning("leases not renewed: %s", type(error).__name__)
            except Exception:  # without renewals every turn would be taken for a dead worker's
                _log.exception("leases not renewed")
