"""The life of a simulated process: whoever is dead does nothing more - no SQL, no byte on the wire, no next step.

A process is a `Life` and whatever runs under `living(life)`. Dying is an exception that nothing in the program may
catch; since `finally` blocks run all the same, every way to the outside asks first whether its process still lives.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, event

from tests.fakes import Killed

_current: ContextVar["Life | None"] = ContextVar("recado_matrix_life", default=None)


class Life:
    """One process from its start to its end. `transactions` are the PostgreSQL backends in which it has one open."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_dead = False
        self.is_stopping = False
        self.is_guest = False  # its moments do not count
        self.transactions: set[int] = set()

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def check(self) -> None:
        """Raises Killed in whoever is dead."""
        if self.is_dead:
            raise Killed(self.name)


class Berth:
    """A place that one process after another may live in, so that what is dear to build is built once.

    `engine` is the berth's own way to the database, over the connections of `base`.
    """

    def __init__(self, base: Engine) -> None:
        self.life = Life("nobody")
        self.engine = base.execution_options()
        self._raw_connection = self.engine.raw_connection
        self.engine.raw_connection = self._open_raw  # type: ignore[method-assign]  # statements straight on the driver
        event.listen(self.engine, "before_cursor_execute", self._check)
        event.listen(self.engine, "begin", self._begun)
        event.listen(self.engine, "commit", self._committing)
        event.listen(self.engine, "rollback", self._ended)

    def _open_raw(self) -> PoolProxiedConnection:
        self.life.check()
        return self._raw_connection()

    def _check(self, *_: Any) -> None:
        self.life.check()

    def _begun(self, connection: Connection) -> None:
        self.life.check()
        self.life.transactions.add(_backend(connection))

    def _committing(self, connection: Connection) -> None:
        self.life.check()
        self.life.transactions.discard(_backend(connection))

    def _ended(self, connection: Connection) -> None:
        """The rollback of a dead process is what PostgreSQL does when its connection drops."""
        self.life.transactions.discard(_backend(connection))


def _backend(connection: Connection) -> int:
    if connection.invalidated:
        return 0
    return int(connection.connection.dbapi_connection.info.backend_pid)  # type: ignore[union-attr]


@contextmanager
def living(life: Life) -> Iterator[None]:
    """The block is this process at work, in this thread."""
    token = _current.set(life)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def outside() -> Iterator[None]:
    """The block is the world's doing, whichever process it happens upon."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def current_life() -> Life | None:
    """Whose step this is; None for the world outside."""
    return _current.get()


@contextmanager
def guarded_sockets() -> Iterator[None]:
    """Within the block a dead process sends no byte: not to Redis, nor to a platform, nor to an LLM."""

    def guarded(name: str) -> Any:
        inherited = getattr(socket.socket, name)

        def send(self: socket.socket, *args: Any) -> Any:
            life = _current.get()
            if life is not None:
                life.check()
            return inherited(self, *args)

        return send

    names = ("send", "sendall")
    for name in names:
        setattr(socket.socket, name, guarded(name))
    try:
        yield
    finally:
        for name in names:
            delattr(socket.socket, name)
