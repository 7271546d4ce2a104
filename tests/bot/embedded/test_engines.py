"""Commands share the engines of a data folder: the first starts them, whoever leaves last stops them."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from bot.embedded.engines import attach_or_start
from bot.embedded.folders import find_socket_folder, prepare_data_folder
from bot.embedded.postgres import EmbeddedPostgres
from bot.embedded.valkey import EmbeddedValkey
from bot.settings import Settings
from models.errors import ConfigurationError
from tests.waiting import eventually

# Another command: attaches, says so, and leaves when its standard input closes.
_COMMAND = """
import sys
from pathlib import Path
from bot.embedded.engines import attach_or_start
from bot.settings import Settings
with attach_or_start(Settings(recado_data_dir=Path(sys.argv[1]))) as engines:
    print("owns" if engines.owns else "attached", flush=True)
    sys.stdin.read()
"""

Command = subprocess.Popen[str]


@pytest.fixture
def start_command(data: Path) -> Iterator[Callable[[], Command]]:
    """Starts other commands on the same data folder; all are ended with the test."""
    started: list[Command] = []

    def start() -> Command:
        words = [sys.executable, "-c", _COMMAND, str(data)]
        started.append(subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for command in started:
        command.communicate()


def first_word(command: Command) -> str:
    assert command.stdout is not None
    return command.stdout.readline().strip()


def both_answer(data: Path) -> bool:
    return EmbeddedPostgres(data).is_answering() and EmbeddedValkey(data).is_answering()


def one_answers(data: Path) -> bool:
    return EmbeddedPostgres(data).is_answering() or EmbeddedValkey(data).is_answering()


def test_both_engines_are_there_for_the_block_and_gone_after_it(data: Path) -> None:
    with attach_or_start(Settings(recado_data_dir=data)) as engines:
        assert engines.embedded
        assert engines.owns
        with psycopg.connect(engines.database_url) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("recado",)
        with Redis.from_url(engines.redis_url) as client:
            assert client.ping()
    assert not one_answers(data)


def test_who_attached_does_not_stop_the_engines_of_the_owner(data: Path, start_command: Callable[[], Command]) -> None:
    owner = start_command()
    assert first_word(owner) == "owns"
    with attach_or_start(Settings(recado_data_dir=data)) as engines:
        assert not engines.owns
    eventually(lambda: both_answer(data))
    owner.communicate()
    assert not one_answers(data)


def test_the_engines_stay_for_who_attached_when_the_owner_leaves_first(
    data: Path, start_command: Callable[[], Command]
) -> None:
    owner = start_command()
    assert first_word(owner) == "owns"
    with attach_or_start(Settings(recado_data_dir=data)):
        owner.communicate()
        eventually(lambda: both_answer(data))
    assert not one_answers(data)


def test_two_commands_at_the_same_moment_start_one_set(data: Path, start_command: Callable[[], Command]) -> None:
    both = [start_command(), start_command()]
    assert sorted(first_word(command) for command in both) == ["attached", "owns"]


def test_engines_of_a_killed_command_are_found_and_stopped_by_the_next(
    data: Path, start_command: Callable[[], Command]
) -> None:
    owner = start_command()
    assert first_word(owner) == "owns"
    owner.kill()
    owner.wait()
    eventually(lambda: both_answer(data))
    with attach_or_start(Settings(recado_data_dir=data)) as engines:
        assert not engines.owns
    assert not one_answers(data)


def test_an_engine_that_died_is_started_again_under_the_same_url(data: Path) -> None:
    with attach_or_start(Settings(recado_data_dir=data)) as engines:
        assert engines.restart_dead() == []
        EmbeddedPostgres(data).stop()
        EmbeddedValkey(data).stop()
        assert engines.restart_dead() == ["PostgreSQL", "Valkey"]
        with psycopg.connect(engines.database_url), Redis.from_url(engines.redis_url) as client:
            assert client.ping()


def test_a_socket_folder_in_the_temporary_folder_goes_with_the_engines(data: Path) -> None:
    long = data / ("a" * 60) / ("b" * 60)
    long.mkdir(parents=True)
    for folder in (long, long.parent):
        folder.chmod(0o711)
    for _ in range(2):
        with attach_or_start(Settings(recado_data_dir=long)):
            sockets = find_socket_folder(long)
            assert sockets is not None
            assert not sockets.is_relative_to(data)
        assert not sockets.exists()


def test_configured_engines_are_used_and_none_is_started(data: Path) -> None:
    settings = Settings.model_validate(
        {
            "recado_data_dir": data / "never made",
            "database_url": "postgresql://db.example/recado",
            "redis_url": "redis://queue.example:6379/0",
        }
    )
    with attach_or_start(settings) as engines:
        assert (engines.database_url, engines.redis_url) == (
            "postgresql://db.example/recado",
            "redis://queue.example:6379/0",
        )
        assert not engines.embedded
        assert not engines.owns
    assert not (data / "never made").exists()


def test_one_configured_engine_is_used_beside_one_of_our_own(data: Path) -> None:
    settings = Settings.model_validate({"recado_data_dir": data, "database_url": "postgresql://db.example/recado"})
    with attach_or_start(settings) as engines:
        assert not engines.embedded
        assert EmbeddedValkey(data).is_answering()
        assert not EmbeddedPostgres(data).is_answering()


def test_a_data_folder_that_cannot_be_made_is_named_with_the_cure(empty_data: Path) -> None:
    (empty_data / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match=r"RECADO_DATA_DIR: .* set RECADO_DATA_DIR"):
        prepare_data_folder(empty_data / "file" / "below")
