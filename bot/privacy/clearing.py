"""What an erasure leaves beside the database, cleared: files and rings, lines of logs, and the disk where that was
asked for. The command does it at once. The scheduler ends what was cut off, but for the disk: that holds up workers."""

import logging
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine

from bot.privacy.scrubbing import blank_logs, scrub
from bot.privacy.sealed_words import open_sealed, remove_orphans, remove_sealed
from jobs.privacy.erasing import finish
from jobs.queue import connect
from models.errors import StorageError
from models.files.storage import Storage
from models.privacy.erasure import Sealed, find_sealed, note_unsealed
from models.session import session_scope

_log = logging.getLogger("recado.clearing")


def finish_erasures(engine: Engine, storage: Storage, redis_url: str, data: Path) -> None:
    """Whatever an erasure that was cut off has left, the disk aside. Safe to repeat, and beside the command itself."""
    try:
        with connect(redis_url) as redis:
            finished = finish(engine, storage, redis)
    except (StorageError, RedisError) as error:
        _log.warning("an erasure is not finished yet: %s", type(error).__name__)
    else:
        if finished:
            _log.info("erasures that were cut off are finished", extra={"count": finished})
    try:
        clear_logs(engine, data)
    except OSError as error:
        _log.warning("lines of logs are cleared another time: %s", type(error).__name__)


def clear_logs(engine: Engine, data: Path) -> None:
    """Lines that name whoever was erased. What is to be sought on the disk too stays sealed."""
    for sealed in _all_sealed(engine):
        words = open_sealed(data, sealed.id, sealed.key)
        if words is not None and not sealed.is_to_scrub:
            blank_logs(data / "logs", words)
            _unseal(engine, data, sealed)
    remove_orphans(data, [sealed.id for sealed in _all_sealed(engine)])


def scrub_erased(engine: Engine, data: Path, database_url: str, redis: Redis) -> list[Path] | None:
    """Files in which something of those who were to be scrubbed still stands; None where nobody is. Safe to repeat."""
    waiting = [sealed for sealed in _all_sealed(engine) if sealed.is_to_scrub]
    words = {word for one in waiting for word in open_sealed(data, one.id, one.key) or ()}
    if not words:
        return None
    left = scrub(data, database_url, redis, sorted(words))
    if not left:
        for sealed in waiting:
            _unseal(engine, data, sealed)
    return left


def _all_sealed(engine: Engine) -> list[Sealed]:
    with session_scope(engine) as connection:
        return find_sealed(connection)


def _unseal(engine: Engine, data: Path, sealed: Sealed) -> None:
    """The file first: without it the key says nothing."""
    remove_sealed(data, sealed.id)
    with session_scope(engine) as connection:
        note_unsealed(connection, sealed.id)
