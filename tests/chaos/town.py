"""The engines of a run, real and its own, and what may befall them; and one look into the database from outside."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from redis import Redis

from bot.embedded.folders import prepare_data_folder
from bot.embedded.postgres import EmbeddedPostgres
from bot.embedded.processes import command_line
from bot.embedded.valkey import EmbeddedValkey
from bot.settings import Settings
from bot.tenant import migrate_company
from models.clock import SystemClock
from models.demo.aurora import aurora
from models.demo.load import load_demo
from models.session import build_engine
from tests.chaos.chronicle import Intervals
from tests.chaos.fleet import children_of


class Town:
    """PostgreSQL and Valkey. `postgres_away` are the times from an order to stop until it answered again."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._postgres = EmbeddedPostgres(data)
        self._valkey = EmbeddedValkey(data)
        self.postgres_away = Intervals()

    def start(self) -> None:
        """With a migrated, loaded database."""
        self._postgres.start()
        self._valkey.start()
        migrate_company(Settings(), self.database_url)
        engine = build_engine(self.database_url, application_name="chaos", pool_size=1)
        load_demo(engine, aurora(), SystemClock().today("America/Sao_Paulo"))
        engine.dispose()

    def stop(self) -> None:
        for engine in (self._valkey, self._postgres):
            with suppress(Exception):
                engine.stop()

    @property
    def database_url(self) -> str:
        return self._postgres.url

    @property
    def redis_url(self) -> str:
        return self._valkey.url

    def rows(self, statement: str, parameters: Mapping[str, Any] | None = None, patience: float = 30.0) -> list[Any]:
        """Asks again while PostgreSQL is away. Raises psycopg.OperationalError after `patience` seconds."""
        deadline = time.monotonic() + patience
        while True:
            try:
                with psycopg.connect(self.database_url, connect_timeout=5, autocommit=True) as connection:
                    return connection.execute(statement.encode(), parameters).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def flush_valkey(self) -> bool:
        """False when it did not answer."""
        try:
            with Redis.from_url(self.redis_url, socket_timeout=5) as client:
                return bool(client.flushall())
        except Exception:
            return False

    def kill_valkey(self) -> None:
        _signal(self._pid("valkey/server.pid"), signal.SIGKILL)

    def freeze_valkey(self, seconds: float) -> None:
        pid = self._pid("valkey/server.pid")
        _signal(pid, signal.SIGSTOP)
        time.sleep(seconds)
        _signal(pid, signal.SIGCONT)

    def restart_valkey(self) -> None:
        self._valkey.start()

    def crash_postgres(self) -> None:
        """Immediate shutdown: no checkpoint, every connection cut, recovery from the log at the next start."""
        self.postgres_away.begin()
        pid = self._pid("postgres/postmaster.pid")
        _signal(pid, signal.SIGQUIT)
        deadline = time.monotonic() + 20
        while command_line(pid) is not None and time.monotonic() < deadline:
            time.sleep(0.02)

    def freeze_postgres(self, seconds: float) -> None:
        """Connections stay open, and nobody answers on them; new ones find nobody either."""
        self.postgres_away.begin()
        pid = self._pid("postgres/postmaster.pid")
        _signal(pid, signal.SIGSTOP)  # first of all, so that it makes no further children
        frozen = [*children_of(pid), pid]
        for one in frozen:
            _signal(one, signal.SIGSTOP)
        time.sleep(seconds)
        for one in frozen:
            _signal(one, signal.SIGCONT)
        self.postgres_away.end()

    def restart_postgres(self) -> None:
        self._postgres.start()
        self.postgres_away.end()

    def _pid(self, name: str) -> int:
        path = (self._data / name).resolve()
        return int(path.read_text(encoding="ascii").split()[0])


@contextmanager
def running_town(*, keep: list[Path]) -> Iterator[tuple[Town, Path]]:
    """Until the block ends; the folder goes unless it is in `keep` by then."""
    folder = Path(tempfile.mkdtemp(prefix="recado-chaos-"))
    folder.chmod(0o711)
    data = prepare_data_folder(folder / "data")
    town = Town(data)
    try:
        town.start()
        yield town, folder
    finally:
        town.stop()
        if folder not in keep:
            shutil.rmtree(folder, ignore_errors=True)


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
