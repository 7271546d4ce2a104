"""Results of tools kept to be given again, by a key that holds all that they hang on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Interval,
    Text,
    Uuid,
    delete,
    func,
    literal,
    select,
)
from sqlalchemy import tuple_ as row_of
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of
from models.privacy.expiry import GONE
from models.turn import turns


class KeptResultRow(SQLModel, table=True):
    """Goes with the turn that it was read in, and so with the person who asked."""

    __tablename__ = "kept_result"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["turn_id"], ["turn.id"], ondelete="CASCADE"),
        Index("kept_result_of_turn", "turn_id"),
        Index("kept_result_old", "expires_at"),
    )

    tenant_id: UUID = Field(sa_column=key())
    key: str = Field(sa_column=Column(Text, primary_key=True))
    turn_id: UUID = Field(sa_column=reference())
    name: str = Field(sa_column=string())
    arguments: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    result: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    read_at: datetime = Field(sa_column=moment(nullable=False))
    expires_at: datetime = Field(sa_column=moment(nullable=False))


kept_results = table_of(KeptResultRow)
_k = kept_results.c


@dataclass(frozen=True, slots=True)
class KeptResult:
    """A call's validated arguments, what came of it, and when."""

    arguments: Mapping[str, Any]
    result: Mapping[str, Any]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class NewResult:
    """One that may be given again for so long."""

    key: str
    turn_id: UUID
    name: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]
    life: timedelta


def find_result(connection: Connection, tenant_id: UUID, of_key: str) -> KeptResult | None:
    """None where there is none, or its time is over."""
    mine = (_k.tenant_id == tenant_id, _k.key == of_key, _k.expires_at > func.now())
    row = connection.execute(select(_k.arguments, _k.result, _k.read_at).where(*mine)).first()
    return None if row is None else KeptResult(*row)


def keep_result(connection: Connection, tenant_id: UUID, new: NewResult) -> None:
    """In place of an earlier one. Nothing of a turn whose words are gone; who takes them now is waited for."""
    told: dict[str, Any] = {
        "turn_id": turns.c.id,
        "arguments": literal(dict(new.arguments), JSONB),
        "result": literal(dict(new.result), JSONB),
        "read_at": func.now(),
        "expires_at": func.now() + literal(new.life, Interval),
    }
    values = {
        "tenant_id": literal(tenant_id, Uuid),
        "key": literal(new.key, Text),
        "name": literal(new.name, Text),
    } | told
    is_kept = (turns.c.id == new.turn_id) & turns.c.outcome.not_in(["erased", GONE])
    whole = select(*values.values()).where(is_kept).with_for_update(read=True)
    statement = insert(kept_results).from_select(list(values), whole)
    changed = {name: statement.excluded[name] for name in told}
    connection.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "key"], set_=changed))


def forget_results(connection: Connection, most: int) -> None:
    """Those whose time is over, and of each company the oldest beyond so many."""
    connection.execute(delete(kept_results).where(_k.expires_at <= func.now()))
    place = func.row_number().over(partition_by=_k.tenant_id, order_by=_k.read_at.desc()).label("place")
    ranked = select(_k.tenant_id, _k.key, place).subquery()
    beyond = select(ranked.c.tenant_id, ranked.c.key).where(ranked.c.place > most)
    connection.execute(delete(kept_results).where(row_of(_k.tenant_id, _k.key).in_(beyond)))
