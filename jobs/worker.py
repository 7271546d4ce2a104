"""The concurrent RQ worker: many jobs in flight in one process, because a turn is seconds of waiting.

One thread takes rings off one queue, a pool runs them, a third thread tells Redis how they ended and a fourth that they
are alive. A job gets no time-out from here: nothing can interrupt a thread that waits for the network, so each network
call of a job has a time-out of its own. A job that a dead worker leaves behind is forgotten, never run again from here:
the sweeper rings for whatever the database says is unfinished.
"""

import logging
import os
import secrets
import signal
import threading
import time
import traceback
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any

from redis.exceptions import RedisError
from rq.utils import import_attribute

from jobs.allowed import ALLOWED_JOBS, JobRefused, parse_call
from jobs.queue import JOB_TIMEOUT, JobQueue
from jobs.rq_worker.admission import Admission
from jobs.rq_worker.books import EXECUTION_TTL, Books, Claim, Finished
from models.faultpoint import faultpoint
from models.trace import new_trace_id, tracing

_log = logging.getLogger(__name__)

_BLOCK = 0.25  # seconds in one wait for a ring: also how long a stop may go unnoticed
_PATIENCE = 3.0  # seconds for an answer of Redis, more than one wait for a ring
_BEAT_EVERY = 3.0  # seconds
_FULL = 0.01  # seconds between looks for room, where jobs may soon begin to wait for an LLM
_CLAIM = 16  # jobs per claim: a burst is shared among the workers instead of filling the first
_COMMIT = 64  # finished jobs per round trip
_BACKOFF = 0.5  # seconds between tries while Redis is away or the workers are suspended
_LOG_EVERY = 60.0  # seconds
_SAME_SIGNAL = 1.0  # seconds in which Ctrl-C and a supervisor's SIGTERM are one wish


