"""The purge of raw events: in small batches, a few at each beat of the scheduler, so that nothing waits for it."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine

from models.faultpoint import faultpoint
from models.retention import find_moment, purge_raw_events
from models.session import session_scope

_BATCH = 200  # events: mails among them are large
_BATCHES = 10  # a beat
_START = UUID(int=0)

_log = logging.getLogger("recado.retention")


class Retention:
    """`keep` None keeps raw events for ever. A round that was cut off is begun anew by whoever leads next."""

    def __init__(self, engine: Engine, keep: timedelta | None, batch: int = _BATCH) -> None:
        self._engine = engine
        self._batch = batch
        self._keep = keep
        self._round: tuple[datetime, UUID] | None = None  # what is older than, and how far it came

    def start_round(self) -> None:
        """Nothing while one is under way."""
        if self._keep is None or self._round is not None:
            return
        with session_scope(self._engine) as connection:
            self._round = (find_moment(connection, self._keep), _START)

    def forget(self) -> None:
        """Another process leads."""
        self._round = None

    def work(self) -> None:
        """The next few batches of the round, if one is under way."""
        for _ in range(_BATCHES):
            if self._round is None:
                return
            before, after = self._round
            with session_scope(self._engine) as connection:
                reached = purge_raw_events(connection, before, after, self._batch)
            faultpoint("retention.half-purged")
            self._round = None if reached is None else (before, reached)
            if self._round is None:
                _log.info("raw events are purged", extra={"before": before.isoformat()})
