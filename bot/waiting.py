"""Waiting for answers without asking all the time: one listener a process hears of them, and wakes who waits."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from psycopg import sql

from models.answer import ANSWERED_CHANNEL
from models.postgres import PatientConnection

_FIRST_PAUSE = 0.2  # seconds before connecting again; doubled at each failure
_LONGEST_PAUSE = 10.0
_PATIENCE = 5.0  # seconds for the database to answer a statement; announcements may be as rare as they like
_BREATH = 0.3  # seconds between two looks at whether to stop
_log = logging.getLogger("recado.web")


class AnswerBell:
    """Sets the events registered for a message when its answer is committed, on whatever machine.

    It may miss some: whoever waits looks for itself now and then, so a deaf bell costs seconds and never an answer.
    """

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._lock = threading.Lock()
        self._waiting: dict[UUID, list[threading.Event]] = {}
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    @contextmanager
    def registered(self, message_id: UUID, event: threading.Event) -> Iterator[None]:
        """Within the block `event` is set when the message is answered. Register before the first look."""
        self.register(message_id, event)
        try:
            yield
        finally:
            self.unregister(message_id, event)

    def register(self, message_id: UUID, event: threading.Event) -> None:
        with self._lock:
            self._waiting.setdefault(message_id, []).append(event)
            if self._thread is None and not self._stopped.is_set():  # not before a fork: the child has no threads
                self._thread = threading.Thread(target=self._listen, name="recado-answers", daemon=True)
                self._thread.start()

    def unregister(self, message_id: UUID, event: threading.Event) -> None:
        with self._lock:
            events = self._waiting.get(message_id, [])
            if event in events:
                events.remove(event)
            if not events:
                self._waiting.pop(message_id, None)

    def stop(self) -> None:
        """End the listener; events are set no more."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _listen(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stopped.is_set():
            try:
                with self._connect() as connection:
                    connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(ANSWERED_CHANNEL)))
                    pause = _FIRST_PAUSE
                    self._wake_all()  # something may have been announced while nobody listened
                    self._hear(connection)
            except psycopg.Error as error:
                _log.warning("the listener for answers lost the database (%s)", type(error).__name__)
                self._stopped.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        connection = PatientConnection.connect(
            self._database_url,
            autocommit=True,
            application_name="recado-web-listener",
            connect_timeout=5,
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
        )
        connection.patience = _PATIENCE
        return connection

    def _hear(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while not self._stopped.is_set():
            for notice in connection.notifies(timeout=_BREATH):
                self._wake(notice.payload)

    def _wake(self, payload: str) -> None:
        try:
            turn_id = UUID(payload)
        except ValueError:
            return
        with self._lock:
            for event in self._waiting.get(turn_id, ()):
                event.set()

    def _wake_all(self) -> None:
        with self._lock:
            for events in self._waiting.values():
                for event in events:
                    event.set()


class WaitingPlaces:
    """How many requests may wait at once: half of the threads, so that webhooks always find a free one."""

    def __init__(self, threads: int) -> None:
        self._free = threading.BoundedSemaphore(max(1, threads // 2))

    @contextmanager
    def place(self) -> Iterator[bool]:
        """True if a place was free; it is held for the block. Never waits for one."""
        is_free = self._free.acquire(blocking=False)
        try:
            yield is_free
        finally:
            if is_free:
                self._free.release()