class ConcurrentWorker:
    """Runs up to `threads` jobs of the queue at once; `grace` is what running jobs get to end when it stops."""

    def __init__(
        self,
        queue: JobQueue,
        threads: int,
        grace: timedelta = timedelta(seconds=60),
        allowed: Collection[str] = ALLOWED_JOBS,
        exit_process: Callable[[int], Any] = os._exit,  # threads that hang would keep sys.exit from ending
    ) -> None:
        self.name = f"recado-{os.getpid()}-{secrets.token_hex(4)}"
        self._threads = threads
        self._admission = Admission(threads)
        self._grace = grace.total_seconds()
        self._allowed = allowed
        self._exit_process = exit_process
        self._redis = queue.connect(_PATIENCE)
        self._books = Books(self._redis, queue.name, self.name)
        self._functions: dict[str, Callable[..., Any]] = {}
        self._running: dict[Claim, float] = {}  # and since when
        self._changed = threading.Condition()  # guards _running
        self._at_books = threading.Lock()  # one entry at a time, or an older one could say "idle" after a newer claim
        self._finished: SimpleQueue[Finished | None] = SimpleQueue()  # None: no more will come
        self._stop_asked_at: float | None = None  # a plain value: signal handlers must not take locks
        self._ended = threading.Event()
        self._away_log_at = 0.0

    @property
    def in_flight(self) -> int:
        """Jobs running now."""
        return len(self._running)

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to stop. Takes no lock."""
        return self._stop_asked_at is not None

    def stop(self) -> None:
        """Take no more jobs, finish those in flight, let `run` return. From any thread, and repeatable."""
        if self._stop_asked_at is None:
            self._stop_asked_at = time.monotonic()

    def run(self) -> None:
        """Work until `stop`, SIGTERM or SIGINT (heard only in the main thread). Survives any absence of Redis.

        When the grace is over, or at a second signal, the whole process ends at once with status 1.
        """
        self._functions = {name: import_attribute(name) for name in self._allowed}
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="job")
        clerk = threading.Thread(target=self._commit_finished, name="worker-clerk", daemon=True)
        pulse = threading.Thread(target=self._keep_alive, name="worker-pulse", daemon=True)
        with self._hearing_signals():
            clerk.start()
            pulse.start()
            _log.info("Worker %s listens, up to %d jobs at once", self.name, self._threads)
            try:
                self._take_jobs(pool)
            finally:
                self._wind_up(pool, clerk, pulse)
        _log.info("Worker %s has ended", self.name)

    # Taking

    def _take_jobs(self, pool: ThreadPoolExecutor) -> None:
        while self._stop_asked_at is None:
            free = self._wait_for_room()
            if not free or self._stop_asked_at is not None:
                continue
            try:
                with self._at_books:
                    claims = self._books.claim(min(free, _CLAIM))
                    faultpoint("queue.claimed")
                    self._start(claims or [], pool)
                if claims is None:  # suspended
                    time.sleep(_BACKOFF)
                elif not claims:
                    self._books.wait_for_ring(_BLOCK)
            except (RedisError, OSError) as error:
                self._note_away(error)
                time.sleep(_BACKOFF)

    def _wait_for_room(self) -> int:
        """How many more jobs may run; 0 after a while without room. A full worker leaves the rings to others."""
        with self._changed:
            room = self._admission.find_room(len(self._running))
            if room <= 0:
                self._changed.wait(_FULL)
                room = self._admission.find_room(len(self._running))
            return max(0, room)

    def _start(self, claims: list[Claim], pool: ThreadPoolExecutor) -> None:
        now = time.monotonic()
        with self._changed:
            self._running.update((claim, now) for claim in claims)
        for claim in claims:
            pool.submit(self._perform, claim)

    # Running

    def _perform(self, claim: Claim) -> None:
        begun = time.monotonic()
        error = ""
        with tracing(new_trace_id(), job=claim.job_id):
            try:
                self._call(claim)
            except JobRefused as refusal:
                error = f"refused: {refusal}"
                _log.error("Job %s was not run: %s", claim.job_id, refusal)
            except BaseException:  # whatever it was, it is the job's end and not the worker's
                error = traceback.format_exc()
                _log.exception("Job %s failed", claim.job_id)
        with self._changed:
            del self._running[claim]
            self._changed.notify()
        self._finished.put(Finished(claim, time.monotonic() - begun, error))

    def _call(self, claim: Claim) -> None:
        if claim.has_side_effects:
            raise JobRefused("it brings callbacks or web hooks, which no job of ours has")
        call = parse_call(claim.data, self._functions)
        faultpoint("queue.started")
        self._functions[call.function](*call.args, **call.kwargs)
        faultpoint("queue.worked")

    # Telling Redis

    def _commit_finished(self) -> None:
        item = self._finished.get()
        while item is not None:
            batch = [item]
            with suppress(Empty):
                while len(batch) < _COMMIT and (item := self._finished.get_nowait()) is not None:
                    batch.append(item)
            self._commit(batch)
            if item is not None:
                item = self._finished.get()

    def _commit(self, batch: list[Finished]) -> None:
        """Tries for as long as Redis would remember the executions by itself: later there is nothing to enter."""
        until = time.monotonic() + EXECUTION_TTL
        while True:
            try:
                with self._at_books:
                    return self._books.finish(batch, busy=bool(self._running))
            except (RedisError, OSError) as error:
                self._note_away(error)
            except Exception:  # a clerk who died would let the finished jobs pile up
                _log.exception("%d finished jobs cannot be entered in Redis", len(batch))
                return None
            if self._ended.is_set() or time.monotonic() >= until:
                return None
            time.sleep(_BACKOFF)

    def _keep_alive(self) -> None:
        while True:
            try:
                with self._at_books:
                    with self._changed:
                        running = dict(self._running)
                    self._books.beat(running.keys())
                orphans = self._books.tidy()
                if orphans:
                    _log.warning("%d jobs of dead workers were given up; the sweeper finds their work", orphans)
                self._note_stuck(running)
            except (RedisError, OSError) as error:
                self._note_away(error)
            except Exception:  # without a pulse every job would count as orphaned
                _log.exception("The worker's heartbeat failed")
            if self._ended.wait(_BEAT_EVERY):
                return

    def _note_stuck(self, running: dict[Claim, float]) -> None:
        now = time.monotonic()
        for claim, since in running.items():
            if 0 <= now - since - JOB_TIMEOUT < _BEAT_EVERY:  # once each
                _log.error("Job %s has been running for %d seconds", claim.job_id, JOB_TIMEOUT)

    def _note_away(self, error: Exception) -> None:
        now = time.monotonic()
        if now >= self._away_log_at:
            self._away_log_at = now + _LOG_EVERY
            _log.warning("Redis does not do its part (%r): jobs in flight go on, new ones wait", error)

    # Ending

    def _wind_up(self, pool: ThreadPoolExecutor, clerk: threading.Thread, pulse: threading.Thread) -> None:
        left = self._wait_for_running()
        if left:
            _log.error("Worker %s ends with %d jobs unfinished: the grace is over", self.name, left)
            self._exit_process(1)
        pool.shutdown(wait=not left)
        self._finished.put(None)
        self._ended.set()
        clerk.join(2 * _PATIENCE)
        pulse.join(2 * _PATIENCE)
        with suppress(RedisError, OSError):
            self._books.leave()
        self._redis.close()

    def _wait_for_running(self) -> int:
        """Jobs that are still running when all is done or the grace is over."""
        until = time.monotonic() + self._grace
        with self._changed:
            while self._running and time.monotonic() < until:
                self._changed.wait(min(_BLOCK, max(0.0, until - time.monotonic())))
            return len(self._running)

    @contextmanager
    def _hearing_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        asked_at = self._stop_asked_at
        if asked_at is not None and time.monotonic() - asked_at > _SAME_SIGNAL:
            self._exit_process(1)
        self.stop()
