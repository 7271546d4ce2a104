"""`make guards`: removes every guard alone, and those that others cover in pairs, and shows what is noticed."""

import logging
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
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
from tests.conftest import _FAST as FAST
from tests.guards.guards import GUARDS, Expectation, expectations
from tests.guards.cells import MODES
from tests.guards.trial import QUICK, Verdict, try_without

_PROCESSES = 2
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
    modes = tuple(MODES) if expectation.is_thorough else QUICK
    return expectation, try_without(guards, ground.clone, ground.own_redis, expectation.first, modes)


def main(wanted: Sequence[str]) -> int:
    began = time.monotonic()
    chosen = [one for one in expectations() if not wanted or any(word in name for word in wanted for name in one.names)]
    unexpected = caught = 0
    print("removed | design | seen | by | after")
    print("--- | --- | --- | --- | ---")
    spawn = multiprocessing.get_context("spawn")
    with raised_ground() as ground, ProcessPoolExecutor(_PROCESSES, mp_context=spawn) as pool:
        for future in as_completed([pool.submit(run_trial, ground, one) for one in chosen]):
            expectation, verdict = future.result()
            is_right = verdict.is_caught == expectation.is_caught
            unexpected += not is_right
            caught += verdict.is_caught
            design = "caught" if expectation.is_caught else f"covered by {expectation.covered_by}"
            seen = verdict.seen or "nothing"
            mark = "" if is_right else "UNEXPECTED: "
            print(
                f"{' + '.join(verdict.names)} | {design} | {mark}{seen} | {verdict.cell} | {verdict.runs}", flush=True
            )
    survived = len(chosen) - caught - 0
    print(
        f"mutants {len(chosen)}, caught {caught}, survived as designed {survived}, unexpected {unexpected}, "
        f"seconds {time.monotonic() - began:.0f}"
    )
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
