"""The net under the queue: rings for what is stored and not finished, whatever became of Redis or of a worker.

One process at a time sweeps, by a lease in the database.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Engine

from jobs.rounds import Rounds
from models.faultpoint import faultpoint
from models.lease import hold_named_lease
from models.session import session_scope
from models.work import claim_overdue

SWEEP_EVERY = timedelta(seconds=3)
_LEASE = timedelta(seconds=10)
_OVERDUE = timedelta(seconds=2)  # younger work still has its ring in the queue
_REPEAT = timedelta(seconds=10)
_BATCH = 500

_log = logging.getLogger("recado.sweep")


class Sweeper(Rounds):
    """`ring_many` must not raise."""

    def __init__(self, engine: Engine, owner: str, ring_many: Callable[[Sequence[UUID]], object]) -> None:
        self._engine = engine
        self._owner = owner
        self._ring_many = ring_many
        super().__init__("sweeper", SWEEP_EVERY, self.sweep, _log)

    def sweep(self) -> list[UUID]:
        """One round, if it is this process's turn; returns the conversations that were rung."""
        faultpoint("sweep.started")
        with session_scope(self._engine) as connection:
            if not hold_named_lease(connection, "sweeper", self._owner, _LEASE):
                return []
            found = claim_overdue(connection, overdue=_OVERDUE, repeat=_REPEAT, limit=_BATCH)
        faultpoint("sweep.claimed")
        if found:
            _log.info("rang for overdue work", extra={"conversations": len(found)})
            self._ring_many(found)
        return found
