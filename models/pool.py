"""A pool hands out no dead connection, asks no server to find out, and leaves none open: who has gone left word in the
socket.

An idle connection has nothing to read. Whatever is there - the end of the stream, or the server's last words - means
that it cannot be used. It costs a system call where a ping costs a round trip and two wake-ups. A peer that vanished
without a word is found by the next statement, as it would be by a ping.
"""

from select import POLLIN, poll
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError, InvalidRequestError


def refuse_dead_connections(engine: Engine) -> None:
    """Let the engine's pool replace what died while nobody used it."""
    event.listen(engine, "checkout", _check)


def close_for_good(engine: Engine) -> None:
    """Closes what is idle, and each connection that somebody still has as soon as it comes back: a thread that was left
    behind may hold one. Whoever wants another gets InvalidRequestError. Safe to repeat."""
    event.listen(engine, "connect", _refuse)
    event.listen(engine, "checkin", _close)
    engine.dispose()


def _refuse(connection: Any, record: object) -> None:
    connection.close()
    raise InvalidRequestError("this engine was closed for good")


def _close(connection: Any, record: object) -> None:
    if connection is not None:  # not one that was given up before
        connection.close()


def _check(connection: "psycopg.Connection[Any]", record: object, proxy: object) -> None:
    if connection.closed or _has_something_to_read(connection.fileno()):
        raise DisconnectionError("the server has ended this connection")


def _has_something_to_read(descriptor: int) -> bool:
    poller = poll()
    poller.register(descriptor, POLLIN)
    return bool(poller.poll(0))
