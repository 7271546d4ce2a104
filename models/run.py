"""Runs of the agent, and the steps each turn has behind it: the journal and the usage record are the same rows."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, Numeric, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import json, key, moment, reference, string, table_of


def _count(nullable: bool = False) -> Column[Any]:
    return Column(Integer, nullable=nullable, server_default=None if nullable else "0")


def _money() -> Column[Any]:
    return Column(Numeric(18, 9), nullable=True)


class Run(SQLModel, table=True):
    """One execution of the agent for a turn. `cost` is USD, null when any price is unknown."""

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("turn_id", "attempt"),
        CheckConstraint("status IN ('started', 'done', 'failed')", name="run_status_known"),
        ForeignKeyConstraint(["turn_id"], ["turn.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    turn_id: UUID = Field(sa_column=reference())
    attempt: int = Field(sa_column=_count())
    agent_version_id: UUID | None = Field(default=None, sa_column=reference(nullable=True))  # null: the environment's
    status: str = Field(sa_column=string(default="started"))
    provider: str = Field(sa_column=string())
    llm: str = Field(sa_column=string())
    engine: str = Field(sa_column=string())
    steps: int = Field(sa_column=_count())
    tokens_in: int = Field(sa_column=_count())
    tokens_out: int = Field(sa_column=_count())
    cost: Decimal | None = Field(default=None, sa_column=_money())
    context_size: int = Field(sa_column=_count())
    memory: list[Any] | None = Field(default=None, sa_column=json())
    grounding: dict[str, Any] | None = Field(default=None, sa_column=json())
    time_ms: int = Field(sa_column=_count())
    cached: bool = Field(sa_column=Column(Boolean, nullable=False, server_default="false"))
    cached_from: UUID | None = Field(default=None, sa_column=reference(nullable=True))  # the turn answered first
    error: str = Field(sa_column=string())
    started_at: datetime = Field(sa_column=moment(nullable=False))
    finished_at: datetime | None = Field(default=None, sa_column=moment())


class CompletionRow(SQLModel, table=True):
    """One try of one execution at one LLM call: opened before it, closed after it. `answer` lets a killed turn resume
    unpaid; `instead_of` says why the providers before this one did not answer; `chain_step` is empty where the agent is
    no chain, else `route`, `polish` or the specialist's name after a colon."""

    __tablename__ = "completion"
    __table_args__ = (
        UniqueConstraint("turn_id", "step", "attempt", "number"),
        Index("completion_stands", "turn_id", "step", unique=True, postgresql_where="status = 'done'"),
        CheckConstraint("status IN ('started', 'done', 'failed', 'estimated')", name="completion_status_known"),
        ForeignKeyConstraint(["turn_id"], ["turn.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    turn_id: UUID = Field(sa_column=reference())
    step: int = Field(sa_column=_count())
    attempt: int = Field(sa_column=_count())
    number: int = Field(sa_column=_count())
    status: str = Field(sa_column=string(default="started"))
    provider: str = Field(sa_column=string())
    llm_requested: str = Field(sa_column=string())
    llm_served: str = Field(sa_column=string())
    request_id: str = Field(sa_column=string())
    tokens_in: int | None = Field(default=None, sa_column=_count(nullable=True))
    tokens_out: int | None = Field(default=None, sa_column=_count(nullable=True))
    tokens_cached: int = Field(sa_column=_count())
    tokens_cache_write: int = Field(sa_column=_count())
    tokens_reasoning: int = Field(sa_column=_count())
    cost: Decimal | None = Field(default=None, sa_column=_money())
    cost_source: str = Field(sa_column=string())
    price_version: str = Field(sa_column=string())
    tool_called: str = Field(sa_column=string())  # names, comma between
    error_kind: str = Field(sa_column=string())
    instead_of: str = Field(sa_column=string())
    chain_step: str = Field(sa_column=string())
    answer: dict[str, Any] | None = Field(default=None, sa_column=json())
    time_ms: int | None = Field(default=None, sa_column=_count(nullable=True))
    created_at: datetime = Field(sa_column=moment(nullable=False))


class ToolCallRow(SQLModel, table=True):
    """One tool call of a turn; its key makes it take effect once."""

    __tablename__ = "tool_call"
    __table_args__ = (ForeignKeyConstraint(["turn_id"], ["turn.id"], ondelete="CASCADE"),)

    turn_id: UUID = Field(sa_column=key())
    step: int = Field(sa_column=Column(Integer, primary_key=True))
    number: int = Field(sa_column=Column(Integer, primary_key=True))
    tenant_id: UUID = Field(sa_column=reference(index=True))
    call_id: str = Field(sa_column=string())
    name: str = Field(sa_column=string())
    arguments: dict[str, Any] | None = Field(default=None, sa_column=json())
    result: dict[str, Any] | None = Field(default=None, sa_column=json())
    ok: bool = Field(sa_column=Column(Boolean, nullable=False))
    time_ms: int = Field(sa_column=_count())
    created_at: datetime = Field(sa_column=moment(nullable=False))


runs = table_of(Run)
completions = table_of(CompletionRow)
tool_calls = table_of(ToolCallRow)
