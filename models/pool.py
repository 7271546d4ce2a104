"""A pool hands out no dead connection, and asks no server to find out: who has gone left word in the socket.

An idle connection has nothing to read. Whatever is there - the end of the stream, or the server's last words - means
that it cannot be used. It costs a system call where a ping costs a round trip and two wake-ups. A peer that vanished
without a word is found by the next statement, as it would be by a ping.
"""

from select import POLLIN, poll
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError


def refuse_dead_connections(engine: Engine) -> None:
    """Let the engine's pool replace what died while nobody used it."""
    event.listen(engine, "checkout", _check)


def _check(connection: "psycopg.Connection[Any]", record: object, proxy: object) -> None:
    if connection.closed or _has_something_to_read(connection.fileno()):
        raise DisconnectionError("the server has ended this connection")


def _has_something_to_read(descriptor: int) -> bool:
    poller = poll()
    poller.register(descriptor, POLLIN)
    return bool(poller.poll(0))
