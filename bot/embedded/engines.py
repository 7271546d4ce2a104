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

from bot.embedded.folders import prepare_data_folder, remove_temporary_sockets
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
    is_all_configured = settings.database_url is not None and settings.redis_url is not None
    # In a container the root may be read-only, and then nothing needs to be written.
    data = settings.recado_data_dir if is_all_configured else prepare_data_folder(settings.recado_data_dir)
    postgres, valkey = EmbeddedPostgres(data), EmbeddedValkey(data)
    ours: list[EmbeddedEngine] = []
    if settings.database_url is None:
        ours.append(postgres)
    if settings.redis_url is None:
        ours.append(valkey)
    share = _Share(data, (valkey, postgres))
    owns = share.join(ours) if ours else False
    try:
        yield Engines(
            database_url=settings.database_url.get_secret_value() if settings.database_url else postgres.url,
            redis_url=settings.redis_url.get_secret_value() if settings.redis_url else valkey.url,
            embedded=len(ours) == 2,
            owns=owns,
            data=data,
            ours=tuple(ours),
        )
    finally:
        share.leave()


class _Share:
    """A command's share in the engines of a data folder."""

    def __init__(self, data: Path, engines: tuple[EmbeddedEngine, ...]) -> None:
        self._data = data
        self._gate = data / "engines.lock"  # held while engines are started or stopped
        self._users = FileLock(data / "engines.users")
        self._engines = engines

    def join(self, wanted: list[EmbeddedEngine]) -> bool:
        """Take the share, then start what does not answer; whether anything was started."""
        with FileLock(self._gate):
            if not self._users.try_shared():
                raise ConfigurationError(f"RECADO_DATA_DIR: another program holds {self._users.path}: end it")
            started = [engine for engine in wanted if not engine.is_answering()]
            try:
                for engine in started:
                    engine.start()
            except BaseException:
                self._stop_if_last()
                raise
        return bool(started)

    def leave(self) -> None:
        """Give the share back; the last one stops the engines."""
        if self._users.descriptor >= 0:
            with FileLock(self._gate):
                self._stop_if_last()

    def _stop_if_last(self) -> None:
        if self._users.try_exclusive():
            for engine in self._engines:
                engine.stop()
            remove_temporary_sockets(self._data)
        self._users.release()
