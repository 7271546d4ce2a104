"""Whether anybody works: what readiness asks the database."""

from datetime import timedelta

from sqlalchemy import Connection, func, literal, select

from models.process import heartbeats

FRESH = timedelta(seconds=15)  # a worker beats every few seconds; one that missed several is taken for dead


def count_live_workers(connection: Connection) -> int:
    """Workers whose heartbeat is fresh by the database's clock."""
    h = heartbeats.c
    statement = select(func.count()).where(h.kind == "worker", h.beat_at > func.now() - literal(FRESH))
    return connection.execute(statement).scalar_one()
