"""Processes: which workers live, and which of them holds a job that only one may do."""

from datetime import datetime

from sqlalchemy import Column, Integer, Text
from sqlmodel import Field, SQLModel

from models.columns import moment, string, table_of


class WorkerHeartbeat(SQLModel, table=True):
    """A worker process; alive as long as `beat_at` is fresh by the database's clock."""

    __tablename__ = "worker_heartbeat"

    worker: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = Field(sa_column=string())  # worker, scheduler
    in_flight: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    started_at: datetime = Field(sa_column=moment(nullable=False))
    beat_at: datetime = Field(sa_column=moment(nullable=False))


class NamedLease(SQLModel, table=True):
    """The right to do something alone, such as sweeping, until `held_until` by the database's clock."""

    __tablename__ = "named_lease"

    name: str = Field(sa_column=Column(Text, primary_key=True))
    owner: str = Field(sa_column=string())
    held_until: datetime = Field(sa_column=moment(nullable=False))


heartbeats = table_of(WorkerHeartbeat)
named_leases = table_of(NamedLease)
