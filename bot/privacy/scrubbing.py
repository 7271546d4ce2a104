"""What erasing leaves on the disk of our own engines, scrubbed: dead rows, old WAL, the queue's file, lines of logs.

For engines of ours alone: on others the operator runs the same statements, and docs/privacy.md says which.
"""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
from psycopg import sql
from redis import Redis

from models.privacy.inventory import HOLDINGS

_ROUNDS = 80  # segments that an earlier checkpoint may have laid out for later use, and then some
_BLOCK = 1_000_000  # bytes
_PATIENCE = 60.0  # seconds for the queue's file
# What planning keeps of columns are samples of them; of a table that has become empty they would be kept for ever.
_FORGET_SAMPLES = (
    "DELETE FROM pg_statistic s USING pg_class c WHERE c.oid = s.starelid AND c.relnamespace = 'public'::regnamespace"
)
_SAMPLES = ("pg_statistic", "pg_statistic_ext_data")
_REMOVE_OLD_WAL = (
    *("ALTER SYSTEM SET wal_recycle = off", "ALTER SYSTEM SET min_wal_size = '32MB'", "SELECT pg_reload_conf()"),
)
_AS_BEFORE = (*("ALTER SYSTEM RESET wal_recycle", "ALTER SYSTEM RESET min_wal_size", "SELECT pg_reload_conf()"),)


def scrub(data: Path, database_url: str, redis: Redis, sought: Sequence[str]) -> list[Path]:
    """Files below the data folder in which one of the texts still stands; none when all is clean. Safe to repeat.

    Workers wait for it, a table at a time.
    """
    needles = [one.encode() for one in sought]
    blank_logs(data / "logs", sought)
    _rewrite_queue(redis)
    with psycopg.connect(database_url, autocommit=True, options="-c statement_timeout=0") as connection:
        _rewrite_tables(connection)
        for statement in _REMOVE_OLD_WAL:
            connection.execute(statement)
        try:
            old = _segments(connection)  # whoever has no address that a file could be searched for wrote in them too
            for _ in range(_ROUNDS):
                left = list(find_files(data, needles))
                if not left and not old & _segments(connection):
                    break
                _pass_a_segment(connection)
        finally:
            for statement in _AS_BEFORE:
                connection.execute(statement)
    return left


def _rewrite_tables(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    for name in HOLDINGS:
        connection.execute(sql.SQL("VACUUM FULL {}").format(sql.Identifier(name)))
    connection.execute(_FORGET_SAMPLES)
    connection.execute("ANALYZE")
    for name in _SAMPLES:
        connection.execute(sql.SQL("VACUUM FULL {}").format(sql.Identifier("pg_catalog", name)))


def _segments(connection: "psycopg.Connection[tuple[object, ...]]") -> set[object]:
    """Files of the write-ahead log, those laid out for later use among them."""
    return {name for (name,) in connection.execute("SELECT name FROM pg_ls_waldir()")}


def _pass_a_segment(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """A segment that is left behind is zeroed to its end, and removed at the checkpoint."""
    connection.execute("SELECT pg_logical_emit_message(false, 'recado', 'scrub')")
    connection.execute("SELECT pg_switch_wal()")
    connection.execute("CHECKPOINT")


def _rewrite_queue(redis: Redis) -> None:
    """The append-only file, as what is in memory now. One that is being rewritten already began before the erasure."""
    until = time.monotonic() + _PATIENCE
    _wait_for_rewrite(redis, until)
    redis.bgrewriteaof()
    _wait_for_rewrite(redis, until)


def _wait_for_rewrite(redis: Redis, until: float) -> None:
    while time.monotonic() < until:
        state = redis.info("persistence")
        if not state["aof_rewrite_in_progress"] and not state["aof_rewrite_scheduled"]:
            return
        time.sleep(0.1)


def blank_logs(folder: Path, sought: Sequence[str]) -> None:
    """Lines that name her become spaces where they stand: whoever appends to the file goes on."""
    needles = [one.encode() for one in sought]
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        with path.open("r+b") as file:
            at = 0
            for line in file.read().splitlines(keepends=True):
                if any(needle in line for needle in needles):
                    file.seek(at)
                    file.write(b" " * len(line.rstrip(b"\r\n")))
                at += len(line)
            file.flush()
            os.fsync(file.fileno())


def find_files(data: Path, needles: Sequence[bytes]) -> Iterator[Path]:
    """Whole files, byte by byte, those of PostgreSQL too where it keeps them elsewhere."""
    for root in dict.fromkeys((data.resolve(), (data / "postgres").resolve())):
        for folder, _, names in os.walk(root):
            for name in names:
                path = Path(folder, name)
                if path.is_file() and _holds(path, needles):
                    yield path


def _holds(path: Path, needles: Sequence[bytes]) -> bool:
    overlap = max((len(needle) for needle in needles), default=1) - 1
    try:
        with path.open("rb") as file:
            tail = b""
            while block := file.read(_BLOCK):
                piece = tail + block
                if any(needle in piece for needle in needles):
                    return True
                tail = piece[-overlap:] if overlap else b""
    except FileNotFoundError:  # a segment, or a rewritten table's old file, that went meanwhile
        return False
    return False
