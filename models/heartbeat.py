"""Signs of life of worker and scheduler processes, by the database's clock."""

from datetime import timedelta

from sqlalchemy import Connection, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from models.process import heartbeats


def beat(connection: Connection, worker: str, *, kind: str, in_flight: int) -> None:
    """Say that this process lives. Safe to repeat."""
    fresh = {"in_flight": in_flight, "beat_at": func.now()}
    statement = insert(heartbeats).values(worker=worker, kind=kind, **fresh)
    connection.execute(statement.on_conflict_do_update(index_elements=["worker"], set_=fresh))


def say_goodbye(connection: Connection, worker: str) -> None:
    connection.execute(delete(heartbeats).where(heartbeats.c.worker == worker))


def count_alive(connection: Connection, *, kind: str, within: timedelta) -> int:
    h = heartbeats.c
    statement = select(func.count()).where(h.kind == kind, h.beat_at > func.now() - literal(within))
    return int(connection.execute(statement).scalar_one())


def forget_dead(connection: Connection, *, older_than: timedelta) -> int:
    """Rows of processes that died without a word; returns how many."""
    statement = delete(heartbeats).where(heartbeats.c.beat_at < func.now() - literal(older_than))
    return len(connection.execute(statement.returning(heartbeats.c.worker)).all())


def is_beating(connection: Connection, *, host: str, kind: str, within: timedelta) -> bool:
    """Whether a process of that kind on that machine (or in that container) gave a sign of life lately."""
    h = heartbeats.c
    here = h.worker.startswith(f"{host}-", autoescape=True)
    statement = select(func.count()).where(here, h.kind == kind, h.beat_at > func.now() - literal(within))
    return bool(connection.execute(statement).scalar_one())
