"""Erasing a person while workers run: her conversations are leased, everything goes in one transaction, then what lies
outside the database goes by the list that the transaction left. Whatever dies in between, the scheduler ends it."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import Connection, Engine, text

from models.errors import RecadoError, StorageError
from models.faultpoint import faultpoint
from models.files.storage import Storage
from models.ids import new_id
from models.lease import Lease, acquire_lease, check_lease, release_lease
from models.memory.remembered import keep_from_memory
from models.privacy.belongings import Address, collect, her_threads
from models.privacy.erasure import add_receipt, count_hers, erase_hers, find_outside, find_unfinished, note_finished
from models.privacy.quoted import cut_quotations, distinctive, logged
from models.session import session_scope

_LEASE = timedelta(minutes=10)
_LOOK_EVERY = 0.2  # seconds
_REFUSALS = 3


class TurnUnderWay(RecadoError):
    """Somebody is answering her just now; nothing was erased."""


@dataclass(frozen=True, slots=True)
class Whose:
    """A person of one tenant, by what is known of her: holders of contacts, and addresses."""

    tenant_id: UUID
    holders: tuple[UUID, ...]
    addresses: tuple[Address, ...]

    def collect(self, connection: Connection) -> None:
        collect(connection, self.tenant_id, self.holders, self.addresses)


@dataclass(frozen=True, slots=True)
class Erased:
    """The receipt: rows by table, and how many rows of others lost words of hers. `is_whole`: files and rings are gone
    as well; what could not be reached the scheduler takes."""

    id: UUID
    counts: dict[str, int]
    cut: int
    is_whole: bool = True


def preview(engine: Engine, whose: Whose) -> dict[str, int]:
    """What would go, in rows by table. Nothing is changed."""
    with engine.connect() as connection:
        whose.collect(connection)
        counts = count_hers(connection)
        connection.rollback()
    return counts


Seal = Callable[[UUID, Sequence[str]], dict[str, object]]  # what the row holds of what is to be sought on the disk


def erase(
    engine: Engine,
    whose: Whose,
    *,
    made_by: str,
    storage: Storage | None,
    redis: Redis,
    patience: float = 60.0,
    seal: Seal = lambda erasure_id, words: {},
) -> Erased:
    """All that is hers. Waits `patience` seconds for a turn under way, then raises TurnUnderWay. Safe to repeat. `seal`
    is given what names her, before the commit."""
    erasure_id = new_id()
    leases = _lease_all(engine, whose, f"erasure-{erasure_id}", patience)
    faultpoint("erasure.leased")
    try:
        with session_scope(engine) as connection:
            erased = _erase_leased(connection, whose, leases, erasure_id, made_by, seal)
    finally:
        _release_all(engine, leases)
    faultpoint("erasure.committed")
    try:
        finish(engine, storage, redis, erasure_id)
    except (StorageError, RedisError):
        return replace(erased, is_whole=False)
    with suppress(StorageError, RedisError):
        finish(engine, storage, redis)  # what was left of others, which says nothing of this one
    return erased


def _erase_leased(
    connection: Connection, whose: Whose, leases: Sequence[Lease], erasure_id: UUID, made_by: str, seal: Seal
) -> Erased:
    for lease in leases:  # from here on messages to these conversations wait for the commit
        check_lease(connection, lease)
    keep_from_memory(connection, [lease.conversation_id for lease in leases])
    whose.collect(connection)
    if set(her_threads(connection)) - {lease.conversation_id for lease in leases}:
        raise TurnUnderWay("she has begun another conversation meanwhile: try again")
    sealed = seal(erasure_id, [*distinctive(connection), *logged(connection)])
    cut = cut_quotations(connection, whose.tenant_id)
    faultpoint("erasure.cut")
    pending = {**find_outside(connection), **sealed}
    pseudonym = f"erased:{erasure_id.hex[-12:]}"
    counts = erase_hers(connection, pseudonym)
    add_receipt(connection, erasure_id, whose.tenant_id, made_by, pseudonym, {**counts, "cut": cut}, pending)
    return Erased(erasure_id, counts, cut)


def _lease_all(engine: Engine, whose: Whose, owner: str, patience: float) -> list[Lease]:
    with engine.connect() as connection:
        whose.collect(connection)
        wanted = her_threads(connection)
        connection.rollback()
    until = time.monotonic() + patience
    held: list[Lease] = []
    for conversation_id in wanted:
        while (lease := _try_lease(engine, conversation_id, owner)) is None:
            if time.monotonic() >= until:
                _release_all(engine, held)
                raise TurnUnderWay("a turn of hers is under way: nothing was erased, try again when it is over")
            time.sleep(_LOOK_EVERY)
        held.append(lease)
    return held


def _try_lease(engine: Engine, conversation_id: UUID, owner: str) -> Lease | None:
    with session_scope(engine) as connection:
        return acquire_lease(connection, conversation_id, owner, _LEASE)


def _release_all(engine: Engine, leases: Sequence[Lease]) -> None:
    """When each is due stays as it is: with whom it was shared may wait for an answer."""
    with session_scope(engine) as connection:
        for lease in leases:
            due = text("SELECT due_at FROM conversation WHERE id = :id")
            due_at = connection.execute(due, {"id": lease.conversation_id}).scalar_one_or_none()
            release_lease(connection, lease, due_at)


def finish(engine: Engine, storage: Storage | None, redis: Redis, only: UUID | None = None) -> int:
    """Remove files and rings of erasures that were cut off before; how many are whole by this. A file that storage
    refuses holds up no other erasure, and is raised in the end. Safe to repeat."""
    with session_scope(engine) as connection:
        unfinished = find_unfinished(connection, only)
    refused: list[StorageError] = []
    finished = 0
    for erasure_id, pending in unfinished:
        if not _remove_files(storage, pending.get("files", []), refused):
            continue
        _forget_rings(redis, pending.get("conversations", []))
        with session_scope(engine) as connection:
            note_finished(connection, erasure_id)
        finished += 1
    if refused:
        raise refused[0]
    return finished


def _remove_files(storage: Storage | None, files: Sequence[str], refused: list[StorageError]) -> bool:
    """Whether all of them are gone. Each refusal may cost the patience for a place that is away: after a few no file is
    asked for."""
    before = len(refused)
    for file in files:
        if storage is None or len(refused) >= _REFUSALS:
            return False
        try:
            storage.delete(file)
        except StorageError as error:
            refused.append(error)
        else:
            faultpoint("erasure.file")
    return len(refused) == before


def _forget_rings(redis: Redis, conversations: Sequence[str]) -> None:
    """A ring for a conversation without work does nothing; a failed one may quote the error's story."""
    wanted = {UUID(one).hex for one in conversations}
    for found in redis.scan_iter(match="rq:*:ring_*", count=1000):
        name = found.decode(errors="replace") if isinstance(found, bytes) else str(found)
        job_id = next((piece for piece in name.split(":") if piece.startswith("ring_")), "")
        if job_id.split("_")[1:2] and job_id.split("_")[1] in wanted:
            redis.delete(found)
            _unlist(redis, job_id)


def _unlist(redis: Redis, job_id: str) -> None:
    for listed in redis.scan_iter(match="rq:queue:*"):
        with suppress(ResponseError):
            redis.lrem(listed, 0, job_id)
    for registry in redis.scan_iter(match="rq:*:*"):
        with suppress(ResponseError):
            redis.zrem(registry, job_id)
