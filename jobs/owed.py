"""What the database could not be told: kept with the lease it belongs to, and told when the database is back.

An answer that the LLM was paid for, a part that the platform took, a turn that failed: whoever learns such a thing
while PostgreSQL is away leaves it here and frees its thread. The lease stays this process's own meanwhile, so that
nobody begins anew. What is owed does not outlive the process: the turn then resumes as after any death.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from models.errors import LeaseLost
from models.lease import Lease, check_lease, release_lease
from models.session import is_database_away, session_scope
from models.work import ANY_WINDOW, find_work

if TYPE_CHECKING:
    from jobs.runtime import Services

T = TypeVar("T")

_TRY_EVERY = 0.5  # seconds: sooner than a sweeper finds the conversation, and gives it to somebody else

_log = logging.getLogger("recado.owed")


@dataclass(slots=True)
class _Debt:
    lease: Lease
    writes: list[Callable[[], object]] = field(default_factory=list)


class OwedWrites:
    """Thread-safe. Each write opens its own transaction, checks the lease, and is safe to repeat."""

    def __init__(self) -> None:
        self._debts: dict[UUID, _Debt] = {}
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self, services: "Services") -> None:
        self._thread = threading.Thread(target=self._run, args=(services,), name="owed", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """After a last try: whoever comes next is spared the work that this process remembers."""
        self._stopping = True
        self._changed.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def tell(self, lease: Lease, write: Callable[[], T]) -> T:
        """Write now. Where the database is away the write is kept for later, and the error raised all the same."""
        try:
            return write()
        except Exception as error:
            if is_database_away(error):
                self.keep(lease, write)
            raise

    def keep(self, lease: Lease, *writes: Callable[[], object]) -> None:
        """Keep the lease, and give it back once these writes have been told; without any, as soon as possible."""
        with self._lock:
            debt = self._debts.setdefault(lease.conversation_id, _Debt(lease))
            debt.writes.extend(writes)
        self._changed.set()

    def holds(self, lease: Lease) -> bool:
        """Whether the lease must not be forgotten yet."""
        with self._lock:
            debt = self._debts.get(lease.conversation_id)
        return debt is not None and debt.lease == lease

    def settle(self, services: "Services") -> bool:
        """One try of all that is owed, up to the first that finds the database away; whether nothing is owed now."""
        for debt in list(self._debts.values()):
            try:
                _pay(services, debt)
            except Exception as error:
                if is_database_away(error):
                    self._put_last(debt)
                    return False
                if isinstance(error, LeaseLost):
                    _log.warning("told too late: %s", error)
                else:
                    _log.exception("cannot be told: the lease is left to end")
                debt.writes.clear()
            if self._strike_off(debt):
                services.leases.forget(debt.lease)
                services.alarms.set(debt.lease.conversation_id, timedelta(0))
        return not self._debts

    def _put_last(self, debt: _Debt) -> None:
        """What the database has no time for, such as a row that is locked, must not hold up the others for ever."""
        key = debt.lease.conversation_id
        with self._lock:
            self._debts[key] = self._debts.pop(key)

    def _strike_off(self, debt: _Debt) -> bool:
        """False if more was owed meanwhile: whoever met the failure goes on until its stage has ended."""
        with self._lock:
            if not debt.writes:
                del self._debts[debt.lease.conversation_id]
            return not debt.writes

    def _run(self, services: "Services") -> None:
        while not self._stopping:
            self._changed.wait()
            self._changed.clear()
            while not self.settle(services) and not self._stopping:
                self._changed.wait(_TRY_EVERY)
                self._changed.clear()
        self.settle(services)


def _pay(services: "Services", debt: _Debt) -> None:
    while debt.writes:
        debt.writes[0]()
        debt.writes.pop(0)
    with session_scope(services.engine) as connection:
        check_lease(connection, debt.lease)
        work = find_work(connection, debt.lease.conversation_id, ANY_WINDOW)
        release_lease(connection, debt.lease, work.due_at)
        services.leases.forget(debt.lease)  # before the commit: whoever is rung right after it must not be refused
