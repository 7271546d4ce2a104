"""The scheduler door: what is due by the calendar, done by one process at a time under a lease in the database."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from types import FrameType, MappingProxyType
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.demo import prepare_demo
from bot.embedded.engines import attach_or_start
from bot.files import build_storage
from bot.privacy.clearing import finish_erasures
from bot.services import ChannelDirectory, build_accounts
from bot.settings import Settings, load_settings
from bot.telemetry import configure_logging, configure_sentry
from channels.base import Channel
from jobs.gaps import FILL_EVERY, GapFiller
from jobs.privacy.retention import Retention
from jobs.queue import JobQueue
from models.cache.cached_answer import forget_old_answers
from models.cache.kept_result import forget_results
from models.clock import SystemClock
from models.heartbeat import beat, forget_dead, say_goodbye
from models.invariants import find_violations
from models.lease import hold_named_lease
from models.money.budget import settle_stale
from models.operators.access import forget_expired_sessions
from models.privacy.retention import forget_old_books
from models.session import build_engine, session_scope

_EVERY = timedelta(seconds=5)
_HOURLY = timedelta(hours=1)
_AGAIN = timedelta(minutes=1)  # where something of it failed
_LEASE = timedelta(seconds=30)
_DEAD_AFTER = timedelta(hours=1)
_FIRST_LOOK = timedelta(minutes=10)
_BOOKS_KEPT = timedelta(days=62)
_RESULTS_KEPT = 10_000  # of each company
_ANSWERS_KEPT = timedelta(days=2)  # given again for an hour at most
_TIDYING: Final[Mapping[str, Callable[[Connection], object]]] = MappingProxyType(  # each in a transaction of its own
    {
        "logins that ended": forget_expired_sessions,
        "processes that died without a word": partial(forget_dead, older_than=_DEAD_AFTER),
        "money held back for calls that nobody ended": partial(settle_stale, older_than=_DEAD_AFTER),
        "books of days long gone": partial(forget_old_books, age=_BOOKS_KEPT),
        "old answers": partial(forget_old_answers, age=_ANSWERS_KEPT),
        "results beyond those kept": partial(forget_results, most=_RESULTS_KEPT),
    }
)

_log = logging.getLogger("recado.scheduler")


def main() -> int:
    """Run until SIGTERM or SIGINT."""
    settings = load_settings()
    configure_logging(settings, "scheduler")
    configure_sentry(settings, "scheduler")
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with attach_or_start(settings) as engines:
        engine = build_engine(engines.database_url, application_name="recado-scheduler", pool_size=3)
        gaps = build_gap_filler(settings, engine, JobQueue(engines.redis_url))
        clearing = partial(finish_erasures, engine, build_storage(settings), engines.redis_url, engines.data)
        try:
            Scheduler(settings, engine, engines.database_url, gaps, clearing).run(stopping)
        finally:
            gaps.stop()
            engine.dispose()
    return 0


def build_gap_filler(settings: Settings, engine: Engine, queue: JobQueue) -> GapFiller:
    """For every account that the settings describe."""
    accounts = build_accounts(settings)
    directory = ChannelDirectory(accounts)

    def channels() -> list[Channel]:
        return [channel for key in accounts if (channel := directory.find(*key)) is not None]

    quiet = timedelta(seconds=settings.quiet_window_seconds)
    return GapFiller(engine, channels, queue.ring_many, SystemClock(), quiet)


class Scheduler:
    """Beats every few seconds; if it holds the lease, it looks every ten minutes for what no webhook brought, and does
    once an hour what the calendar asks for."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        database_url: str,
        gaps: GapFiller,
        clearing: Callable[[], object],
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._database_url = database_url
        self._owner = f"{socket.gethostname()}-{os.getpid()}"
        self._gaps = gaps
        keep = timedelta(days=days) if (days := settings.raw_event_days) else None
        self._retention = Retention(engine, keep)
        self._clearing = clearing
        self._until_due = timedelta(0)
        self._until_gaps = timedelta(0)
        self._until_looked = _FIRST_LOOK

    def run(self, stopping: threading.Event) -> None:
        _log.info("ready")
        while not stopping.is_set():
            try:
                self.tick()
            except SQLAlchemyError as error:
                _log.warning("put off: %s", type(error).__name__)
            stopping.wait(_EVERY.total_seconds())
        try:
            with session_scope(self._engine) as connection:
                say_goodbye(connection, self._owner)
        except SQLAlchemyError:
            _log.warning("left without a word: the database is away")

    def tick(self) -> None:
        """One beat. Safe to repeat."""
        with session_scope(self._engine) as connection:
            beat(connection, self._owner, kind="scheduler", in_flight=0)
            is_leader = hold_named_lease(connection, "scheduler", self._owner, _LEASE)
        if not is_leader:
            self._retention.forget()
            self._until_gaps = timedelta(0)
            return
        if self._until_gaps <= timedelta(0) and self._gaps.start_round():
            self._until_gaps = FILL_EVERY
        self._until_gaps -= _EVERY
        if self._until_due <= timedelta(0):
            self._until_due = _HOURLY if self.do_hourly() else _AGAIN
        self._until_due -= _EVERY
        _attempt("what is kept no longer", self._retention.work)
        _attempt("what erasures left", self._clearing)
        if self._until_looked <= timedelta(0):
            self._until_looked = _HOURLY
            _attempt("looking for broken promises", self.look_for_violations)
        self._until_looked -= _EVERY

    def look_for_violations(self) -> None:
        """One line if a promise is broken. Not at the start: after a downtime much is overdue for good reason."""
        with session_scope(self._engine) as connection:
            violations = find_violations(connection)
        if violations:
            broken = "; ".join(f"{count} {name}" for name, count in violations.items())
            _log.warning("what must never be is there: %s", broken)

    def do_hourly(self) -> bool:
        """The demo's missing days, what is tidied, whatever is kept no longer; whether all of it was done. Safe to
        repeat."""
        done = [_attempt(name, partial(self._tidy, step)) for name, step in _TIDYING.items()]
        done.append(_attempt("a round of what is kept no longer", self._retention.start_round))
        if self._settings.is_embedded:
            done.append(_attempt("the demo's days", partial(prepare_demo, self._settings, self._database_url)))
        _log.info("tidied", extra={"count": sum(done)})
        return all(done)

    def _tidy(self, step: Callable[[Connection], object]) -> None:
        with session_scope(self._engine) as connection:
            step(connection)


def _attempt(name: str, duty: Callable[[], object]) -> bool:
    """Whether it was done. What fails is put off, and holds up no other duty."""
    try:
        duty()
    except SQLAlchemyError as error:
        _log.warning("%s put off: %s", name, type(error).__name__)
        return False
    except Exception:  # nobody else does the others
        _log.exception("%s put off", name)
        return False
    return True


if __name__ == "__main__":
    raise SystemExit(main())
