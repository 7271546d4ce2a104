"""A connection to PostgreSQL that does not wait for ever: a server, or a network, that falls silent counts as gone.

`statement_timeout` is kept by the server, so it is no help where the server cannot be heard.
"""

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout
from sqlalchemy import Engine, event

T = TypeVar("T")

_LOOK_EVERY = 0.1  # seconds between two looks for signals, psycopg's own


class ServerSilent(psycopg.OperationalError):
    """It did not answer in time. Whoever asks again at once will wait as long again."""


class PatientConnection(psycopg.Connection[Any]):
    """Closed, with a ServerSilent, when an answer of the server takes longer than `patience` seconds."""

    patience: float | None = None

    def wait(self, gen: PQGen[T], interval: float = _LOOK_EVERY, timeout: float | None = None) -> T:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience)
        except _WaitTimeout:
            self.pgconn.finish()  # what it was about to say must not be taken for the answer to the next question
            raise ServerSilent(f"the server was silent for {self.patience} s") from None


def lose_patience(engine: Engine, after: float) -> None:
    """Let no connection of the engine wait for an answer for longer than `after` seconds."""

    @event.listens_for(engine, "do_connect")
    def connect(dialect: object, record: object, arguments: list[Any], options: dict[str, Any]) -> PatientConnection:
        connection = PatientConnection.connect(*arguments, **options)
        connection.patience = after
        return connection
