"""For how long a company keeps what: a number of days for each kind, and how far its tables are behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Connection, ForeignKeyConstraint, Integer, Text, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import json, key, moment, table_of

Kind = Literal["requests", "conversations", "files", "memory", "facts", "changes", "discounts"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
NOWHERE: Final = UUID(int=0)


class RetentionRule(SQLModel, table=True):
    """`days` null keeps for ever, whatever the settings say. `reached` names by table the id up to which all that was
    to go has gone or is on record as waiting: rounds begin behind it."""

    __tablename__ = "retention_rule"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS!r}", name="retention_rule_kind_known"),
        CheckConstraint("days > 0", name="retention_rule_days_count"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
    )

    tenant_id: UUID = Field(sa_column=key())
    kind: str = Field(sa_column=Column(Text, primary_key=True))
    days: int | None = Field(sa_column=Column(Integer, nullable=True))
    reached: dict[str, str] = Field(sa_column=json(nullable=False))
    set_at: datetime = Field(sa_column=moment(nullable=False))


rules = table_of(RetentionRule)
_r = rules.c


@dataclass(frozen=True, slots=True)
class Rule:
    """One company's word about one kind; `keep` None is for ever."""

    tenant_id: UUID
    kind: Kind
    keep: timedelta | None
    reached: Mapping[str, UUID]

    def reached_in(self, table: str) -> UUID:
        return self.reached.get(table, NOWHERE)


def set_rule(connection: Connection, tenant_id: UUID, kind: Kind, days: int | None) -> None:
    """Safe to repeat. What is behind it stays so: what went is gone, and whatever comes is younger."""
    statement = insert(rules).values(tenant_id=tenant_id, kind=kind, days=days, reached={})
    changed = {"days": days, "set_at": func.now()}
    connection.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "kind"], set_=changed))


def find_rules(connection: Connection, tenant_id: UUID | None = None) -> list[Rule]:
    """Of one company, or of all."""
    wanted = select(_r.tenant_id, _r.kind, _r.days, _r.reached).order_by(_r.tenant_id, _r.kind)
    if tenant_id is not None:
        wanted = wanted.where(_r.tenant_id == tenant_id)
    return [_as_rule(*row) for row in connection.execute(wanted)]


def _as_rule(tenant_id: UUID, kind: Kind, days: int | None, reached: Mapping[str, str]) -> Rule:
    keep = None if days is None else timedelta(days=days)
    return Rule(tenant_id, kind, keep, {table: UUID(at) for table, at in reached.items()})


def note_reached(connection: Connection, rule: Rule, table: str, at: UUID) -> None:
    """Nothing where the company has no rule of its own."""
    mine = (_r.tenant_id == rule.tenant_id) & (_r.kind == rule.kind)
    moved = _r.reached.op("||")(func.jsonb_build_object(table, str(at)))
    connection.execute(update(rules).where(mine).values(reached=moved))
