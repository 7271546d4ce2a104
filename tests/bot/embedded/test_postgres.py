"""The embedded PostgreSQL comes up, comes back, and says what is wrong."""

import os
import shutil
import signal
import stat
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from bot.embedded.cluster import find_installation
from bot.embedded.folders import find_socket_folder, remove_temporary_sockets
from bot.embedded.postgres import EmbeddedPostgres
from bot.embedded.privileges import copy_for, find_service_account
from models.errors import ConfigurationError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root meets this")


def query(server: EmbeddedPostgres, statement: str) -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def postmaster_pid(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])


def test_what_was_written_is_there_after_a_stop_and_a_second_start(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    assert query(postgres, "SELECT lower('ÁÇÃO')") == "áção"
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE EXTENSION vector")
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    postgres.stop()
    assert not postgres.is_answering()
    postgres.start()
    assert query(postgres, "SELECT n FROM kept") == 42


def test_starting_twice_changes_nothing(postgres: EmbeddedPostgres, data: Path) -> None:
    postgres.start()
    pid = postmaster_pid(data)
    postgres.start()
    assert postmaster_pid(data) == pid


def test_it_comes_back_after_a_kill_of_its_main_process(postgres: EmbeddedPostgres, data: Path) -> None:
    postgres.start()
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    os.kill(postmaster_pid(data), signal.SIGKILL)
    postgres.start()
    assert query(postgres, "SELECT n FROM kept") == 42


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(postgres: EmbeddedPostgres, data: Path) -> None:
    postgres.start()
    noted = (data / "postgres" / "postmaster.pid").read_text().splitlines()
    postgres.stop()
    stale = "\n".join([str(os.getpid()), *noted[1:]])
    (data / "postgres" / "postmaster.pid").write_text(stale + "\n")
    assert not postgres.is_running()
    postgres.start()
    assert query(postgres, "SELECT 1") == 1


def test_another_object_finds_the_running_server_and_may_stop_it(postgres: EmbeddedPostgres, data: Path) -> None:
    postgres.start()
    other = EmbeddedPostgres(data)
    assert other.is_answering()
    assert other.url == postgres.url
    other.stop()
    assert not postgres.is_answering()


def test_a_server_whose_socket_was_taken_away_is_named_at_once(postgres: EmbeddedPostgres, data: Path) -> None:
    postgres.start()
    sockets = find_socket_folder(data)
    assert sockets is not None
    (sockets / ".s.PGSQL.5432").unlink()
    with pytest.raises(ConfigurationError, match=rf"its socket is gone: .*kill -INT {postmaster_pid(data)}"):
        EmbeddedPostgres(data).start()
    postgres.stop()
    postgres.start()
    assert postgres.is_answering()


def test_only_this_user_reaches_the_socket(postgres: EmbeddedPostgres, data: Path) -> None:
    postgres.start()
    folder = find_socket_folder(data)
    assert folder is not None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert query(postgres, "SHOW listen_addresses") == ""


def test_a_data_folder_with_a_very_long_path_gets_its_socket_elsewhere(data: Path) -> None:
    long = data / ("a" * 60) / ("b" * 60)
    long.mkdir(parents=True)
    for folder in (long, long.parent):
        folder.chmod(0o711)
    server = EmbeddedPostgres(long, settings={"fsync": "off"})
    server.start()
    try:
        folder = find_socket_folder(long)
        assert folder is not None
        assert not folder.is_relative_to(data)
        assert query(server, "SELECT 1") == 1
    finally:
        server.stop()
        remove_temporary_sockets(long)


def test_a_copied_data_folder_does_not_find_the_engines_of_its_original(postgres: EmbeddedPostgres, data: Path) -> None:
    postgres.start()
    copy = data.parent / "copy"
    copy.mkdir()
    shutil.copy(data / "sockets.json", copy / "sockets.json")
    assert not EmbeddedPostgres(copy).is_answering()


def test_a_set_up_that_died_half_way_is_done_again(empty_data: Path) -> None:
    (empty_data / "postgres.new").mkdir()
    (empty_data / "postgres.new" / "PG_VERSION").write_text("18\n")
    (empty_data / "postgres").mkdir()
    server = EmbeddedPostgres(empty_data)
    server.start()
    assert query(server, "SELECT 1") == 1
    assert not (empty_data / "postgres.new").exists()
    server.stop()


@pytest.mark.parametrize(("name", "expected"), [("PG_VERSION", "made by PostgreSQL 15"), ("notes.txt", "holds files")])
def test_a_folder_of_another_make_is_named_and_left_alone(empty_data: Path, name: str, expected: str) -> None:
    (empty_data / "postgres").mkdir()
    (empty_data / "postgres" / name).write_text("15\n")
    with pytest.raises(ConfigurationError, match=f"RECADO_DATA_DIR.*{expected}"):
        EmbeddedPostgres(empty_data).start()
    assert (empty_data / "postgres" / name).exists()


def test_a_server_that_cannot_start_says_why_and_where_its_log_is(data: Path) -> None:
    server = EmbeddedPostgres(data, settings={"shared_buffers": "nonsense"})
    with pytest.raises(ConfigurationError, match=r"shared_buffers.*postgres\.log"):
        server.start()


@as_root
def test_under_root_the_server_runs_as_somebody_else(postgres: EmbeddedPostgres, data: Path) -> None:
    postgres.start()
    assert (data / "postgres").stat().st_uid != 0
    assert (data / "postgres" / "postmaster.pid").stat().st_uid == (data / "postgres").stat().st_uid


@as_root
def test_under_root_a_closed_data_folder_is_kept_where_the_account_can_reach_it(data: Path) -> None:
    data.parent.chmod(0o711)
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    shelter = data / "shelter"
    shelter.mkdir(mode=0o711)
    server = EmbeddedPostgres(closed, settings={"fsync": "off"}, shelter=shelter)
    server.start()
    try:
        assert any(str(shelter) in notice for notice in server.notices)
        assert (closed / "postgres").readlink().is_relative_to(shelter)
        assert query(server, "SELECT 1") == 1
    finally:
        server.stop()
        remove_temporary_sockets(closed)


@as_root
def test_under_root_a_private_copy_of_the_programs_works_by_itself(data: Path) -> None:
    account = find_service_account(data / "postgres")
    assert account is not None
    shelter = data / "shelter"
    copy = copy_for(account, find_installation(), shelter)
    assert copy.is_relative_to(shelter)
    words = [str(copy / "bin" / "postgres"), "--version"]
    shown = subprocess.run(words, cwd="/", capture_output=True, text=True, check=True, **account.identity)
    assert "PostgreSQL) 18" in shown.stdout
    assert copy_for(account, find_installation(), shelter) == copy


@as_root
def test_two_first_starts_at_the_same_moment_share_one_private_copy(data: Path) -> None:
    account = find_service_account(data / "postgres")
    assert account is not None
    ready = threading.Barrier(2)

    def copy() -> Path:
        ready.wait(180)
        return copy_for(account, find_installation(), data / "shelter")

    with ThreadPoolExecutor(2) as both:
        asked = [both.submit(copy) for _ in range(2)]
    assert asked[0].result() == asked[1].result()
    assert len(list((data / "shelter").iterdir())) == 1, "no draft stays behind"
