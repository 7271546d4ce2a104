"""The engines can be kept up by hand, and the database goes through a dump and comes back."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.embedded.cluster import find_installation
from bot.embedded.folders import find_socket_folder
from bot.embedded.postgres import EmbeddedPostgres
from tests.bot.embedded.conftest import data, empty_data, initialised_cluster

__all__ = ["data", "empty_data", "initialised_cluster"]  # fixtures


@pytest.fixture
def holder(data: Path) -> Iterator["subprocess.Popen[str]"]:
    """The command, holding the engines of the test's data folder."""
    words = [sys.executable, "-m", "bot.supervision.hold"]
    settings = {**os.environ, "RECADO_DATA_DIR": str(data)}
    for name in ("DATABASE_URL", "REDIS_URL"):
        settings.pop(name, None)
    process = subprocess.Popen(words, env=settings, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == f"PostgreSQL and Valkey run on {data}\n"
    yield process
    process.send_signal(signal.SIGTERM)
    process.communicate()


def tool(data: Path, name: str, *words: str, given: bytes = b"") -> bytes:
    program = find_installation() / "bin" / name
    command = [str(program), "-h", str(find_socket_folder(data)), "-U", "recado", *words]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


def test_a_dump_restores_what_was_there(holder: "subprocess.Popen[str]", data: Path) -> None:
    url = EmbeddedPostgres(data).url
    with psycopg.connect(url) as connection:
        connection.execute("CREATE EXTENSION vector")
        connection.execute("CREATE TABLE kept AS SELECT '[1,2,3]'::vector AS v, 'ação'::text AS t")
    dump = tool(data, "pg_dump", "-Fc", "recado")
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE kept")
    tool(data, "pg_restore", "-d", "recado", "--clean", "--if-exists", given=dump)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT v::text, t FROM kept").fetchone() == ("[1,2,3]", "ação")


def test_it_leaves_nothing_running_behind(holder: "subprocess.Popen[str]", data: Path) -> None:
    holder.send_signal(signal.SIGINT)
    assert holder.wait() == 0
    assert not EmbeddedPostgres(data).is_answering()
