"""The engines that tests run on: a real PostgreSQL and a real Valkey of their own, started once for the whole run."""

import gc
import os
import shutil
import ssl
import tempfile
from collections.abc import Callable, Generator, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import httpcore2
import pytest
from hypothesis import HealthCheck, settings
from redis import Redis
from sqlalchemy import Engine

from bot.embedded.folders import prepare_data_folder
from bot.embedded.postgres import EmbeddedPostgres
from bot.embedded.valkey import EmbeddedValkey
from bot.settings import Settings
from bot.tenant import migrate_company
from models.clock import SystemClock
from models.demo.aurora import aurora
from models.demo.load import load_demo
from models.session import build_engine
from tests.databases import Databases

# The same examples each time, however fast the machine is: `--hypothesis-profile=explore` looks for others.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", settings.get_profile("same"), derandomize=False, print_blob=True)
settings.load_profile("same")

DEMO_TODAY = date(2026, 11, 21)  # a Saturday
# Nothing here must outlive the run, so nothing waits for the disk.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "300",
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: a quarter of the time, tests wait for processes and clocks."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests come to stay: nobody looks for garbage among them, neither now nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests mostly wait: spread among the others they leave the processors to these, and none of them
    comes last, when the other processes would have nothing left to do."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    slow = [path for path, tests in files.items() if any(test.get_closest_marker("slow") for test in tests)]
    order = [path for path in files if path not in slow]
    gap = 3 * len(files) // (4 * max(1, len(slow)))
    for number, path in enumerate(slow):
        order.insert(number * gap, path)
    items[:] = [item for path in order for item in files[path]]


@pytest.fixture(scope="session", autouse=True)
def certificates_read_once() -> Iterator[None]:
    """HTTP clients read all certificates of the machine each time that one is built; most tests trust none of them."""
    read = httpcore2.default_ssl_context

    @cache
    def keep(trusts_environment: bool, *places: str | None) -> ssl.SSLContext:
        return read(_trust_env=trusts_environment)

    def read_once(*, _trust_env: bool = True) -> ssl.SSLContext:
        return keep(_trust_env, *map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR")))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(httpcore2, "default_ssl_context", read_once)
        yield


@pytest.fixture(scope="session")
def engines_folder() -> Iterator[Path]:
    """A data folder outside pytest's own, whose 0700 parents would hide it from PostgreSQL's account under root."""
    folder = Path(tempfile.mkdtemp(prefix="recado-tests-"))
    folder.chmod(0o711)
    yield prepare_data_folder(folder / "data")
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def run_postgres(engines_folder: Path) -> Iterator[EmbeddedPostgres]:
    """The PostgreSQL server of the run."""
    server = EmbeddedPostgres(engines_folder, settings=FAST)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def databases(run_postgres: EmbeddedPostgres) -> Iterator[Databases]:
    """The databases of the run."""
    made = Databases(run_postgres)
    yield made
    made.close()


@pytest.fixture(scope="session")
def clone_database(databases: Databases) -> Callable[[], str]:
    """Makes databases at head for as long as the run lasts."""
    return databases.clone


@pytest.fixture(scope="session")
def database_url(clone_database: Callable[[], str]) -> str:
    """A migrated database that all tests share: for tests that only read, or do not mind company."""
    return clone_database()


@pytest.fixture(scope="session")
def demo_database_url(clone_database: Callable[[], str]) -> str:
    """A database with Aurora as it stood on DEMO_TODAY, shared by tests that only read it."""
    url = clone_database()
    engine = build_engine(url, application_name="recado-tests")
    load_demo(engine, aurora(), DEMO_TODAY)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def present_company_url(clone_database: Callable[[], str]) -> str:
    """A database with tenant and demo company, loaded up to the present day, to be copied: nobody connects to it."""
    url = clone_database()
    migrate_company(Settings(), url)
    engine = build_engine(url, application_name="recado-tests", pool_size=1)
    load_demo(engine, aurora(), SystemClock().today("America/Sao_Paulo"))
    engine.dispose()
    return url


@pytest.fixture
def company_url(databases: Databases, present_company_url: str) -> Iterator[str]:
    """A database of the test's own with tenant and demo company, loaded up to the present day."""
    with databases.copied(present_company_url) as url:
        yield url


@pytest.fixture
def fresh_database_url(databases: Databases) -> Iterator[str]:
    """A migrated, empty database of the test's own."""
    with databases.lent() as url:
        yield url


@pytest.fixture(scope="session")
def compiled(database_url: str) -> Iterator[Engine]:
    """An engine whose compiled statements those of all tests share: compiling them anew for each test takes longer than
    executing them."""
    made = build_engine(database_url, application_name="recado-tests", pool_size=1)
    made.update_execution_options(compiled_cache={})
    made.connect().close()  # the dialect asks the server what it can
    yield made
    made.dispose()


@pytest.fixture
def engine(fresh_database_url: str, compiled: Engine) -> Iterator[Engine]:
    """An SQLAlchemy engine on the test's own database."""
    made = build_engine(fresh_database_url, application_name="recado-tests", pool_size=20)
    made.dialect = compiled.dialect  # it is a part of the statements' keys
    made.update_execution_options(**compiled.get_execution_options())
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def redis_url(engines_folder: Path) -> Iterator[str]:
    """The Valkey server of the run, which all tests share."""
    server = EmbeddedValkey(engines_folder)
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def fresh_redis_url(redis_url: str) -> str:
    """The Valkey server of the run, emptied for the test."""
    with Redis.from_url(redis_url) as client:
        client.flushall()
    return redis_url
