"""Which PostgreSQL and which queue a command works with: the ones configured, or our own, started when none runs yet.

The rule for our own engines: every command that uses them holds a share of `engines.users` for as long as it lives, and
whoever leaves last stops them. So a command that only attached never stops what another still needs, one that outlives
`make run` keeps its database, and engines that a killed command left behind are found, used and stopped by the next.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot.embedded.folders import prepare_data_folder
from bot.embedded.lock import FileLock
from bot.embedded.postgres import EmbeddedPostgres
from bot.embedded.valkey import EmbeddedValkey
from bot.settings import Settings
from models.errors import ConfigurationError


class EmbeddedEngine(Protocol):
    """What the supervisor may do with an engine of ours."""

    @property
    def name(self) -> str: ...

    @property
    def log(self) -> Path: ...

    @property
    def notices(self) -> tuple[str, ...]: ...

    def start(self, timeout: float = 60.0) -> None: ...

    def stop(self) -> None: ...

    def is_running(self) -> bool: ...

    def is_answering(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines in use. The URLs may hold passwords. `embedded`: both are ours; `owns`: this command started one."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    embedded: bool
    owns: bool
    data: Path
    ours: tuple[EmbeddedEngine, ...] = ()

    def restart_dead(self) -> list[str]:
        """Start again whichever engine of ours died; the names of those started. Raises ConfigurationError."""
        if all(engine.is_running() for engine in self.ours):
            return []
        with FileLock(self.data / "engines.lock"):
            dead = [engine for engine in self.ours if not engine.is_running()]
            for engine in dead:
                engine.start()
        return [engine.name for engine in dead]


@contextmanager
def attach_or_start(settings: Settings) -> Iterator[Engines]:
    """The engines for one command, for as long as the block lasts. Raises ConfigurationError. No migration is run."""
    data = prepare_data_folder(settings.recado_data_dir)
    postgres = EmbeddedPostgres(data) if settings.database_url is None else None
    valkey = EmbeddedValkey(data) if settings.redis_url is None else None
    ours: tuple[EmbeddedEngine, ...] = tuple(engine for engine in (postgres, valkey) if engine is not None)
    users = FileLock(data / "engines.users")
    owns = _join(data, users, ours) if ours else False
    try:
        yield Engines(
            database_url=postgres.url if postgres else _secret(settings.database_url),
            redis_url=valkey.url if valkey else _secret(settings.redis_url),
            embedded=len(ours) == 2,
            owns=owns,
            data=data,
            ours=ours,
        )
    finally:
        if ours:
            _leave(data, users)


def _join(data: Path, users: FileLock, engines: tuple[EmbeddedEngine, ...]) -> bool:
    """Take a share, then start what does not answer; whether anything was started."""
    with FileLock(data / "engines.lock"):
        if not users.try_shared():
            raise ConfigurationError(f"RECADO_DATA_DIR: {users.path} is held by another program: use another folder")
        started = [engine for engine in engines if not engine.is_answering()]
        try:
            for engine in started:
                engine.start()
        except BaseException:
            _stop_if_last(data, users)
            raise
    return bool(started)


def _leave(data: Path, users: FileLock) -> None:
    with FileLock(data / "engines.lock"):
        _stop_if_last(data, users)


def _stop_if_last(data: Path, users: FileLock) -> None:
    if users.try_exclusive():
        for engine in (EmbeddedValkey(data), EmbeddedPostgres(data)):
            engine.stop()
    users.release()


def _secret(value: object) -> str:
    reveal = getattr(value, "get_secret_value", None)
    return str(reveal()) if reveal else ""
