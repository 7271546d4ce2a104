"""The ground that trials take place on: engines of their own, and a database for each trial."""

import logging
import multiprocessing
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from bot.embedded.folders import prepare_data_folder
from bot.embedded.postgres import EmbeddedPostgres
from bot.embedded.valkey import EmbeddedValkey
from bot.migrate import upgrade
from tests.conftest import FAST
from tests.guards.cells import quick_cells, telling_cells
from tests.guards.guards import GUARDS, Expectation
from tests.guards.trial import Verdict, try_without

_TEMPLATE = "guards_template"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where trials take place: a server to clone databases on, and one Redis database for each process."""

    postgres_url: str
    redis_url: str

    def clone(self) -> str:
        name = f"guards_{uuid4().hex}"
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(_TEMPLATE)))
        return self.url_of(name)

    def url_of(self, database: str) -> str:
        return self.postgres_url.replace(f"/{_TEMPLATE}?", f"/{database}?")

    @property
    def own_redis(self) -> str:
        number = (multiprocessing.current_process()._identity or (1,))[-1] % 16
        return self.redis_url.replace("db=0", f"db={number}")


@contextmanager
def raised_ground() -> Iterator[Ground]:
    """Engines of their own, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="recado-guards-"))
    folder.chmod(0o711)
    data = prepare_data_folder(folder / "data")
    postgres, valkey = EmbeddedPostgres(data, settings=FAST), EmbeddedValkey(data)
    postgres.start()
    valkey.start()
    try:
        with psycopg.connect(postgres.url_of("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
        upgrade(postgres.url_of(_TEMPLATE))
        yield Ground(postgres.url_of(_TEMPLATE), valkey.url)
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run_trial(ground: Ground, expectation: Expectation) -> tuple[Expectation, Verdict]:
    """In a process of its own."""
    logging.disable(logging.CRITICAL)
    by_name = {guard.name: guard for guard in GUARDS}
    guards = [by_name[name] for name in expectation.names]
    find_cells = telling_cells if expectation.is_thorough else quick_cells
    return expectation, try_without(
        guards, ground.clone, ground.own_redis, expectation.first, find_cells, expectation.counting
    )
