"""A data folder per test, on which nothing runs any more when the test ends."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.embedded.cluster import prepare_cluster
from bot.embedded.folders import prepare_data_folder
from bot.embedded.postgres import EmbeddedPostgres
from bot.embedded.valkey import EmbeddedValkey


@pytest.fixture
def empty_data() -> Iterator[Path]:
    """Not under pytest's folder: its 0700 parents would hide it from PostgreSQL's account under root."""
    parent = Path(tempfile.mkdtemp(prefix="recado-test-"))
    parent.chmod(0o711)
    folder = prepare_data_folder(parent / "data folder")
    yield folder
    EmbeddedValkey(folder).stop()
    EmbeddedPostgres(folder).stop()
    shutil.rmtree(parent)


@pytest.fixture(scope="session")
def initialised_cluster() -> Iterator[Path]:
    """PostgreSQL's files as its first start makes them, made once."""
    parent = Path(tempfile.mkdtemp(prefix="recado-test-"))
    parent.chmod(0o711)
    yield prepare_cluster(prepare_data_folder(parent / "data")).folder
    shutil.rmtree(parent)


@pytest.fixture
def data(empty_data: Path, initialised_cluster: Path) -> Path:
    """A data folder on which PostgreSQL was set up already and never started."""
    subprocess.run(["cp", "-pR", str(initialised_cluster), str(empty_data / "postgres")], check=True)
    return empty_data


@pytest.fixture
def postgres(data: Path) -> Iterator[EmbeddedPostgres]:
    """A server object of the test's own, stopped and reaped at the end."""
    server = EmbeddedPostgres(data, settings={"fsync": "off"})
    yield server
    server.stop()


@pytest.fixture
def valkey(empty_data: Path) -> Iterator[EmbeddedValkey]:
    """A server object of the test's own, stopped and reaped at the end."""
    server = EmbeddedValkey(empty_data)
    yield server
    server.stop()
