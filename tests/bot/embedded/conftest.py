"""A data folder per test, on which nothing runs any more when the test ends."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.embedded.folders import prepare_data_folder
from bot.embedded.postgres import EmbeddedPostgres
from bot.embedded.valkey import EmbeddedValkey


@pytest.fixture
def data() -> Iterator[Path]:
    """Not under pytest's folder: its 0700 parents would hide it from PostgreSQL's account under root."""
    parent = Path(tempfile.mkdtemp(prefix="recado-test-"))
    parent.chmod(0o711)
    folder = prepare_data_folder(parent / "data folder")
    yield folder
    EmbeddedValkey(folder).stop()
    EmbeddedPostgres(folder).stop()
    shutil.rmtree(parent)


@pytest.fixture
def postgres(data: Path) -> Iterator[EmbeddedPostgres]:
    """A server object of the test's own, stopped and reaped at the end."""
    server = EmbeddedPostgres(data, settings={"fsync": "off"})
    yield server
    server.stop()


@pytest.fixture
def valkey(data: Path) -> Iterator[EmbeddedValkey]:
    """A server object of the test's own, stopped and reaped at the end."""
    server = EmbeddedValkey(data)
    yield server
    server.stop()
